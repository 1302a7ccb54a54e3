"""What reserved codes hold on an account's lots, and how it comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Table, bindparam, select, update

from ..domain.journal import Line, move
from ..domain.lots import LotView
from ..models import Lot, Reservation
from .balances import lapsed_reservations
from .posting import Book

lots: Table = Lot.__table__  # type: ignore[assignment]  # declarative says FromClause
reservations: Table = Reservation.__table__  # type: ignore[assignment]

_HELD = (
    select(
        lots.c.id,
        reservations.c.amount.label("available"),
        lots.c.starts_at,
        lots.c.expires_at,
        lots.c.promotional,
        lots.c.country,
        lots.c.amount,
        lots.c.paid,
        lots.c.order_reference,
        reservations.c.code_id,
    )
    .join_from(reservations, lots, lots.c.id == reservations.c.lot_id)
    .where(reservations.c.amount > 0)
)
_TAKE = (
    update(reservations)
    .where(reservations.c.code_id == bindparam("code"), reservations.c.lot_id == bindparam("lot"))
    .values(amount=reservations.c.amount - bindparam("taken"))
)


def held_by(execute: Any, code_ids: Sequence[str]) -> dict[str, list[Any]]:
    """The slices that these codes still hold: rows that begin with the fields of a `LotView`."""
    found: dict[str, list[Any]] = {code_id: [] for code_id in code_ids}
    if found:
        for row in execute(_HELD.where(reservations.c.code_id.in_(list(found)))):
            found[row.code_id].append(row)
    return found


def take(book: Book, taken: Sequence[tuple[str, str, int]]) -> None:
    """Lower reservations: `(code id, lot id, hundredths)`."""
    if taken:
        book.unit.execute(_TAKE, [{"code": code, "lot": lot, "taken": amount} for code, lot, amount in taken])


def release(book: Book, code_ids: Sequence[str], actor: str, reason: str) -> None:
    """Give back all that these codes hold: to what is available, or to expired where the lot has ended."""
    rows = [row for held in held_by(book.unit.execute, code_ids).values() for row in held]
    _give_back(book, [(row.code_id, LotView.of(row)) for row in rows], actor, reason)


def settle(book: Book) -> None:
    """Book what is due before anything else: expired lots, and what expired codes still hold."""
    book.settle()
    held = [(row.code_id, LotView(row.id, row.reserved, *row[2:6])) for row in _lapsed(book)]
    _give_back(book, held, "system", "code expired")


def is_due(book: Book) -> bool:
    """True when there is something to settle."""
    return bool(book.due() or _lapsed(book))


def _lapsed(book: Book) -> list[Any]:
    return lapsed_reservations(book.unit, [book.account_id], book.now) if book.held else []


def _give_back(book: Book, held: Sequence[tuple[str, LotView]], actor: str, reason: str) -> None:
    if not held:
        return
    lines: list[Line] = []
    for _, lot in held:
        has_ended = lot.expires_at is not None and lot.expires_at <= book.now
        lines += move(lot.id, "held", "expired" if has_ended else "available", lot.available)
        if not has_ended:
            known = book.lots.get(lot.id)
            book.lots[lot.id] = replace(lot, available=lot.available + (known.available if known else 0))
    total = sum(lot.available for _, lot in held)
    book.post("release", lines, amount=total, actor=actor, reason=reason)
    take(book, [(code_id, lot.id, lot.available) for code_id, lot in held])
