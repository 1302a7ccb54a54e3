"""From local days to instants: when credits become usable and when they stop."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta, tzinfo


def midnight(day: date, zone: tzinfo) -> datetime:
    """The first instant of a local day, in UTC.

    Where daylight saving skips midnight, the day starts at the first wall time there is: the skipped wall time,
    read with the offset before the change, names that very instant.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)


def local_day(moment: datetime, zone: tzinfo) -> date:
    """The local day an instant falls on."""
    return moment.astimezone(zone).date()


def add_months(day: date, months: int) -> date:
    """The same day of a later month; what that month lacks becomes its last day (29 February, 31st)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def end_of(last_day: date, zone: tzinfo) -> datetime:
    """The instant after a last usable local day: the following local midnight."""
    return midnight(last_day + timedelta(days=1), zone)


def start_instant(moment: datetime | date, zone: tzinfo) -> datetime:
    """An offering's start in UTC; a date is that local day's first instant."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else midnight(moment, zone)


def end_instant(moment: datetime | date, zone: tzinfo) -> datetime:
    """An offering's end in UTC; a date means the end of that local day."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else end_of(moment, zone)


def lot_window(
    zone: tzinfo,
    now: datetime,
    *,
    ordered_on: date,
    starts_on: date | None,
    expires_on: date | None,
    validity_months: int | None,
    validity_from: str,
) -> tuple[datetime, datetime | None]:
    """From when to when a new lot is usable.

    Validity counts from the order, start or issue date; twelve months from 2026-03-15 end at the local midnight
    after 2027-03-15. Raises `ValueError` as `(field, sentence)` for an end before the start or already past.
    """
    first = starts_on or ordered_on
    if expires_on is None and validity_months is not None:
        anchors = {"order": ordered_on, "start": first, "issue": local_day(now, zone)}
        last: date | None = add_months(anchors[validity_from], validity_months)
        named = "starts_on" if starts_on else "ordered_on"
    else:
        last, named = expires_on, "expires_on"
    starts_at = midnight(first, zone)
    if last is None:
        return starts_at, None
    expires_at = end_of(last, zone)
    if expires_at <= starts_at:
        raise ValueError(named, "The last usable day is before the first one.")
    if expires_at <= now:
        raise ValueError(named, f"These credits would have expired on {last.isoformat()} already.")
    return starts_at, expires_at
