"""Bringing a database to the newest revision."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine

from .scripts import configuration, head_revision
from .state import current_revision, differences, matching_revision, missing_tables
from .tables import VERSION_TABLE, table_names


class SchemaMismatch(RuntimeError):
    """Our tables are there, nothing says at which revision, and they look like none; `differences` says how."""

    def __init__(self, differences: Sequence[str]) -> None:
        self.differences = tuple(differences)
        super().__init__(
            "\n".join(
                [
                    "The tables of training credits have no noted revision and equal none. They differ:",
                    *(f"  - {difference}" for difference in differences),
                ]
            )
        )


def upgrade(engine: Engine) -> str:
    """Make our tables, or bring them to the newest revision; answers that revision.

    Tables that somebody else made (`create_all`, the host's own migrations) and that equal one of our revisions are
    first noted as being at it. Raises `SchemaMismatch`, and changes nothing, when they equal none and no revision is
    noted.
    """
    from alembic import command

    with engine.begin() as connection:
        noted = current_revision(connection)
        if table_names() - missing_tables(connection) - {VERSION_TABLE}:
            found = matching_revision(connection)
            if found is None and noted is None:
                raise SchemaMismatch(differences(connection))
            if found is not None and found != noted:
                command.stamp(configuration(connection), found, purge=True)
        command.upgrade(configuration(connection), "head")
    return head_revision()


def stamp(engine: Engine, revision: str = "head") -> None:
    """Note a revision without touching the tables. Raises Alembic's `CommandError` for one that is not ours."""
    from alembic import command

    with engine.begin() as connection:
        command.stamp(configuration(connection), revision, purge=True)
