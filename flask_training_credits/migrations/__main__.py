"""Write the next revision from the models: `python -m flask_training_credits.migrations "Add teams"`."""

from __future__ import annotations

import sys

from alembic import command
from sqlalchemy import MetaData, create_engine

from .scripts import configuration, revisions
from .tables import copy_tables


def main(message: str) -> None:
    """Compare the models with the newest revision and write what is between them."""
    metadata = MetaData()
    copy_tables(metadata)
    with create_engine("sqlite://").begin() as connection:
        config = configuration(connection)
        config.attributes["metadata"] = metadata
        if revisions():
            command.upgrade(config, "head")
        command.revision(config, message, autogenerate=True, rev_id=f"{len(revisions()) + 1:04}")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
