"""From local days to instants: months, leap days, daylight saving, zones at the ends of the earth."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_training_credits.domain.validity import (
    add_months,
    end_instant,
    end_of,
    local_day,
    lot_window,
    midnight,
    start_instant,
)

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
WINDOW: dict[str, Any] = {
    "ordered_on": date(2026, 3, 15),
    "starts_on": None,
    "expires_on": None,
    "validity_months": 12,
    "validity_from": "order",
}


def utc(text: str) -> datetime:
    """An instant written `2026-03-15T12:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-03-15", 12, "2027-03-15"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2023-02-28", 12, "2024-02-28"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2023-12-31", 2, "2024-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-03-15", 0, "2026-03-15"),
    ],
)
def test_months_keep_the_day_or_take_the_last_one_there_is(day: str, months: int, later: str) -> None:
    """29 February becomes 28 February, on every database alike."""
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(later)


@pytest.mark.parametrize(
    ("zone", "day", "begins", "ends"),
    [
        ("UTC", "2026-03-15", "2026-03-15T00:00", "2026-03-16T00:00"),
        ("Pacific/Kiritimati", "2026-03-15", "2026-03-14T10:00", "2026-03-15T10:00"),
        ("Etc/GMT+12", "2026-03-15", "2026-03-15T12:00", "2026-03-16T12:00"),
        ("Asia/Kathmandu", "2026-03-15", "2026-03-14T18:15", "2026-03-15T18:15"),
        # 23 hours: clocks go forward at two and at one in the morning.
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("Europe/Lisbon", "2026-03-29", "2026-03-29T00:00", "2026-03-29T23:00"),
        # 25 hours: clocks go back at three and at two in the morning.
        ("Europe/Berlin", "2025-10-26", "2025-10-25T22:00", "2025-10-26T23:00"),
        ("America/New_York", "2025-11-02", "2025-11-02T04:00", "2025-11-03T05:00"),
        # Midnight is skipped: the day starts at one.
        ("America/Santiago", "2025-09-07", "2025-09-07T04:00", "2025-09-08T03:00"),
        ("Asia/Beirut", "2025-03-30", "2025-03-29T22:00", "2025-03-30T21:00"),
        # Midnight comes twice: the day starts with the first.
        ("America/Havana", "2025-11-02", "2025-11-02T04:00", "2025-11-03T05:00"),
        # The whole day was skipped when the date line moved: it is over when it begins.
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00", "2011-12-30T10:00"),
    ],
)
def test_a_local_day_is_from_its_first_instant_to_the_next_days(zone: str, day: str, begins: str, ends: str) -> None:
    """Days are 23, 24 or 25 hours long, and both ends are instants in UTC."""
    there, the_day = ZoneInfo(zone), date.fromisoformat(day)
    assert midnight(the_day, there) == utc(begins)
    assert end_of(the_day, there) == utc(ends)
    assert midnight(the_day, there).tzinfo is UTC


@given(
    st.dates(date(1990, 1, 1), date(2037, 1, 1)),
    st.sampled_from(["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin", "America/Santiago", "America/Havana"]),
)
def test_midnight_is_the_first_instant_of_its_day(day: date, zone: str) -> None:
    """It falls on the day and the microsecond before falls on another, daylight saving or not."""
    there = ZoneInfo(zone)
    first = midnight(day, there)
    before = first - timedelta(microseconds=1)
    if day != date(1994, 12, 31) or zone != "Pacific/Kiritimati":  # that one was skipped
        assert local_day(first, there) == day
    assert local_day(before, there) < day


def test_a_session_given_as_a_date_lasts_that_whole_local_day() -> None:
    """It starts with the day's first instant and ends with its last; an instant is itself."""
    berlin, day = ZoneInfo("Europe/Berlin"), date(2026, 3, 29)
    moment = datetime(2026, 3, 29, 9, tzinfo=berlin)
    assert start_instant(day, berlin) == utc("2026-03-28T23:00")
    assert end_instant(day, berlin) == utc("2026-03-29T22:00")
    assert start_instant(moment, ZoneInfo("UTC")) == end_instant(moment, ZoneInfo("UTC")) == utc("2026-03-29T07:00")


@pytest.mark.parametrize(
    ("zone", "given", "starts_at", "expires_at"),
    [
        ("UTC", {}, "2026-03-15T00:00", "2027-03-16T00:00"),
        ("Pacific/Kiritimati", {}, "2026-03-14T10:00", "2027-03-15T10:00"),
        ("Etc/GMT+12", {}, "2026-03-15T12:00", "2027-03-16T12:00"),
        ("Europe/Berlin", {}, "2026-03-14T23:00", "2027-03-15T23:00"),
        # Ends on the day on which clocks go forward, and on the one on which they go back.
        ("Europe/Berlin", {"ordered_on": date(2026, 3, 28)}, "2026-03-27T23:00", "2027-03-28T22:00"),
        ("Europe/Berlin", {"ordered_on": date(2026, 10, 31)}, "2026-10-30T23:00", "2027-10-31T23:00"),
        ("America/Santiago", {"expires_on": date(2026, 9, 5)}, "2026-03-15T03:00", "2026-09-06T04:00"),
        ("UTC", {"ordered_on": date(2028, 2, 29)}, "2028-02-29T00:00", "2029-03-01T00:00"),
        # The anchor decides from which day the months count.
        ("UTC", {"starts_on": date(2026, 5, 1)}, "2026-05-01T00:00", "2027-03-16T00:00"),
        ("UTC", {"starts_on": date(2026, 5, 1), "validity_from": "start"}, "2026-05-01T00:00", "2027-05-02T00:00"),
        ("UTC", {"ordered_on": date(2026, 1, 1), "validity_from": "start"}, "2026-01-01T00:00", "2027-01-02T00:00"),
        ("UTC", {"ordered_on": date(2026, 1, 1), "validity_from": "issue"}, "2026-01-01T00:00", "2027-03-16T00:00"),
        # At noon in London it is tomorrow already on Kiritimati.
        ("Pacific/Kiritimati", {"validity_from": "issue"}, "2026-03-14T10:00", "2027-03-16T10:00"),
        # A date given by staff is the last usable day and wins over the months.
        ("UTC", {"expires_on": date(2026, 3, 15)}, "2026-03-15T00:00", "2026-03-16T00:00"),
        ("UTC", {"expires_on": date(2030, 1, 1)}, "2026-03-15T00:00", "2030-01-02T00:00"),
        ("UTC", {"validity_months": 0}, "2026-03-15T00:00", "2026-03-16T00:00"),
        ("UTC", {"validity_months": None}, "2026-03-15T00:00", None),
        ("UTC", {"validity_months": None, "expires_on": date(2026, 3, 31)}, "2026-03-15T00:00", "2026-04-01T00:00"),
    ],
)
def test_the_window_of_a_lot(zone: str, given: dict[str, Any], starts_at: str, expires_at: str | None) -> None:
    """Twelve months from 2026-03-15 mean usable through that local day a year later."""
    window = lot_window(ZoneInfo(zone), NOON, **WINDOW | given)
    assert window == (utc(starts_at), utc(expires_at) if expires_at else None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"expires_on": date(2026, 3, 14)}, "expires_on"),
        ({"starts_on": date(2026, 5, 2), "expires_on": date(2026, 5, 1)}, "expires_on"),
        ({"ordered_on": date(2025, 3, 14)}, "ordered_on"),
        ({"ordered_on": date(2024, 1, 1), "starts_on": date(2024, 2, 1), "validity_from": "start"}, "starts_on"),
        # The months count from an order long ago, and end before the credits start.
        ({"ordered_on": date(2025, 6, 1), "starts_on": date(2026, 7, 1)}, "starts_on"),
    ],
)
def test_a_lot_that_could_never_be_used_is_refused(given: dict[str, Any], field: str) -> None:
    """An end already past or before the start names the field to change."""
    with pytest.raises(ValueError, match=field) as refused:
        lot_window(ZoneInfo("UTC"), NOON, **WINDOW | given)
    assert refused.value.args[0] == field


def test_a_lot_may_end_a_microsecond_from_now_and_not_now() -> None:
    """The window is half open: at its end a lot is no longer usable."""
    given = WINDOW | {"expires_on": date(2026, 3, 15)}
    end = datetime(2026, 3, 16, tzinfo=UTC)
    assert lot_window(ZoneInfo("UTC"), end - timedelta(microseconds=1), **given)[1] == end
    with pytest.raises(ValueError, match="expires_on"):
        lot_window(ZoneInfo("UTC"), end, **given)
