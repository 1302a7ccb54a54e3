"""What is in a database: which of our tables, at which revision, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import Column, Connection, MetaData, create_engine, inspect
from sqlalchemy.schema import SchemaItem

from ..models.base import PREFIX
from .scripts import configuration, revisions
from .tables import VERSION_TABLE, copy_tables, table_names

Shape = Mapping[str, Any]
"""Of each table its columns, which of them may be NULL, and the names of its indexes and unique constraints."""

_NAMED: Final = (f"ix_{PREFIX}", f"uq_{PREFIX}")


def current_revision(connection: Connection) -> str | None:
    """The revision noted in the database, None if none is."""
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def missing_tables(connection: Connection) -> frozenset[str]:
    """Our tables that are not there."""
    return table_names() - set(inspect(connection).get_table_names())


def matching_revision(connection: Connection) -> str | None:
    """The newest revision whose tables look like those in the database."""
    found = _shape(connection)
    return next((revision for revision in revisions() if _shape_of(revision) == found), None)


def differences(connection: Connection) -> list[str]:
    """What in the database is not as this release needs it, a sentence each."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    def is_ours(_item: SchemaItem, name: str | None, kind: str, _reflected: bool, _to: object) -> bool:  # noqa: FBT001  # Alembic's signature
        return kind != "table" or name in table_names()

    context = MigrationContext.configure(connection, opts={"include_object": is_ours, "version_table": VERSION_TABLE})
    wanted = MetaData()
    copy_tables(wanted)
    return sorted(sentence for change in compare_metadata(context, wanted) for sentence in _sentences(change))


def _shape(connection: Connection) -> Shape:
    inspector = inspect(connection)
    ours = [name for name in sorted(table_names() - {VERSION_TABLE}) if inspector.has_table(name)]
    return {
        name: (
            {column["name"]: column["nullable"] for column in inspector.get_columns(name)},
            # MariaDB shows unique constraints as indexes, and has an index of its own for each foreign key.
            {
                str(item["name"])
                for item in (*inspector.get_indexes(name), *inspector.get_unique_constraints(name))
                if str(item["name"]).startswith(_NAMED)
            },
        )
        for name in ours
    }


@cache
def _shape_of(revision: str) -> Shape:
    """The tables a revision makes, tried out in memory."""
    from alembic import command

    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        command.upgrade(configuration(connection), revision)
        shape = _shape(connection)
    engine.dispose()
    return shape


def _sentences(change: Any) -> Iterator[str]:
    if isinstance(change, list):  # Alembic groups the changes of one column
        for single in change:
            yield from _sentences(single)
        return
    match change:
        case (str(kind), _, str(table), str(column), *_, found, wanted) if kind.startswith("modify_"):
            yield f"{table}.{column}: its {kind.removeprefix('modify_')} is {found!r}, not {wanted!r}"
        case (str(kind), _, str(table), Column(name=column)):
            yield f"{table}.{column} {_verdict(kind)}"
        case (str(kind), item):
            owner = getattr(item, "table", None)
            place = f" on {owner.name}" if owner is not None else ""
            yield f"{type(item).__name__.lower()} {item.name}{place} {_verdict(kind)}"
        case _:
            yield repr(change)


def _verdict(kind: str) -> str:
    return "is missing" if kind.startswith("add_") else "is not one of ours"
