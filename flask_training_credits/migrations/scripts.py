"""Our revisions, as Alembic finds them.

Here and beside, Alembic is imported where it is used: an app that only answers requests starts without it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

if TYPE_CHECKING:
    from alembic.config import Config


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration for our revisions; no file of the host's is read."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def revisions() -> tuple[str, ...]:
    """Every revision, newest first."""
    from alembic.script import ScriptDirectory

    return tuple(script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions())


def head_revision() -> str:
    """The revision of the tables that this release works with."""
    return revisions()[0]
