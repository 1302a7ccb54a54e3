"""Posting an order: every guard, movement, redemption and grant of it in one unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, or_, update
from sqlalchemy.exc import IntegrityError

from ..domain.access import access_end
from ..domain.iso import zone
from ..domain.journal import Line, move
from ..domain.lots import Choice, LotView, Slice, take
from ..domain.snapshots import snapshot
from ..domain.values import AccessGrant, Person
from ..domain.wire import instant, to_wire
from ..errors import Refused
from ..models import Code, Redemption
from . import holds, results
from .core import Core
from .ending import Ending
from .explaining import refused_by_hook
from .grants import grant_of, keep_receipts
from .idempotency import Claim
from .ids import new_id
from .judged import Judged, cancellation_tiers, pick
from .outbox import event_row, work_row
from .posting import Book, LotMoney, debit_book, open_book
from .redemptions import order_of, redemption_of
from .tally import count_uses
from .unit import TryAgain, Unit

codes: Table = Code.__table__  # type: ignore[assignment]  # declarative says FromClause
redemptions: Table = Redemption.__table__  # type: ignore[assignment]

_USE_CODE = (
    update(codes)
    .where(
        codes.c.id == bindparam("code"),
        codes.c.revision == bindparam("seen_revision"),
        codes.c.revoked_at.is_(None),
        or_(codes.c.expires_at.is_(None), codes.c.expires_at > bindparam("at", type_=codes.c.expires_at.type)),
        or_(codes.c.value.is_(None), codes.c.used + bindparam("spent") <= codes.c.value),
        or_(codes.c.max_redemptions.is_(None), codes.c.uses + bindparam("times") <= codes.c.max_redemptions),
    )
    .values(used=codes.c.used + bindparam("spent"), uses=codes.c.uses + bindparam("times"))
)
_ADD = insert(redemptions)


class Ordering:
    """Posts judged items."""

    def __init__(self, core: Core, ending: Ending) -> None:
        self._core = core
        self._ending = ending

    def post(
        self,
        buyer: Person,
        judged: Sequence[Judged],
        claim: Claim | None,
        within: Callable[[results.Order], None] | None,
        *,
        must_settle: bool,
    ) -> results.Order:
        """Carry out an order whose items were judged payable.

        Nothing that was read before the locks is trusted: balances, terms and codes are guarded by row counts, lots
        are chosen anew. Raises `TryAgain` when a guard fails or a slot is taken; nothing is written then.
        """
        for one in judged:
            if one.ended is not None:
                self._ending.end(one.ended)
        return self._core.keys.run(claim, lambda unit: self._post(unit, buyer, judged, within, must_settle=must_settle))

    def _post(
        self,
        unit: Unit,
        buyer: Person,
        judged: Sequence[Judged],
        within: Callable[[results.Order], None] | None,
        *,
        must_settle: bool,
    ) -> results.Order:
        order_id = new_id("ord", self._core.clock())
        paid: list[_Paid] = [_Paid(one, position) for position, one in enumerate(judged)]
        for account_id in sorted({one.source.account_id for one in judged}):
            self._pay(
                unit, [one for one in paid if one.source.account_id == account_id], buyer, must_settle=must_settle
            )
        self._use_codes(unit, paid)
        is_remote = not self._core.host.joins_transaction
        rows = [self._row(one, order_id, buyer, is_remote=is_remote) for one in paid]
        try:
            unit.execute(_ADD, rows)
        except IntegrityError as error:  # somebody else's live redemption keeps one of the slots
            raise TryAgain from error
        made = [
            redemption_of({**row, "account_name": one.source.account_name}, sees=True)
            for one, row in zip(paid, rows, strict=True)
        ]
        self._tell(unit, paid, made, is_remote=is_remote)
        if not is_remote:
            self._grant(unit, paid, rows)
        order = order_of(
            [
                redemption if one.judged.facts.sees else replace(redemption, lots=[])
                for one, redemption in zip(paid, made, strict=True)
            ]
        )
        if within is not None:
            with unit.host_code():
                within(order)
        return order

    def _pay(self, unit: Unit, paid: Sequence[_Paid], buyer: Person, *, must_settle: bool) -> None:
        """Debit one account for its items and choose the lots that pay, under the account's lock."""
        account_id = paid[0].source.account_id
        if must_settle:
            book = open_book(unit, account_id, self._core.clock)
            holds.settle(book)
            book.close()
        reserved = [one for one in paid if one.source.is_reserved]
        book = debit_book(
            unit,
            account_id,
            self._core.clock,
            terms=paid[0].source.terms,
            debit=sum(one.amount for one in paid if not one.source.is_reserved),
            unheld=sum(one.amount for one in reserved),
            movements=sum(1 for one in paid if one.amount),
        )
        if holds.is_due(book):
            raise TryAgain
        held = holds.held_by(unit.execute, sorted({one.source.code_id or "" for one in reserved})) if reserved else {}
        slices = {code_id: {row.id: LotView.of(row) for row in rows} for code_id, rows in held.items()}
        for rows in held.values():
            book.money.update({row.id: LotMoney(row.amount, row.paid, row.order_reference) for row in rows})
        taken: list[tuple[str, str, int]] = []
        for one in paid:
            one.book = book
            if not one.amount:
                continue
            code_id = one.source.code_id if one.source.is_reserved else None
            lots = slices[code_id] if code_id else book.lots
            one.slices = _pieces(pick(lots, one.judged, book.now))
            take(lots, one.slices)
            taken += [(code_id, piece.lot.id, piece.amount) for piece in one.slices if code_id]
            bucket = "held" if code_id else "available"
            lines: list[Line] = []
            for piece in one.slices:
                lines += move(piece.lot.id, bucket, "spent", piece.amount)
            book.post("spend", lines, amount=one.amount, actor=buyer.id, redemption_id=one.redemption_id(book.now))
        holds.take(book, taken)
        book.close()

    def _use_codes(self, unit: Unit, paid: Sequence[_Paid]) -> None:
        """Count what is used of each code, under guards; limits per learner are counted under the lock."""
        by_code: dict[str, list[_Paid]] = {}
        for one in paid:
            if one.source.code_id is not None:
                by_code.setdefault(one.source.code_id, []).append(one)
        for code_id, some in sorted(by_code.items()):
            source = some[0].source
            guard = {
                "code": code_id,
                "seen_revision": source.revision,
                "at": some[0].book.now,
                "spent": sum(one.amount for one in some),
                "times": len(some),
            }
            if unit.execute(_USE_CODE, guard).rowcount != 1:
                raise TryAgain
            if source.per_learner is not None:
                learners = [one.judged.facts.learner.id for one in some]
                counts = count_uses(unit.execute, {code_id}, set(learners))
                if any(
                    counts.get((code_id, user_id), 0) + learners.count(user_id) > source.per_learner
                    for user_id in learners
                ):
                    raise TryAgain

    def _row(self, one: _Paid, order_id: str, buyer: Person, *, is_remote: bool) -> dict[str, Any]:
        judged, source, now = one.judged, one.source, one.book.now
        offering, learner = judged.offering, judged.facts.learner
        pays_until = [piece.lot.expires_at for piece in one.slices] if source.deadline == "attended" else []
        code_end = source.code.expires_at if source.code and source.access_ends_with_code else None
        return {
            "id": one.redemption_id(now),
            "order_id": order_id,
            "position": one.position,
            "placed_by": buyer.id,
            "user_id": learner.id,
            "account_id": source.account_id,
            "code_id": source.code_id,
            "offering_id": offering.id,
            "title": offering.title,
            "offering": snapshot(offering),
            "quantity": judged.item.quantity,
            "unit_price": judged.price.unit,
            "amount": one.amount,
            "refunded": 0,
            "state": "fulfilling" if is_remote else "completed",
            "slot": judged.slot,
            "requested_at": now,
            "deadline": None,
            "decided_at": now,
            "decided_by": None,
            "reason": None,
            "access_expires_at": access_end(
                offering,
                now,
                zone(source.zone),
                code_days=source.access_days,
                code_ends_at=code_end,
                lots_end=pays_until,
            ),
            "access_ended_at": None,
            "cancellation": [[instant(tier.until), tier.percent] for tier in cancellation_tiers(self._core, judged)],
            "lots": [[piece.lot.id, piece.amount] for piece in one.slices],
            "receipt": None,
        }

    def _grant(self, unit: Unit, paid: Sequence[_Paid], rows: Sequence[Mapping[str, Any]]) -> None:
        """Call the host's grant for each redemption, last in our transaction."""
        receipts = {}
        for one, row in zip(paid, rows, strict=True):
            grant = self._grant_of(one, row)
            try:
                with unit.hook("grant"):
                    receipt = self._core.host.hooks.access.grant(grant)
            except Refused as refused:
                raise refused_by_hook(refused, one.position, one.source, self._core.settings) from None
            receipts[row["id"]] = receipt
        keep_receipts(unit, receipts)

    def _grant_of(self, one: _Paid, row: Mapping[str, Any]) -> AccessGrant:
        source = one.source
        return grant_of(
            row,
            self._core.host,
            account_name=source.account_name,
            code_label=source.label,
            tracking_id=source.tracking_id,
            money=one.book.money,
            learner=one.judged.facts.learner,
            offering=one.judged.offering,
        )

    def _tell(self, unit: Unit, paid: Sequence[_Paid], made: Sequence[results.Redemption], *, is_remote: bool) -> None:
        """Events of the order, and the work that waits for the commit."""
        told = [to_wire(redemption) for redemption in made]
        for one, redemption in zip(paid, told, strict=True):
            book = one.book
            if is_remote:
                unit.outgoing.append(work_row("grant", redemption["id"], book.now))
                continue
            unit.outgoing.append(
                event_row(
                    "redemption.completed",
                    redemption["id"],
                    redemption,
                    book.now,
                    account_id=book.account_id,
                    version=book.version,
                )
            )
            if self._core.host.wants_after_grant:
                unit.outgoing.append(work_row("after_grant", redemption["id"], book.now))
        order, book = order_of(made), paid[0].book
        data = to_wire(replace(order, items=[])) | {"items": told}
        unit.outgoing.append(
            event_row("order.completed", order.id, data, book.now, account_id=book.account_id, version=book.version)
        )


class _Paid:
    """One item on its way through the unit."""

    __slots__ = ("_id", "amount", "book", "judged", "position", "slices", "source")

    def __init__(self, judged: Judged, position: int) -> None:
        self.judged = judged
        self.position = position
        self.source = judged.source
        self.amount = judged.price.amount
        self.slices: Sequence[Slice] = ()
        self.book: Book
        self._id: str | None = None

    def redemption_id(self, now: datetime) -> str:
        """The id of its redemption, made once."""
        self._id = self._id or new_id("red", now)
        return self._id


def _pieces(choice: Choice) -> Sequence[Slice]:
    if choice.missing:
        raise TryAgain
    return choice.slices
