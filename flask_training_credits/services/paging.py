"""Keyset pagination with opaque cursors."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ..errors import Invalid
from .results import Page

R = TypeVar("R")
T = TypeVar("T")

LIMIT = 50
MAX_LIMIT = 200
_BIGINT = 2**63


def encode_cursor(*keys: str | int) -> str:
    """An opaque cursor that continues after the row with these sort keys."""
    return base64.urlsafe_b64encode(json.dumps(keys, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: type) -> list[Any] | None:
    """The sort keys in a cursor; None without one. Raises `Invalid` for what is not a cursor of this list."""
    if cursor is None:
        return None
    try:
        keys = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        keys = None
    if not isinstance(keys, list) or len(keys) != len(kinds) or not all(map(_is_key, keys, kinds)):
        raise Invalid.field("cursor", "This cursor is not one of ours; start without a cursor.")
    return keys


def _is_key(key: object, kind: type) -> bool:
    """True for a sort key of this kind that every database takes."""
    if type(key) is not kind:
        return False
    if isinstance(key, str):
        return key.isascii() and key.isprintable()
    return isinstance(key, int) and 0 <= key < _BIGINT


def check_limit(limit: int) -> int:
    """The limit, if it is one. Raises `Invalid`."""
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid.field("limit", f"Give a limit from 1 to {MAX_LIMIT}.")
    return limit


def page_of(
    rows: Sequence[R], limit: int, key: Callable[[R], tuple[str | int, ...]], make: Callable[[R], T]
) -> Page[T]:
    """A page from `limit + 1` rows: the one too many tells that there is a next page."""
    shown = rows[:limit]
    following = encode_cursor(*key(shown[-1])) if len(rows) > limit else None
    return Page([make(row) for row in shown], following)
