"""Refunds: credits go back to the lots that paid, last consumed first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, select, update

from ..domain.journal import Line, move
from ..models import Account, Code, CreditType, Lot, Redemption, Reservation
from . import holds
from .core import Core
from .ids import new_id
from .posting import Book, open_book
from .unit import Unit

accounts: Table = Account.__table__  # type: ignore[assignment]  # declarative says FromClause
codes: Table = Code.__table__  # type: ignore[assignment]
types: Table = CreditType.__table__  # type: ignore[assignment]
lots: Table = Lot.__table__  # type: ignore[assignment]
redemptions: Table = Redemption.__table__  # type: ignore[assignment]
reservations: Table = Reservation.__table__  # type: ignore[assignment]

_RESERVE = (
    update(reservations)
    .where(reservations.c.code_id == bindparam("code"), reservations.c.lot_id == bindparam("lot"))
    .values(amount=reservations.c.amount + bindparam("back"))
)


def cancel_by_provider(unit: Unit, core: Core, row: Any, reason: str) -> Book | None:
    """Cancel a redemption and give back everything it cost; the account's open book, or None if it was closed.

    A paying lot that has ended, or ends within the grace days, gives its part to a grace lot that lasts that long.
    The code that was used gets its value and use back; one with reserved credits reserves them again. The caller
    closes the book.
    """
    book = open_book(unit, row.account_id, core.clock)
    cancelled = unit.execute(
        update(redemptions)
        .where(redemptions.c.id == row.id, redemptions.c.state == row.state)
        .values(state="cancelled", slot=None, refunded=row.amount, reason=reason)
    )
    if cancelled.rowcount != 1:
        return None
    holds.settle(book)
    reserving = _give_code_back(unit, row, book.now)
    if row.amount:
        until = book.now + timedelta(days=_grace_days(unit, core, row.account_id))
        lines: list[Line] = []
        for lot, amount in _last_consumed_first(unit, row.lots):
            if reserving or lot["expires_at"] is None or lot["expires_at"] > until:
                lines += move(lot["id"], "spent", "available", amount)
            else:
                lines += _to_grace_lot(book, lot, amount, until)
        book.post("refund", lines, amount=row.amount, actor="system", reason=reason, redemption_id=row.id)
        if reserving:
            _reserve_again(book, row)
    return book


def _give_code_back(unit: Unit, row: Any, now: datetime) -> bool:
    """Give a code its value and use back; true when it is live and holds credits of its own."""
    if row.code_id is None:
        return False
    back = {"used": codes.c.used - row.amount, "uses": codes.c.uses - 1}
    unit.execute(update(codes).where(codes.c.id == row.code_id).values(**back))
    code = unit.execute(select(codes).where(codes.c.id == row.code_id)).one()
    is_live = code.revoked_at is None and (code.expires_at is None or code.expires_at > now)
    return is_live and code.funding == "reserved"


def _grace_days(unit: Unit, core: Core, account_id: str) -> int:
    query = select(types.c.grace_days).join(accounts, accounts.c.credit_type == types.c.key)
    days: int | None = unit.execute(query.where(accounts.c.id == account_id)).scalar_one()
    return core.settings.grace_days if days is None else days


def _last_consumed_first(unit: Unit, pieces: Any) -> list[tuple[Mapping[str, Any], int]]:
    query = select(lots).where(lots.c.id.in_([lot_id for lot_id, _ in pieces]))
    rows = {row.id: row._mapping for row in unit.execute(query)}
    return [(rows[lot_id], amount) for lot_id, amount in reversed(pieces)]


def _to_grace_lot(book: Book, lot: Mapping[str, Any], amount: int, until: datetime) -> list[Line]:
    """Lines that move a refund into a new lot like the one that paid, but ending later."""
    grace_id = new_id("lot", book.now)
    copied = {name: lot[name] for name in ("order_reference", "country", "promotional", "paid")}
    book.add_lot(
        {
            **copied,
            "id": grace_id,
            "parent_id": lot["id"],
            "starts_at": book.now,
            "expires_at": until,
            "source": "grace",
            "created_at": book.now,
        }
    )
    return [*move(lot["id"], "spent", "moved", amount), *move(grace_id, "source", "available", amount)]


def _reserve_again(book: Book, row: Any) -> None:
    lines: list[Line] = []
    for lot_id, amount in row.lots:
        lines += move(lot_id, "available", "held", amount)
    book.post("hold", lines, amount=row.amount, actor="system", reason="reserved for codes")
    book.unit.execute(_RESERVE, [{"code": row.code_id, "lot": lot, "back": amount} for lot, amount in row.lots])
