"""Our tables in the host's MetaData, so that its `create_all` and its migrations know them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Flask
from sqlalchemy import Connection, MetaData, Table, event

from .migrations import copy_tables, head_revision, is_ours, table_names
from .migrations.tables import VERSION_TABLE


def find_metadata(app: Flask, db: Any, bind_key: str | None, given: MetaData | None) -> MetaData | list[str]:
    """The MetaData that our tables go into, or why none will do. Connects to nothing."""
    try:
        with app.app_context():
            engines = {None if name == "default" and _is_lite(db) else name for name in db.engines}
    except RuntimeError:
        return ["db is not set up for this app: call db.init_app(app) before credits.init_app(app)"]
    if bind_key not in engines:
        binds = ", ".join(sorted(name for name in engines if name is not None)) or "there are none"
        if bind_key is None:
            return [f"there is no default database: set TRAINING_CREDITS_BIND_KEY to one of your binds ({binds})"]
        return [f"TRAINING_CREDITS_BIND_KEY {bind_key!r} is none of your binds ({binds})"]
    metadata = given if given is not None or _is_lite(db) else db.metadatas[bind_key]
    if metadata is None:
        return ["db has no MetaData of its own: pass init_app(app, metadata=Base.metadata)"]
    return _clashes(metadata) or metadata


def adopt(metadata: MetaData) -> None:
    """Copy our tables into the host's MetaData, once; `create_all` then makes them and notes their revision."""
    if not all(name in metadata.tables for name in table_names()):
        copy_tables(metadata)
    if not event.contains(metadata, "after_create", _note_revision):
        event.listen(metadata, "after_create", _note_revision)


def _is_lite(db: Any) -> bool:
    """Whether this is Flask-SQLAlchemy-Lite: it keeps no MetaData and calls the default engine "default"."""
    return not hasattr(db, "metadatas")


def _clashes(metadata: MetaData) -> list[str]:
    if metadata.schema is not None:
        return [f"your MetaData has the schema {metadata.schema!r}: pass init_app(app, metadata=MetaData()) for ours"]
    return [
        f"your MetaData has a table {name!r} of its own: give yours another name"
        for name in sorted(table_names() & set(metadata.tables))
        if not is_ours(metadata.tables[name])
    ]


def _note_revision(_metadata: MetaData, connection: Connection, *, tables: Collection[Table], **_: Any) -> None:
    """Note the revision of tables that were all made just now; that of older ones is for `upgrade` to find out."""
    made = {table.name: table for table in tables if is_ours(table)}
    if made.keys() == table_names():
        connection.execute(made[VERSION_TABLE].insert().values(version_num=head_revision()))
