"""What a cancellation returns, and until when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from .amounts import percent_half_up
from .eligibility import matches
from .validity import start_instant
from .values import Offering

_SATURDAY = 5
_DEFAULT_TIERS: Sequence[Mapping[str, Any]] = ({"days": 0, "percent": 100},)


@dataclass(frozen=True, slots=True)
class Tier:
    """Before `until`, `percent` comes back."""

    until: datetime
    percent: int

    def refund(self, amount: int) -> int:
        """The tier's share of an amount in hundredths, half up."""
        return percent_half_up(amount, self.percent)


def tiers(
    offering: Offering,
    policy: Sequence[Mapping[str, Any]],
    zone: tzinfo,
    is_holiday: Callable[[date], bool] = lambda day: False,
) -> list[Tier]:
    """The tiers of the first matching policy, soonest end first.

    `until` is the session's start minus the tier's days in the type's zone, same wall time, exclusive. Without a
    matching policy everything comes back before the start; without a session the learner cannot cancel at all.
    """
    if offering.starts_at is None:
        return []
    rules = next((rule["tiers"] for rule in policy if matches(offering, rule)), _DEFAULT_TIERS)
    start = start_instant(offering.starts_at, zone).astimezone(zone)
    found = (Tier(_before(start, rule, is_holiday).astimezone(UTC), rule["percent"]) for rule in rules)
    return sorted(found, key=lambda tier: tier.until)


def _before(start: datetime, rule: Mapping[str, Any], is_holiday: Callable[[date], bool]) -> datetime:
    """`start` minus the rule's days or business days, at the same wall time."""
    if rule.get("business_days") is None:
        return start - timedelta(days=rule.get("days") or 0)
    day, left = start, rule["business_days"]
    while left > 0:
        day -= timedelta(days=1)
        if day.weekday() < _SATURDAY and not is_holiday(day.date()):
            left -= 1
    return day
