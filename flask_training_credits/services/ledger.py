"""The ledger check: verifies a whole database against its own journal, and names what is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Table, and_, case, func, or_, select

from ..domain.journal import BUCKETS, FIRST_HASH, Line, chain_hash
from ..domain.states import LIVE
from ..models import Account, Code, Entry, Lot, Outgoing, Redemption, Reservation, Transaction
from .core import Core
from .results import Finding

accounts: Table = Account.__table__  # type: ignore[assignment]  # declarative says FromClause
codes: Table = Code.__table__  # type: ignore[assignment]
entries: Table = Entry.__table__  # type: ignore[assignment]
lots: Table = Lot.__table__  # type: ignore[assignment]
outbox: Table = Outgoing.__table__  # type: ignore[assignment]
redemptions: Table = Redemption.__table__  # type: ignore[assignment]
reservations: Table = Reservation.__table__  # type: ignore[assignment]
transactions: Table = Transaction.__table__  # type: ignore[assignment]

_PAGE = 500
_COUNTERS = (*BUCKETS, "amount")
_SIZED_BY = {
    "issue": ("source", -1),
    "hold": ("held", 1),
    "spend": ("spent", 1),
    "release": ("held", -1),
    "refund": ("spent", -1),
    "expire": ("expired", 1),
}
"""The bucket, and its sign, that gives a transaction of this kind its size."""


class Ledger:
    """Checks the books."""

    def __init__(self, core: Core) -> None:
        self._execute = core.store.execute

    def check(self, progress: Callable[[int], None] | None = None) -> Sequence[Finding]:
        """Everything that is broken, first the journal account by account; empty when the books are right.

        Reads only. `progress` is called with the number of transactions verified so far. Best run on a quiet
        database or a replica: it reads in many statements.
        """
        return list(self._findings(progress or (lambda verified: None)))

    def totals(self) -> dict[str, int]:
        """How many rows the check is about."""
        tables = {"accounts": accounts, "lots": lots, "transactions": transactions, "redemptions": redemptions}
        return {
            name: self._execute(select(func.count()).select_from(table)).scalar_one() for name, table in tables.items()
        }

    def _findings(self, progress: Callable[[int], None]) -> Iterator[Finding]:
        verified, last = 0, ""
        while page := self._page(select(accounts).where(accounts.c.id > last).order_by(accounts.c.id)):
            last = page[-1].id
            for account in page:
                chain = _Chain(account)
                for transaction, lines in self._journal(account.id):
                    yield from chain.verify(transaction, lines)
                    verified += 1
                    if verified % _PAGE == 0:
                        progress(verified)
                yield from chain.compare(self._execute(select(lots).where(lots.c.account_id == account.id)).all())
        yield from self._children()
        yield from self._codes()
        yield from self._holds()
        yield from self._redemptions()
        yield from self._events()
        progress(verified)

    def _journal(self, account_id: str) -> Iterator[tuple[Any, list[Any]]]:
        version = 0
        mine = select(transactions).where(transactions.c.account_id == account_id)
        while page := self._page(mine.where(transactions.c.version > version).order_by(transactions.c.version)):
            version = page[-1].version
            lines: dict[str, list[Any]] = {row.id: [] for row in page}
            for line in self._execute(
                select(entries)
                .where(entries.c.transaction_id.in_(list(lines)))
                .order_by(entries.c.transaction_id, entries.c.line)
            ):
                lines[line.transaction_id].append(line)
            for row in page:
                yield row, lines[row.id]

    def _page(self, query: Any) -> Sequence[Any]:
        rows: Sequence[Any] = self._execute(query.limit(_PAGE)).all()
        return rows

    def _children(self) -> Iterator[Finding]:
        """Lots that came from another one, grace lots aside, never outlive it."""
        parents = lots.alias("parents")
        outliving = (
            select(lots.c.id, lots.c.expires_at, parents.c.expires_at.label("parent_ends"))
            .join(parents, parents.c.id == lots.c.parent_id)
            .where(lots.c.source != "grace", parents.c.expires_at.is_not(None))
            .where(or_(lots.c.expires_at.is_(None), lots.c.expires_at > parents.c.expires_at))
        )
        for row in self._execute(outliving):
            found = f"ends {row.expires_at}, its parent {row.parent_ends}"
            yield Finding(rule="children never outlive parents", table=lots.name, row=row.id, found=found)

    def _codes(self) -> Iterator[Finding]:
        """Uses and value of each code against its redemptions."""
        spent = func.coalesce(func.sum(redemptions.c.amount - redemptions.c.refunded), 0)
        uses = func.coalesce(func.sum(case((redemptions.c.state.in_(LIVE), 1), else_=0)), 0)
        counted = (
            select(codes.c.id, codes.c.used, codes.c.uses, spent.label("spent"), uses.label("live"))
            .outerjoin(redemptions, redemptions.c.code_id == codes.c.id)
            .group_by(codes.c.id, codes.c.used, codes.c.uses)
            .having((codes.c.used != spent) | (codes.c.uses != uses))
        )
        for row in self._execute(counted):
            found = f"used {row.used} of {row.spent}, uses {row.uses} of {row.live}"
            yield Finding(rule="code uses = counters", table=codes.name, row=row.id, found=found)

    def _holds(self) -> Iterator[Finding]:
        """What reserved codes hold against what their lots hold."""
        reserved = func.coalesce(func.sum(reservations.c.amount), 0)
        counted = (
            select(lots.c.id, lots.c.held, reserved.label("reserved"))
            .outerjoin(reservations, reservations.c.lot_id == lots.c.id)
            .group_by(lots.c.id, lots.c.held)
            .having(lots.c.held != reserved)
        )
        for row in self._execute(counted):
            found = f"held {row.held}, reserved by codes {row.reserved}"
            yield Finding(rule="open holds = lots' held", table=lots.name, row=row.id, found=found)

    def _redemptions(self) -> Iterator[Finding]:
        """Amount and refunds of each redemption against its transactions."""

        def posted(kind: str) -> Any:
            return func.coalesce(func.sum(case((transactions.c.kind == kind, transactions.c.amount), else_=0)), 0)

        counted = (
            select(redemptions.c.id, redemptions.c.amount, redemptions.c.refunded)
            .add_columns(posted("spend").label("spent"), posted("refund").label("back"))
            .outerjoin(transactions, transactions.c.redemption_id == redemptions.c.id)
            .group_by(redemptions.c.id, redemptions.c.amount, redemptions.c.refunded)
            .having((redemptions.c.amount != posted("spend")) | (redemptions.c.refunded != posted("refund")))
        )
        for row in self._execute(counted):
            found = f"amount {row.amount}, spent {row.spent}; refunded {row.refunded}, posted {row.back}"
            yield Finding(rule="redemption = its transactions", table=redemptions.name, row=row.id, found=found)

    def _events(self) -> Iterator[Finding]:
        """Every transaction has its one event."""
        told = and_(outbox.c.subject_id == transactions.c.id, outbox.c.type == "transaction.posted")
        counted = (
            select(transactions.c.id, func.count(outbox.c.id).label("events"))
            .outerjoin(outbox, told)
            .group_by(transactions.c.id)
            .having(func.count(outbox.c.id) != 1)
        )
        for row in self._execute(counted):
            found = f"{row.events} events"
            yield Finding(rule="every transaction has its event", table=transactions.name, row=row.id, found=found)


class _Chain:
    """Follows one account's journal from its first transaction."""

    def __init__(self, account: Any) -> None:
        self._account = account
        self._version = 0
        self._hash = FIRST_HASH
        self._recorded_at: Any = None
        self._sums: dict[str, dict[str, int]] = {}
        self._totals = dict.fromkeys(_COUNTERS, 0)

    def verify(self, row: Any, lines: Sequence[Any]) -> Iterator[Finding]:
        """What is wrong with the next transaction."""
        self._version += 1
        if row.version != self._version:
            yield self._broken("versions 1..n", row, f"version {row.version} follows {self._version - 1}")
            self._version = row.version
        if sum(line.amount for line in lines) != 0 or not lines:
            yield self._broken("entries sum to zero", row, f"{[line.amount for line in lines]}")
        for line in lines:
            self._add(line)
        bucket, sign = _SIZED_BY.get(row.kind, ("", 1))
        size = sign * sum(line.amount for line in lines if line.bucket == bucket)
        if bucket and row.amount != size:
            yield self._broken("amount = its entries", row, f"amount {row.amount}, entries say {size}")
        after = (self._totals["available"], self._totals["held"])
        if (row.available_after, row.held_after) != after:
            yield self._broken("balances after", row, f"{(row.available_after, row.held_after)}, entries say {after}")
        if self._recorded_at is not None and row.recorded_at < self._recorded_at:
            yield self._broken("times never decrease", row, f"{row.recorded_at} after {self._recorded_at}")
        self._recorded_at = row.recorded_at
        self._hash = chain_hash(
            self._hash,
            account_id=row.account_id,
            transaction_id=row.id,
            version=row.version,
            kind=row.kind,
            effective_at=row.effective_at,
            recorded_at=row.recorded_at,
            actor=row.actor,
            reason=row.reason,
            redemption_id=row.redemption_id,
            available_after=row.available_after,
            held_after=row.held_after,
            lines=[Line(line.lot_id, line.bucket, line.amount) for line in lines],
        )
        if row.hash != self._hash:
            yield self._broken("hash chain", row, "the row does not have the hash that its contents give")
            self._hash = row.hash

    def compare(self, rows: Sequence[Any]) -> Iterator[Finding]:
        """What is wrong with the account and its lots, now that all its transactions are known."""
        if self._account.version != self._version:
            found = f"account says {self._account.version}, journal {self._version}"
            yield Finding(rule="versions 1..n", table=accounts.name, row=self._account.id, found=found)
        for bucket in ("available", "held"):
            total, booked = sum(getattr(row, bucket) for row in rows), getattr(self._account, bucket)
            if total != booked:
                found = f"{bucket} {booked}, lots {total}"
                yield Finding(rule="account = its lots", table=accounts.name, row=self._account.id, found=found)
        for row in rows:
            if row.amount != sum(getattr(row, bucket) for bucket in BUCKETS):
                yield Finding(rule="lot law", table=lots.name, row=row.id, found="counters do not add up to the amount")
            sums = self._sums.pop(row.id, dict.fromkeys(_COUNTERS, 0))
            wrong = [name for name in _COUNTERS if sums[name] != getattr(row, name)]
            if wrong:
                found = ", ".join(f"{name} {getattr(row, name)}, entries {sums[name]}" for name in wrong)
                yield Finding(rule="entries = lot counters", table=lots.name, row=row.id, found=found)
        for lot_id in self._sums:
            yield Finding(rule="entries = lot counters", table=lots.name, row=lot_id, found="not a lot of this account")

    def _add(self, line: Any) -> None:
        sums = self._sums.setdefault(line.lot_id, dict.fromkeys(_COUNTERS, 0))
        if line.bucket == "source":
            sums["amount"] -= line.amount
        else:
            sums[line.bucket] += line.amount
            self._totals[line.bucket] += line.amount

    def _broken(self, rule: str, row: Any, found: str) -> Finding:
        return Finding(rule=rule, table=transactions.name, row=row.id, found=found)
