"""One item of a checkout with everything known of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from ..domain.cancellation import Tier, tiers
from ..domain.iso import zone
from ..domain.lots import Choice, LotView, choose
from ..domain.pricing import Price
from ..domain.refusals import Facts, No, Source
from ..domain.validity import end_instant, start_instant
from ..domain.values import Item, Offering
from .core import Core
from .tokens import Line

T = TypeVar("T")


@dataclass(slots=True)
class Judged:
    """One item with everything known of it; `no` is why it cannot be bought."""

    item: Item
    facts: Facts
    no: No | None
    balance_before: int | None = None
    """What the account has before this item; only for those who may see it."""
    ended: str | None = None
    """Id of an earlier redemption whose access has ended but still keeps the slot."""

    @property
    def source(self) -> Source:
        """What pays; only for items that are not refused."""
        return _known(self.facts.source)

    @property
    def offering(self) -> Offering:
        """What is bought; only for items that are not refused."""
        return _known(self.facts.offering)

    @property
    def price(self) -> Price:
        """What it costs; only for items that are not refused."""
        return _known(self.facts.price)

    @property
    def balance_after(self) -> int | None:
        """What is left after this item: on the account for those who may see it, else on the code."""
        if self.balance_before is not None:
            return self.balance_before - (0 if self.source.is_reserved else self.price.amount)
        remaining = self.source.code.remaining if self.source.code else None
        return None if remaining is None else remaining - self.price.amount

    @property
    def slot(self) -> str | None:
        """What a live redemption of this offering by this learner keeps to itself; None for what may repeat."""
        return slot_of(self.facts.learner.id, self.offering)


def _known(value: T | None) -> T:
    if value is None:
        raise AssertionError("asked of an item that is refused")
    return value


def slot_of(user_id: str, offering: Offering) -> str | None:
    """The slot of a learner and an offering; None where several may be live."""
    if offering.repeatable or offering.voucher:
        return None
    return hashlib.sha256(f"{user_id}\n{offering.id}".encode()).hexdigest()


def pick(lots: dict[str, LotView], judged: Judged, now: datetime) -> Choice:
    """The lots among `lots` that pay for an item at `now`."""
    offering, source, local = judged.offering, judged.source, zone(judged.source.zone)
    return choose(
        lots.values(),
        judged.price.amount,
        now=now,
        deadline=source.deadline,
        begins=start_instant(offering.starts_at, local) if offering.starts_at else None,
        ends=end_instant(offering.ends_at, local) if offering.ends_at else None,
        country=offering.country,
        home_country=source.needs_home_country(offering),
    )


def line_of(one: Judged) -> Line:
    """What a quote token says of an item."""
    source, cost = one.source, one.facts.price or Price(0, 0, 0)
    paid_by = source.code_id or source.account_id
    return (
        one.item.offering_id,
        one.item.quantity,
        one.facts.learner.id,
        paid_by,
        cost.unit,
        cost.gross,
        cost.discount,
    )


def cancellation_tiers(core: Core, one: Judged) -> list[Tier]:
    """The tiers that a cancellation of this item would follow."""
    country = one.offering.country or ""

    def is_holiday(day: date) -> bool:
        return day in core.host.holidays(country, day.year)

    return tiers(one.offering, one.source.cancellation, zone(one.source.zone), is_holiday)
