"""Instants and days, as JSON has them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, ClassVar, TypeVar

from marshmallow import ValidationError, fields

from ..domain.wire import instant
from .base import JsonSchema

Day = TypeVar("Day", date, datetime)

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(?P<zone>[Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEARS = range(1970, 9990)
"""Dates outside cannot be meant, and could not be moved by a term or a zone without leaving the calendar."""


class Instant(fields.Field[datetime]):
    """A moment: RFC 3339 with a zone in, UTC out. A time without a zone is refused, never guessed."""

    accepts: ClassVar[JsonSchema] = {
        "type": "string",
        "format": "date-time",
        "examples": ["2027-03-16T00:00:00Z"],
    }
    gives = accepts

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else instant(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        match = _INSTANT.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValidationError('Write a time as "2027-03-16T00:00:00Z".')
        if match["zone"] is None:
            raise ValidationError('Say the time zone: add "Z" for UTC, or an offset such as "+01:00".')
        try:
            moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError("There is no such time.") from None
        return _in_calendar(moment)


class LocalDate(fields.Field[date]):
    """A day, `YYYY-MM-DD`, in the zone of the credit type it belongs to."""

    accepts: ClassVar[JsonSchema] = {"type": "string", "format": "date", "examples": ["2027-03-15"]}
    gives = accepts

    def _serialize(self, value: date | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValidationError('Write a day as "2027-03-15".')
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise ValidationError("There is no such day.") from None
        return _in_calendar(day)


class InstantOrDate(fields.Field[date]):
    """In answers only: a moment, or a day where the host gave a day."""

    gives: ClassVar[JsonSchema] = {"type": "string", "examples": ["2027-03-16T09:00:00Z", "2027-03-16"]}

    def _serialize(self, value: date | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if isinstance(value, datetime):
            return instant(value)
        return None if value is None else value.isoformat()


def _in_calendar(day: Day) -> Day:
    """The same day. Raises `ValidationError` for one that nobody can mean."""
    if day.year not in _YEARS:
        raise ValidationError(f"The year must be from {_YEARS[0]} to {_YEARS[-1]}.")
    return day
