"""Which lots pay: eligibility, and the order in which lots are used up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

Deadline = Literal["booked", "begun", "attended"]


@dataclass(frozen=True, slots=True)
class LotView:
    """What the choice of lots needs to know of one; `available` in hundredths."""

    id: str
    available: int
    starts_at: datetime
    expires_at: datetime | None
    promotional: bool
    country: str | None

    @classmethod
    def of(cls, row: Sequence[Any]) -> LotView:
        """A view from a row that begins with these six fields."""
        return cls(*row[:6])


@dataclass(frozen=True, slots=True)
class Slice:
    """An amount taken from one lot."""

    lot: LotView
    amount: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Which lots pay an amount. `missing` > 0 says that they do not suffice, and then what eligible lots hold.

    `too_soon` is true when the amount would be payable but for the deadline rule.
    """

    slices: tuple[Slice, ...]
    missing: int
    eligible: int
    too_soon: bool


def is_live(lot: LotView, now: datetime) -> bool:
    """Usable at this instant: `starts_at <= now < expires_at`."""
    return lot.starts_at <= now and (lot.expires_at is None or now < lot.expires_at)


def meets_deadline(lot: LotView, deadline: str, begins: datetime | None, ends: datetime | None) -> bool:
    """The credit type's deadline rule for a session.

    `booked`: nothing more. `begun`: the session starts before the lot ends. `attended`: it ends by then
    (without an end: it starts by then). Without a session it counts as used at redemption.
    """
    if lot.expires_at is None or begins is None or deadline == "booked":
        return True
    if deadline == "begun":
        return begins < lot.expires_at
    return (ends or begins) <= lot.expires_at


def burn_order(lot: LotView) -> tuple[bool, float, bool, str]:
    """Earliest expiry first (none last), promotional before paid, oldest first (ids are time-ordered)."""
    end = lot.expires_at.timestamp() if lot.expires_at else 0.0
    return (lot.expires_at is None, end, not lot.promotional, lot.id)


def choose(
    lots: Iterable[LotView],
    amount: int,
    *,
    now: datetime,
    deadline: str = "booked",
    begins: datetime | None = None,
    ends: datetime | None = None,
    country: str | None = None,
    home_country: bool = False,
) -> Choice:
    """Choose the lots that pay `amount` hundredths at `now`.

    Under `home_country` only lots of the offering's `country` pay; an unknown country on either side never passes.
    """
    live = [lot for lot in lots if lot.available > 0 and is_live(lot, now)]
    if home_country:
        live = [lot for lot in live if lot.country is not None and lot.country == country]
    eligible = sorted((lot for lot in live if meets_deadline(lot, deadline, begins, ends)), key=burn_order)
    slices = []
    missing = amount
    for lot in eligible:
        if missing <= 0:
            break
        taken = min(lot.available, missing)
        slices.append(Slice(lot, taken))
        missing -= taken
    total = sum(lot.available for lot in eligible)
    too_soon = missing > 0 and sum(lot.available for lot in live) >= amount
    return Choice(tuple(slices), missing, total, too_soon)


def take(lots: dict[str, LotView], slices: Iterable[Slice]) -> None:
    """Lower what is available in `lots` by what the slices took, so that the next item sees what is left."""
    for piece in slices:
        lot = lots[piece.lot.id]
        lots[lot.id] = replace(lot, available=lot.available - piece.amount)
