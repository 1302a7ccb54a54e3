"""How configured values are read: each answers the checked value or raises `ValueError` with what it must be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from limits import parse_many

from ..domain.values import Person


def text(value: object) -> str | None:
    """A string that is not empty, or None."""
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    raise ValueError("must be a string that is not empty, or None")


def url_prefix(value: object) -> str:
    """A path to mount under; "/" and "" mount at the root."""
    if not isinstance(value, str) or not re.fullmatch(r"(/[^/<>\s]+)*/?", value):
        raise ValueError('must be a path such as "/credits"')
    return value.rstrip("/")


def keys(value: object) -> tuple[bytes, ...]:
    """Keys as bytes; one key may stand alone."""
    listed = [value] if isinstance(value, str | bytes) else _listed(value)
    if not listed or not all(isinstance(key, str | bytes) and key for key in listed):
        raise ValueError("must be a list of strings or bytes, oldest to newest, none of them empty")
    return tuple(key.encode() if isinstance(key, str) else key for key in listed)


def web_address(value: object) -> str | None:
    """An http or https address, without a slash at its end."""
    if value is None:
        return None
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ValueError('must be an address such as "https://lms.example"')
    return parts.geturl().rstrip("/")


def people(value: object) -> tuple[str, ...]:
    """User ids and e-mail addresses, as strings."""
    listed = _listed(value)
    if listed is None or not all(isinstance(entry, str | int) and str(entry).strip() for entry in listed):
        raise ValueError("must be a list of user ids and e-mail addresses")
    return tuple(str(entry).strip() for entry in listed)


def switch(value: object) -> bool | Callable[[Person | None], bool]:
    """A boolean, or a callable of the person (None: a visitor)."""
    if isinstance(value, bool) or callable(value):
        return value
    raise ValueError("must be True, False or a callable that takes a Person or None")


def flag(value: object) -> bool:
    """A boolean."""
    if isinstance(value, bool):
        return value
    raise ValueError("must be True or False")


def block(value: object) -> str:
    """The name of a Jinja block."""
    if isinstance(value, str) and value.isidentifier():
        return value
    raise ValueError('must be the name of a block in BASE_TEMPLATE, such as "content"')


def folder(value: object) -> str | None:
    """A folder that exists."""
    if value is None:
        return None
    if isinstance(value, str | Path) and Path(value).is_dir():
        return str(value)
    raise ValueError("must be the path of a folder that exists, or None")


def email(value: object) -> str | None:
    """An e-mail address, or None."""
    if value is None or (isinstance(value, str) and re.fullmatch(r"[^@\s]+@[^@\s]+", value)):
        return value
    raise ValueError('must be an e-mail address such as "credits@lms.example", or None')


def command(value: object) -> str:
    """The name of a command."""
    if isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9_-]*", value):
        return value
    raise ValueError('must be the name of a command, such as "credits"')


def at_least(least: int) -> Callable[[object], int]:
    """A whole number from `least` on."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"must be a whole number of at least {least}")
        return value

    return read


def days(value: object) -> tuple[int, ...]:
    """Numbers of days, in any order."""
    listed = _listed(value)
    if listed is None or not all(isinstance(day, int) and not isinstance(day, bool) and day >= 0 for day in listed):
        raise ValueError("must be a list of whole numbers of days, none negative")
    return tuple(listed)


def rate(value: object) -> str:
    """A rate limit as the `limits` library writes it."""
    try:
        if isinstance(value, str) and parse_many(value):
            return value
    except ValueError:
        pass
    raise ValueError('must be a rate limit such as "10 per 10 minutes"')


def storage(value: object) -> str:
    """Where rate limits are counted, as the `limits` library writes it."""
    if isinstance(value, str) and "://" in value:
        return value
    raise ValueError('must be a storage address such as "memory://" or "redis://localhost:6379"')


def _listed(value: object) -> list[Any] | None:
    """The members of a list, tuple or set; None for anything else, a string included."""
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        return None
    return list(value)
