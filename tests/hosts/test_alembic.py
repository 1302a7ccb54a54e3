"""Hosts that migrate with Alembic: our tables come with theirs, once, and then there is nothing left to do."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask_alembic import Alembic
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import inspect

from flask_training_credits.migrations import current_revision, head_revision, table_names
from tests.hosts.conftest import MakeApp
from tests.hosts.lms import Lms, add_user, buy_a_course, make_lms


def imports_of(script: Path) -> set[str]:
    """The packages that a migration needs."""
    return {found[1] for found in re.finditer(r"^(?:from|import) ([\w.]+)", script.read_text(), re.MULTILINE)}


def tables_of(db: SQLAlchemy, app: Flask) -> set[str]:
    """The tables in the app's database."""
    with app.app_context():
        return set(inspect(db.engine).get_table_names())


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """Undoes what Flask-Migrate's template does to a process: it disables every logger that it does not name."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    loggers = [logger for logger in root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    disabled = {logger: logger.disabled for logger in loggers}
    yield
    root.setLevel(level)
    for handler in set(root.handlers).difference(handlers):
        root.removeHandler(handler)
    for logger, was_disabled in disabled.items():
        logger.disabled = was_disabled


@pytest.fixture
def lms() -> Lms:
    """A host on Flask-SQLAlchemy."""
    db = SQLAlchemy()
    return make_lms(db, db.Model)


@pytest.mark.usefixtures("logging_as_before")
@pytest.mark.filterwarnings("ignore:'get_engine' is deprecated:DeprecationWarning")  # Flask-Migrate's own template
def test_flask_migrate(lms: Lms, make_app: MakeApp, tmp_path: Path) -> None:
    """The host's own migration makes our tables with plain SQLAlchemy types; a second one would be empty."""
    app = lms.init_app(make_app())
    folder = tmp_path / "migrations"
    flask_migrate.Migrate(app, lms.db, directory=str(folder))
    with app.app_context():
        flask_migrate.init()
        flask_migrate.migrate()
        flask_migrate.upgrade()
        flask_migrate.migrate()

    (script,) = (folder / "versions").glob("*.py")
    assert imports_of(script) <= {"alembic", "sqlalchemy", "sqlalchemy.dialects"}
    assert tables_of(lms.db, app) == table_names() | {"users", "enrolments", "alembic_version"}
    buy_a_course(lms, app, add_user(lms, app, 1))


def test_flask_alembic(lms: Lms, make_app: MakeApp, tmp_path: Path) -> None:
    """The same with the other extension."""
    folder = tmp_path / "migrations"
    app = lms.init_app(make_app(ALEMBIC={"script_location": str(folder)}))
    alembic = Alembic(app)
    with app.app_context():
        alembic.revision("everything")
        alembic.upgrade()
    with app.app_context():
        assert alembic.compare_metadata() == []

    (script,) = folder.glob("*.py")
    assert imports_of(script) <= {"__future__", "alembic", "sqlalchemy", "sqlalchemy.dialects", "typing"}
    buy_a_course(lms, app, add_user(lms, app, 1))


def test_our_own_migrations_leave_the_host_nothing_to_do(lms: Lms, make_app: MakeApp, tmp_path: Path) -> None:
    """A host may leave our tables to us; its autogenerate then finds them as it expects them."""
    folder = tmp_path / "migrations"
    app = lms.init_app(make_app(ALEMBIC={"script_location": str(folder)}))
    alembic = Alembic(app)
    lms.credits.upgrade(app)
    with app.app_context():
        alembic.revision("the host's own")
        alembic.upgrade()
    with app.app_context():
        assert alembic.compare_metadata() == []

    (script,) = folder.glob("*.py")
    assert "training_credits" not in script.read_text()
    buy_a_course(lms, app, add_user(lms, app, 1))


def test_upgrade_takes_over_what_the_host_has_migrated(lms: Lms, make_app: MakeApp, tmp_path: Path) -> None:
    """Tables that the host's migrations made are recognised, noted, and from then on ours to migrate."""
    app = lms.init_app(make_app(ALEMBIC={"script_location": str(tmp_path / "migrations")}))
    alembic = Alembic(app)
    with app.app_context():
        alembic.revision("everything")
        alembic.upgrade()
    with app.app_context(), lms.db.engine.connect() as connection:
        assert current_revision(connection) is None

    assert lms.credits.upgrade(app) == head_revision()

    with app.app_context(), lms.db.engine.connect() as connection:
        assert current_revision(connection) == head_revision()
    with app.app_context():
        assert alembic.compare_metadata() == []
