"""Hosts on Flask-SQLAlchemy-Lite, which has neither models nor MetaData of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase

from flask_training_credits import current_credits
from flask_training_credits.migrations import table_names
from tests.hosts.conftest import MakeApp
from tests.hosts.lms import add_user, buy_a_course, make_lms
from tests.support.databases import Database


def test_lite_with_the_hosts_metadata(make_app: MakeApp, empty_database: Database) -> None:
    """The host says where its tables are, and gets ours beside them."""
    base: Any = type("Base", (DeclarativeBase,), {})
    db = SQLAlchemy()
    lms = make_lms(db, base)
    app = make_app(SQLALCHEMY_ENGINES={"default": empty_database.url})
    lms.init_app(app, metadata=base.metadata)
    with app.app_context():
        base.metadata.create_all(db.engine)

    buy_a_course(lms, app, add_user(lms, app, 1))


def test_lite_with_a_named_engine(make_app: MakeApp, empty_database: Database, tmp_path: Path) -> None:
    """A bind is an engine's name."""
    base: Any = type("Base", (DeclarativeBase,), {})
    ours: Any = type("Ours", (DeclarativeBase,), {})
    db = SQLAlchemy()
    lms = make_lms(db, base)
    app = make_app(
        SQLALCHEMY_ENGINES={"default": f"sqlite:///{tmp_path / 'host.sqlite'}", "money": empty_database.url},
        TRAINING_CREDITS_BIND_KEY="money",
    )
    lms.init_app(app, metadata=ours.metadata)
    with app.app_context():
        base.metadata.create_all(db.engine)
        lms.credits.upgrade(app)
        assert current_credits.engine is db.get_engine("money")
        assert table_names() == set(inspect(db.get_engine("money")).get_table_names())

    buy_a_course(lms, app, add_user(lms, app, 1))
