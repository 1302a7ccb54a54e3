"""What a cancellation returns, and until when."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flask_training_credits.domain.cancellation import Tier, tiers
from flask_training_credits.domain.values import Offering

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 30, 9, tzinfo=BERLIN)
"""The morning after clocks have gone forward."""


def session(starts_at: datetime | date | None = MONDAY, **fields: Any) -> Offering:
    """A class in person, with these fields."""
    defaults: dict[str, Any] = {"id": "o", "title": "O", "kind": "class", "delivery": "in_person"}
    return Offering(starts_at=starts_at, **defaults | fields)


def utc(text: str) -> datetime:
    """An instant written `2026-03-15T12:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_without_a_policy_everything_comes_back_before_the_start() -> None:
    """One tier, which ends with the session's start."""
    assert tiers(session(), [], BERLIN) == [Tier(utc("2026-03-30T07:00"), 100)]


def test_without_a_session_the_learner_cannot_cancel() -> None:
    """There is no tier, whatever the policy."""
    assert tiers(session(None), [{"tiers": [{"days": 0, "percent": 100}]}], BERLIN) == []


def test_a_session_given_as_a_date_starts_with_the_local_day() -> None:
    """A day in Berlin starts at 22:00 in summer and 23:00 in winter, in UTC."""
    assert tiers(session(date(2026, 3, 30)), [], BERLIN) == [Tier(utc("2026-03-29T22:00"), 100)]


def test_days_before_the_start_keep_the_wall_time_across_daylight_saving() -> None:
    """Two days before 09:00 in summer time are 09:00 in winter time, 49 hours earlier, and soonest ends first."""
    policy = [{"tiers": [{"days": 0, "percent": 0}, {"days": 2, "percent": 50}, {"days": 14, "percent": 100}]}]
    assert tiers(session(), policy, BERLIN) == [
        Tier(utc("2026-03-16T08:00"), 100),
        Tier(utc("2026-03-28T08:00"), 50),
        Tier(utc("2026-03-30T07:00"), 0),
    ]


def test_the_wall_time_is_that_of_the_credit_types_zone() -> None:
    """A session in Tokyo under a type in Berlin: clocks in Berlin count."""
    tokyo = session(datetime(2026, 3, 30, 16, tzinfo=ZoneInfo("Asia/Tokyo")))
    assert tiers(tokyo, [{"tiers": [{"days": 2, "percent": 50}]}], BERLIN) == [Tier(utc("2026-03-28T08:00"), 50)]


@pytest.mark.parametrize(
    ("business_days", "until"),
    [(0, "2026-03-30T07:00"), (1, "2026-03-27T08:00"), (5, "2026-03-23T08:00"), (6, "2026-03-20T08:00")],
)
def test_business_days_leave_out_weekends(business_days: int, until: str) -> None:
    """The business day before a Monday is a Friday."""
    policy = [{"tiers": [{"business_days": business_days, "percent": 50}]}]
    assert tiers(session(), policy, BERLIN) == [Tier(utc(until), 50)]


def test_business_days_leave_out_holidays() -> None:
    """With Friday off, the business day before Monday is Thursday."""
    policy = [{"tiers": [{"business_days": 1, "percent": 50}]}]
    found = tiers(session(), policy, BERLIN, lambda day: day == date(2026, 3, 27))
    assert found == [Tier(utc("2026-03-26T08:00"), 50)]


def test_the_first_policy_that_matches_kind_and_delivery_counts() -> None:
    """One for others is passed over; where none matches the default holds."""
    policy = [
        {"kinds": ["exam"], "tiers": [{"days": 1, "percent": 10}]},
        {"deliveries": ["in_person"], "tiers": [{"days": 3, "percent": 20}]},
        {"tiers": [{"days": 4, "percent": 30}]},
    ]
    assert [tier.percent for tier in tiers(session(), policy, BERLIN)] == [20]
    assert [tier.percent for tier in tiers(session(kind="exam"), policy, BERLIN)] == [10]
    assert [tier.percent for tier in tiers(session(delivery="virtual"), policy, BERLIN)] == [30]
    assert [tier.percent for tier in tiers(session(delivery="virtual"), policy[:2], BERLIN)] == [100]


@pytest.mark.parametrize(("amount", "percent", "back"), [(2000, 50, 1000), (50, 33, 17), (1, 50, 1), (0, 100, 0)])
def test_a_tiers_share_is_rounded_half_up(amount: int, percent: int, back: int) -> None:
    """In the learner's favour at exactly half a hundredth."""
    assert Tier(utc("2026-03-30T07:00"), percent).refund(amount) == back
