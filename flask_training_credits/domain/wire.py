"""Frozen results as JSON has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Any

from .amounts import wire


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, microseconds only where there are any: `2027-03-16T00:00:00Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


_PLAIN = frozenset([NoneType, bool, int, str])


def to_wire(value: Any) -> Any:
    """JSON-ready data: credits as strings, instants in UTC, dates as `YYYY-MM-DD`, values as objects."""
    if type(value) in _PLAIN:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: to_wire(getattr(value, name)) for name in _names(type(value))}
    match value:
        case int() | str():
            return value
        case Decimal():
            return wire(value)
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): to_wire(item) for key, item in value.items()}
        case Sequence() | frozenset() | set():
            return [to_wire(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no wire form")
