"""Days and instants as people read them, in a `<time>` that machines can read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from markupsafe import Markup

from .i18n import flask_babel

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def zone_of(name: str | None) -> tzinfo:
    """The IANA zone, or UTC when there is none or it is not known here."""
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        return UTC


def show_day(moment: datetime | date, zone: tzinfo) -> Markup:
    """`15 March 2027`: the day on which an instant falls in a zone."""
    day = moment.astimezone(zone).date() if isinstance(moment, datetime) else moment
    return _tag(day.isoformat(), day_text(day))


def show_last_day(ends_at: datetime, zone: tzinfo) -> Markup:
    """The last day that lies before an end; the end itself is exclusive, and often midnight."""
    day = (ends_at.astimezone(zone) - timedelta(microseconds=1)).date()
    return _tag(ends_at.isoformat(), day_text(day))


def show_moment(moment: datetime, zone: tzinfo) -> Markup:
    """`15 March 2027, 14:05 UTC`."""
    local = moment.astimezone(zone)
    return _tag(moment.isoformat(), f"{day_text(local.date())}, {local:%H:%M} {local.tzname()}")


def day_text(day: date) -> str:
    """A day in words, by Flask-Babel where the host has it."""
    babel = flask_babel()
    if babel is not None:
        return str(babel.format_date(day, "long"))
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _tag(machine: str, people: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(machine, people)
