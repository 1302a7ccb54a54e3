"""Public ids: a prefix that tells the kind, then a time-ordered random part; and base 32."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(a + b for a in CROCKFORD for b in CROCKFORD)

Prefix = Literal["acc", "lot", "cod", "ord", "red", "txn", "pur", "cas", "vou", "mem", "kep", "evt"]


def crockford(number: int, length: int) -> str:
    """A number in Crockford's base 32, with leading zeros."""
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(5 * (length - 1), -1, -5))


def id_text(prefix: Prefix, at: datetime, rest: int) -> str:
    """An id, such as `acc_01KXTZ…`: 48 bits of milliseconds, then `rest`, 80 bits (the layout of ULID)."""
    number = int(at.timestamp() * 1000) << 80 | rest
    return f"{prefix}_" + "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])
