"""How long the access lasts that a redemption buys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from .validity import local_day, midnight
from .values import Offering


def access_end(
    offering: Offering,
    now: datetime,
    zone: tzinfo,
    *,
    code_days: int | None,
    code_ends_at: datetime | None,
    lots_end: Iterable[datetime | None],
) -> datetime | None:
    """The earliest of the offering's days and date, the code's days, the code's end and the lots' ends, or None.

    Days count from now and end at the local midnight after the last one. `code_ends_at` and `lots_end` are given
    only where access ends with them.
    """
    days = (days for days in (offering.access_days, code_days) if days is not None)
    today = local_day(now, zone)
    ends = [midnight(today + timedelta(days=count + 1), zone) for count in days]
    ends += [end for end in (offering.access_until, code_ends_at, *lots_end) if end is not None]
    return min(ends, default=None)
