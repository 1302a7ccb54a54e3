"""The base of our tables, independent of the host's."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Index, MetaData, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.schema import conv

PREFIX: Final = "training_credits_"


class Base(DeclarativeBase):
    """Our own declarative base: no host base, naming convention or registry reaches in.

    Every constraint has a name, so that a later revision can alter it on SQLite too.
    """

    metadata = MetaData(naming_convention={"fk": "fk_%(table_name)s_%(column_0_name)s", "pk": "pk_%(table_name)s"})


def check(name: str, sql: str) -> CheckConstraint:
    """A CHECK whose name no host's naming convention rewrites."""
    return CheckConstraint(sql, name=conv(f"ck_{PREFIX}{name}"))


def unique(name: str, *columns: str) -> UniqueConstraint:
    """A unique constraint whose name no host's naming convention rewrites."""
    return UniqueConstraint(*columns, name=conv(f"uq_{PREFIX}{name}"))


def index(name: str, *columns: str) -> Index:
    """An index whose name no host's naming convention rewrites."""
    return Index(conv(f"ix_{PREFIX}{name}"), *columns)
