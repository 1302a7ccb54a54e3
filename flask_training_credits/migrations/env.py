"""Alembic's environment for our revisions. `running` hands over the connection and ends its transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from flask_training_credits.migrations.tables import VERSION_TABLE


def by_name(kind: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Write a column type of `migrations.columns` by its name there; False leaves others to Alembic."""
    if kind != "type" or not isinstance(item, TypeEngine):
        return False
    match item.dialect_impl(mysql.dialect()):
        case mysql.VARCHAR(collation="utf8mb4_bin", length=length):
            name = f"text_key({length})"
        case mysql.DATETIME(fsp=6):
            name = "instant()"
        case mysql.LONGTEXT():
            name = "long_text()"
        case _:
            return False
    autogen_context.imports.add("from flask_training_credits.migrations import columns")
    return f"columns.{name}"


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    version_table=VERSION_TABLE,
    render_item=by_name,
    render_as_batch=True,  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
