"""Hosts with more than one database."""

from __future__ import annotations

from pathlib import Path

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import inspect

from flask_training_credits.migrations import table_names
from tests.hosts.conftest import MakeApp
from tests.hosts.lms import add_user, buy_a_course, make_lms
from tests.support.databases import Database


def test_our_tables_may_have_a_bind_of_their_own(make_app: MakeApp, tmp_path: Path, empty_database: Database) -> None:
    """The host's `create_all` makes them there and not in its default database."""
    db = SQLAlchemy()
    lms = make_lms(db, db.Model)
    host_url = f"sqlite:///{tmp_path / 'host.sqlite'}"
    binds = {"money": empty_database.url}
    app = lms.init_app(make_app(host_url, SQLALCHEMY_BINDS=binds, TRAINING_CREDITS_BIND_KEY="money"))
    with app.app_context():
        db.create_all()
        assert not table_names() & set(inspect(db.engine).get_table_names())
        assert table_names() == set(inspect(db.engines["money"]).get_table_names())

    buy_a_course(lms, app, add_user(lms, app, 1))


def test_a_host_may_have_binds_only(make_app: MakeApp, empty_database: Database) -> None:
    """Without a default database the setting is all we need."""
    db = SQLAlchemy()
    base = type("Bound", (db.Model,), {"__abstract__": True, "__bind_key__": "main"})
    lms = make_lms(db, base)
    app = make_app(
        SQLALCHEMY_DATABASE_URI=None,
        SQLALCHEMY_BINDS={"main": empty_database.url},
        TRAINING_CREDITS_BIND_KEY="main",
    )
    lms.init_app(app)
    with app.app_context():
        db.create_all("main")

    buy_a_course(lms, app, add_user(lms, app, 1))
