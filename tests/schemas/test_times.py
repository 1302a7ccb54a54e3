"""Instants and days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from marshmallow import ValidationError

from flask_training_credits.schemas.times import Instant, InstantOrDate, LocalDate

NOON = datetime(2027, 3, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["2027-03-15T12:00:00Z", "2027-03-15t12:00:00z", "2027-03-15T13:00:00+01:00", "2027-03-15 12:00:00.000000Z"],
)
def test_instants_are_rfc_3339(written: str) -> None:
    """Any zone goes in, UTC comes out."""
    assert Instant().deserialize(written) == NOON


def test_a_naive_time_is_refused_with_its_mending() -> None:
    """A zone is never guessed."""
    with pytest.raises(ValidationError, match='add "Z" for UTC'):
        Instant().deserialize("2027-03-15T12:00:00")


@pytest.mark.parametrize(
    "written",
    [
        "2027-03-15",
        "2027-02-30T12:00:00Z",
        "2027-03-15T24:00:01Z",
        "2027-03-15T12:00:00+25:00",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "1969-12-31T23:59:59Z",
        "٢٠٢٧-03-15T12:00:00Z",
        "2027-W11-1T12:00:00Z",
        "now",
        "",
        1_800_000_000,
        True,
    ],
)
def test_what_is_no_instant_is_refused(written: Any) -> None:
    """Not even what Python's own reader would take."""
    with pytest.raises(ValidationError):
        Instant().deserialize(written)


def test_instants_are_given_in_utc() -> None:
    """`Z`, and microseconds only where there are any."""
    zone = timezone(timedelta(hours=1))

    assert Instant().serialize("at", {"at": NOON.astimezone(zone)}) == "2027-03-15T12:00:00Z"


def test_days_are_read_and_given_as_written() -> None:
    """A day has no zone of its own."""
    assert LocalDate().deserialize("2027-03-15") == date(2027, 3, 15)
    assert LocalDate().serialize("on", {"on": date(2027, 3, 15)}) == "2027-03-15"


@pytest.mark.parametrize(
    "written", ["2027-02-29", "20270315", "2027-W11-1", "2027-3-15", "2027-03-15T00:00:00Z", "1969-12-31", "", 0]
)
def test_what_is_no_day_is_refused(written: Any) -> None:
    """One spelling, one meaning."""
    with pytest.raises(ValidationError):
        LocalDate().deserialize(written)


def test_an_offering_may_start_at_an_instant_or_on_a_day() -> None:
    """The host's own precision is kept."""
    field = InstantOrDate()

    assert field.serialize("at", {"at": NOON}) == "2027-03-15T12:00:00Z"
    assert field.serialize("at", {"at": NOON.date()}) == "2027-03-15"
    assert field.serialize("at", {"at": None}) is None
