"""Our own migrations: they make what the models say, and know what they find."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.util.exc import CommandError
from sqlalchemy import Engine, MetaData, create_engine, inspect, text

from flask_training_credits.adoption import adopt
from flask_training_credits.migrations import (
    SchemaMismatch,
    current_revision,
    differences,
    head_revision,
    missing_tables,
    stamp,
    table_names,
    upgrade,
)
from flask_training_credits.migrations.tables import VERSION_TABLE
from tests.support.databases import Database


@pytest.fixture
def engine(empty_database: Database) -> Iterator[Engine]:
    """An empty database."""
    engine = create_engine(empty_database.url)
    yield engine
    engine.dispose()


@pytest.fixture
def adopted() -> MetaData:
    """A host's MetaData with our tables in it."""
    metadata = MetaData()
    adopt(metadata)
    return metadata


def revision(engine: Engine) -> str | None:
    """The revision noted in the database."""
    with engine.connect() as connection:
        return current_revision(connection)


def test_the_revisions_make_what_the_models_say(engine: Engine) -> None:
    """Fails when a model was changed without `python -m flask_training_credits.migrations "…"`."""
    assert upgrade(engine) == head_revision()

    with engine.connect() as connection:
        assert missing_tables(connection) == frozenset()
        assert differences(connection) == []
    assert revision(engine) == head_revision()


@pytest.mark.databases("sqlite")
def test_the_revisions_make_the_checks_of_the_models(engine: Engine, adopted: MetaData) -> None:
    """Alembic compares no CHECK constraints, so a changed one needs a look of its own."""
    upgrade(engine)
    made = create_engine("sqlite://")
    adopted.create_all(made)

    assert checks(engine) == checks(made)
    made.dispose()


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    """It may run at every deployment."""
    upgrade(engine)
    with engine.connect() as connection:
        before = inspect(connection).get_multi_columns()

    assert upgrade(engine) == head_revision()

    with engine.connect() as connection:
        assert str(inspect(connection).get_multi_columns()) == str(before)
    assert revision(engine) == head_revision()


def test_create_all_notes_the_revision(engine: Engine, adopted: MetaData) -> None:
    """Tables that were all made now are those of this release."""
    adopted.create_all(engine)
    adopted.create_all(engine)

    assert revision(engine) == head_revision()
    with engine.connect() as connection:
        assert differences(connection) == []


def test_create_all_beside_older_tables_notes_nothing(engine: Engine, adopted: MetaData) -> None:
    """Which revision those are is for `upgrade` to find out."""
    adopted.tables["training_credits_credit_types"].create(engine)
    adopted.create_all(engine)

    assert revision(engine) is None
    assert upgrade(engine) == head_revision()
    assert revision(engine) == head_revision()


def test_tables_without_version_table_are_recognised(engine: Engine, adopted: MetaData) -> None:
    """However they came to be."""
    adopted.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE training_credits_version"))

    upgrade(engine)

    assert revision(engine) == head_revision()


def test_tables_that_equal_no_revision_are_left_alone(engine: Engine, adopted: MetaData) -> None:
    """The message says how they differ from this release."""
    adopted.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM training_credits_version"))
        connection.execute(text("ALTER TABLE training_credits_credit_types ADD COLUMN colour VARCHAR(10)"))
        connection.execute(text("DROP TABLE training_credits_kept_codes"))

    with pytest.raises(SchemaMismatch) as caught:
        upgrade(engine)

    assert caught.value.differences == (
        "table training_credits_kept_codes is missing",
        "training_credits_credit_types.colour is not one of ours",
    )
    assert str(caught.value).splitlines()[1] == "  - table training_credits_kept_codes is missing"
    assert revision(engine) is None
    assert "training_credits_kept_codes" not in inspect(engine).get_table_names()


def test_a_noted_revision_is_believed(engine: Engine) -> None:
    """A host may add a column of its own to our tables and still upgrade."""
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE training_credits_credit_types ADD COLUMN colour VARCHAR(10)"))

    assert upgrade(engine) == head_revision()


def test_a_revision_can_be_noted_by_hand(engine: Engine) -> None:
    """For tables that were compared by eye; what is no revision of ours is refused."""
    stamp(engine)

    assert revision(engine) == head_revision()
    assert missing_tables_of(engine) == table_names() - {VERSION_TABLE}
    with pytest.raises(CommandError, match="nothing"):
        stamp(engine, "nothing")


def test_the_hosts_tables_do_not_matter(engine: Engine) -> None:
    """Neither do they disturb an upgrade nor are they reported."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE users (id INTEGER PRIMARY KEY)"))

    upgrade(engine)

    with engine.connect() as connection:
        assert differences(connection) == []


def missing_tables_of(engine: Engine) -> frozenset[str]:
    """Our tables that are not in the database."""
    with engine.connect() as connection:
        return missing_tables(connection)


def checks(engine: Engine) -> dict[str, set[tuple[str | None, str]]]:
    """Name and text of the CHECK constraints of each of our tables."""
    inspector = inspect(engine)
    return {
        table: {(check["name"], check["sqltext"]) for check in inspector.get_check_constraints(table)}
        for table in table_names()
    }
