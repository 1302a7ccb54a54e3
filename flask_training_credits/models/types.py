"""Column types that mean the same on SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator

_MYSQL = ("mysql", "mariadb")
_dump = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


def text_key(length: int) -> String:
    """A string compared byte by byte: MariaDB's default collation would take `AbC` for `aBc`."""
    return String(length).with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), *_MYSQL)


def long_text() -> Text:
    """Text of any length: MariaDB's TEXT ends at 64 kB, less than the answer to a bulk request."""
    return Text().with_variant(mysql.LONGTEXT(), *_MYSQL)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant to the microsecond: aware UTC in Python on every database."""

    impl = DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), *_MYSQL)  # else MariaDB drops microseconds
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; hand on UTC, naive where the database has no zones."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("instants must be aware")
        instant = value if value.tzinfo is UTC else value.astimezone(UTC)
        return instant if dialect.name == "postgresql" else instant.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonText(TypeDecorator[Any]):
    """JSON kept as text: MariaDB's JSON is reflected as LONGTEXT and would never be a clean autogenerate."""

    impl = long_text()
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Dump; None stays NULL."""
        return None if value is None else _dump(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Load; NULL stays None."""
        return None if value is None else json.loads(value)
