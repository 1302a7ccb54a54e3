"""The posting service: the only writer of balances, lots' counters and the journal.

A unit opens an account's book, which takes the account row's lock, posts movements to it, and closes it. Closing
writes everything with a fixed number of statements, however many movements there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, bindparam, insert, select, update

from ..domain.journal import BUCKETS, FIRST_HASH, Line, chain_hash, move
from ..domain.lots import LotView
from ..domain.wire import to_wire
from ..models import Account, Entry, Lot, Transaction
from .ids import new_id
from .outbox import event_row, transaction_data
from .unit import TryAgain, Unit

accounts: Table = Account.__table__  # type: ignore[assignment]  # declarative says FromClause
lots: Table = Lot.__table__  # type: ignore[assignment]
transactions: Table = Transaction.__table__  # type: ignore[assignment]
entries: Table = Entry.__table__  # type: ignore[assignment]

_THIS = accounts.c.id == bindparam("account")
_STANDING = (accounts.c.available, accounts.c.held, accounts.c.version)
_READ = select(*_STANDING).where(_THIS)
_LOCK = update(accounts).where(_THIS).values(version=accounts.c.version)
_DEBIT = (
    update(accounts)
    .where(
        _THIS,
        accounts.c.terms == bindparam("seen_terms"),
        accounts.c.frozen_at.is_(None),
        accounts.c.available >= bindparam("debit"),
        accounts.c.held >= bindparam("unheld"),
    )
    .values(
        available=accounts.c.available - bindparam("debit"),
        held=accounts.c.held - bindparam("unheld"),
        version=accounts.c.version + bindparam("movements"),
    )
)
_DEBIT_AND_READ = _DEBIT.returning(*_STANDING)
_CLOSE = (
    update(accounts)
    .where(_THIS, accounts.c.version == bindparam("seen_version"))
    .values(available=bindparam("new_available"), held=bindparam("new_held"), version=bindparam("new_version"))
)
_HEAD = select(transactions.c.hash, transactions.c.recorded_at).where(
    transactions.c.account_id == bindparam("account"), transactions.c.version == bindparam("head")
)
_VIEW = (lots.c.id, lots.c.available, lots.c.starts_at, lots.c.expires_at, lots.c.promotional, lots.c.country)
_MONEY = (lots.c.amount, lots.c.paid, lots.c.order_reference)
_PAYING = (
    select(*_VIEW, *_MONEY, transactions.c.hash, transactions.c.recorded_at)
    .select_from(
        lots.outerjoin(
            transactions,
            and_(transactions.c.account_id == lots.c.account_id, transactions.c.version == bindparam("head")),
        )
    )
    .where(lots.c.account_id == bindparam("account"), lots.c.drained.is_(False))
)
_COUNTERS = (*BUCKETS, "amount")
_MOVE_LOT = (
    update(lots)
    .where(lots.c.id == bindparam("lot"))
    # MariaDB assigns from left to right and later ones see earlier ones: `drained` reads the old `available`.
    .ordered_values(
        (lots.c.drained, lots.c.available + bindparam("d_available") == 0),
        *((lots.c[name], lots.c[name] + bindparam(f"d_{name}")) for name in _COUNTERS),
    )
)
_ADD_LOTS = insert(lots)
_ADD_TRANSACTIONS = insert(transactions)
_ADD_ENTRIES = insert(entries)


@dataclass(frozen=True, slots=True)
class LotMoney:
    """What is known of the money behind a lot: what was paid for all of it, and the order's reference."""

    amount: int
    paid: Any
    order_reference: str | None


@dataclass(slots=True)
class Book:
    """One account under its lock.

    Balances are those before the first movement, and follow every `post`. `now` was read from the clock after the
    lock was held; `recorded_at` never runs behind the account's last movement, should the clock have stepped back.
    """

    unit: Unit
    account_id: str
    available: int
    held: int
    version: int
    now: datetime
    recorded_at: datetime
    head: str
    lots: dict[str, LotView]
    """Lots with something available, by id; movements lower it."""
    money: dict[str, LotMoney]
    is_debited: bool = False
    """The guarded debit has booked the balances already."""
    _opened_at: int = 0
    _new_lots: list[dict[str, Any]] = field(default_factory=list)
    _moves: dict[str, dict[str, int]] = field(default_factory=dict)
    _transactions: list[dict[str, Any]] = field(default_factory=list)
    _entries: list[dict[str, Any]] = field(default_factory=list)

    def add_lot(self, row: dict[str, Any]) -> None:
        """A new lot, empty: its credits flow in with the transaction posted for it."""
        self._new_lots.append({**dict.fromkeys((*_COUNTERS, "shortfall"), 0), **row, "account_id": self.account_id})

    def post(
        self,
        kind: str,
        lines: Sequence[Line],
        *,
        amount: int,
        actor: str,
        reason: str | None = None,
        redemption_id: str | None = None,
        effective_at: datetime | None = None,
    ) -> None:
        """Append one transaction. `amount` is its size in hundredths; its lines sum to zero."""
        if sum(line.amount for line in lines):
            raise AssertionError(f"{kind} lines do not sum to zero: {lines}")
        for line in lines:
            self._count(line)
        self.version += 1
        facts: dict[str, Any] = {
            "account_id": self.account_id,
            "version": self.version,
            "kind": kind,
            "available_after": self.available,
            "held_after": self.held,
            "effective_at": effective_at or self.recorded_at,
            "recorded_at": self.recorded_at,
            "actor": actor,
            "reason": reason,
            "redemption_id": redemption_id,
        }
        transaction_id = new_id("txn", self.now)
        self.head = chain_hash(self.head, transaction_id=transaction_id, lines=lines, **facts)
        row = {**facts, "id": transaction_id, "amount": amount, "hash": self.head}
        self._transactions.append(row)
        self._entries += [
            {"transaction_id": transaction_id, "line": n, "lot_id": x.lot_id, "bucket": x.bucket, "amount": x.amount}
            for n, x in enumerate(lines)
        ]
        self._tell("transaction.posted", transaction_id, transaction_data(row, lines))

    def tell(self, event: str, subject_id: str, data: Any) -> None:
        """Add an event, as of this account's version, to the unit's outbox."""
        self._tell(event, subject_id, to_wire(data))

    def _tell(self, event: str, subject_id: str, data: dict[str, Any]) -> None:
        self.unit.outgoing.append(
            event_row(event, subject_id, data, self.now, account_id=self.account_id, version=self.version)
        )

    def _count(self, line: Line) -> None:
        moves = self._moves.get(line.lot_id)
        if moves is None:
            moves = self._moves[line.lot_id] = dict.fromkeys(_COUNTERS, 0)
        if line.bucket == "source":
            moves["amount"] -= line.amount
            return
        moves[line.bucket] += line.amount
        if line.bucket == "available":
            self.available += line.amount
        elif line.bucket == "held":
            self.held += line.amount

    def due(self) -> list[LotView]:
        """Lots whose credits have expired but are still booked as available, earliest first."""
        past = ((lot.expires_at, lot.id, lot) for lot in self.lots.values() if lot.expires_at is not None)
        return [lot for expires_at, _, lot in sorted(past, key=lambda row: row[:2]) if expires_at <= self.now]

    def settle(self) -> int:
        """Book what has expired by now, one transaction a lot; returns how many."""
        due = self.due()
        for lot in due:
            self.post(
                "expire",
                move(lot.id, "available", "expired", lot.available),
                amount=lot.available,
                actor="system",
                effective_at=lot.expires_at,
            )
            self.tell("lot.expired", lot.id, {"id": lot.id, "amount": lot.available, "expires_at": lot.expires_at})
            del self.lots[lot.id]
        return len(due)

    def close(self) -> None:
        """Write balances, lots, transactions and entries. Their events are in the unit's `outgoing`."""
        if not self._transactions:
            return
        execute = self.unit.execute
        if not self.is_debited:
            closing = {"new_available": self.available, "new_held": self.held, "new_version": self.version}
            seen = {"account": self.account_id, "seen_version": self._opened_at}
            if execute(_CLOSE, closing | seen).rowcount != 1:
                raise TryAgain
        if self._new_lots:
            for row in self._new_lots:
                for counter, amount in self._moves.pop(row["id"], {}).items():
                    row[counter] += amount
                row["drained"] = row["available"] == 0
            execute(_ADD_LOTS, self._new_lots)
        if self._moves:
            execute(
                _MOVE_LOT,
                [
                    {"lot": lot_id, **{f"d_{counter}": amount for counter, amount in counted.items()}}
                    for lot_id, counted in sorted(self._moves.items())
                ],
            )
        execute(_ADD_TRANSACTIONS, self._transactions)
        execute(_ADD_ENTRIES, self._entries)


def open_book(unit: Unit, account_id: str, clock: Callable[[], datetime]) -> Book:
    """Lock the account's row and open its book."""
    unit.execute(_LOCK, {"account": account_id})
    standing = unit.execute(_READ, {"account": account_id}).one()
    return _open(unit, account_id, clock, (standing.available, standing.held, standing.version))


def debit_book(
    unit: Unit,
    account_id: str,
    clock: Callable[[], datetime],
    *,
    terms: int,
    debit: int,
    unheld: int,
    movements: int,
) -> Book:
    """Take `debit` from what is available and `unheld` from what is held, for so many movements to be posted.

    One guarded update, whose row count decides: it is the lock and the check in one. Raises `TryAgain` when the
    account is frozen, its terms have changed since they were read, or its balances do not suffice.
    """
    guard = {"account": account_id, "seen_terms": terms, "debit": debit, "unheld": unheld, "movements": movements}
    if unit.connection.dialect.update_returning:
        standing = unit.execute(_DEBIT_AND_READ, guard).one_or_none()
    else:
        is_debited = unit.execute(_DEBIT, guard).rowcount == 1
        standing = unit.execute(_READ, {"account": account_id}).one() if is_debited else None
    if standing is None:
        raise TryAgain
    before = (standing.available + debit, standing.held + unheld, standing.version - movements)
    book = _open(unit, account_id, clock, before)
    book.is_debited = True
    return book


def _open(unit: Unit, account_id: str, clock: Callable[[], datetime], standing: tuple[int, int, int]) -> Book:
    available, held, version = standing
    rows = unit.execute(_PAYING, {"account": account_id, "head": version}).all()
    now, head = clock(), FIRST_HASH
    recorded_at = now
    if version:
        last = rows[0] if rows else unit.execute(_HEAD, {"account": account_id, "head": version}).one()
        recorded_at, head = max(now, last.recorded_at), last.hash
    return Book(
        unit,
        account_id,
        available,
        held,
        version,
        now,
        recorded_at,
        head,
        {row.id: LotView.of(row) for row in rows},
        {row.id: LotMoney(*row[6:9]) for row in rows},
        _opened_at=version,
    )


def account_version(unit: Unit, account_id: str) -> int:
    """The version of an account now, for events that move no credits."""
    version: int = unit.execute(select(accounts.c.version).where(_THIS), {"account": account_id}).scalar_one()
    return version
