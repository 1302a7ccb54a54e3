"""What holds when the host says nothing."""

from __future__ import annotations

from collections.abc import Set
from datetime import UTC, date, datetime


def no_holidays(_country: str, _year: int) -> Set[date]:
    """Every day from Monday to Friday is a business day."""
    return frozenset()


def system_clock() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)
