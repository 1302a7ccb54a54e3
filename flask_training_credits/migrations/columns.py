"""Column types as our revisions write them. Revisions are history: add types, never change one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

_MYSQL = ("mysql", "mariadb")


def text_key(length: int) -> TypeEngine[Any]:
    """A string compared byte by byte."""
    return sa.String(length).with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), *_MYSQL)


def instant() -> TypeEngine[Any]:
    """UTC to the microsecond."""
    return sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), *_MYSQL)


def long_text() -> TypeEngine[Any]:
    """Text beyond 64 kB."""
    return sa.Text().with_variant(mysql.LONGTEXT(), *_MYSQL)
