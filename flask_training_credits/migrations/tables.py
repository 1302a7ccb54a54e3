"""Our tables as others see them: plain SQLAlchemy, with the table that notes their revision."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table
from sqlalchemy.schema import conv
from sqlalchemy.types import TypeDecorator

from ..models import Base

VERSION_TABLE: Final = "training_credits_version"
_OURS: Final = "training_credits"
"""Key in `MetaData.info` of the names of the tables that `copy_tables` has put there."""


def copy_tables(metadata: MetaData) -> None:
    """Copy our tables into a MetaData.

    Column types become plain SQLAlchemy ones, so that a migration made from the copy imports nothing of ours.
    """
    for table in Base.metadata.sorted_tables:
        copy = table.to_metadata(metadata)
        for column in copy.columns:
            if isinstance(column.type, TypeDecorator):
                column.type = column.type.impl_instance
    Table(
        VERSION_TABLE,
        metadata,
        # As Alembic would make it.
        Column("version_num", String(32), nullable=False),
        PrimaryKeyConstraint("version_num", name=conv(f"{VERSION_TABLE}_pkc")),
    )
    metadata.info[_OURS] = table_names()


def is_ours(table: Table) -> bool:
    """Whether the table was put there by `copy_tables`."""
    return table.name in table.metadata.info.get(_OURS, ())


def table_names() -> frozenset[str]:
    """The names of all our tables."""
    return frozenset({*Base.metadata.tables, VERSION_TABLE})
