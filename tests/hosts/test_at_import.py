"""An app made at import, as small hosts are: everything is mounted before there is any context or database."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.hosts.conftest import MakeApp
from tests.hosts.lms import add_user, buy_a_course, dispose, make_lms
from tests.support.databases import Database

SOURCE = """
from flask_sqlalchemy import SQLAlchemy

from tests.hosts.lms import make_lms, plain_app

app = plain_app({url!r})
db = SQLAlchemy(app)
lms = make_lms(db, db.Model)
lms.init_app(app)
"""


def test_an_app_made_at_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_database: Database) -> None:
    """Mounting connects to nothing: the database may come later, and so may the tables."""
    (tmp_path / "small_lms.py").write_text(SOURCE.format(url=empty_database.url))
    monkeypatch.syspath_prepend(tmp_path)
    small = import_module("small_lms")
    del sys.modules["small_lms"]
    with small.app.app_context():
        small.db.create_all()

    buy_a_course(small.lms, small.app, add_user(small.lms, small.app, 1))
    dispose(small.app)


def test_mounting_connects_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that cannot be there does no harm before the first request."""
    (tmp_path / "lonely_lms.py").write_text(SOURCE.format(url="postgresql+psycopg://nobody@127.0.0.1:1/nothing"))
    monkeypatch.syspath_prepend(tmp_path)

    lonely = import_module("lonely_lms")
    del sys.modules["lonely_lms"]

    assert "training_credits" in lonely.app.extensions


def test_tables_may_be_made_before_mounting(make_app: MakeApp) -> None:
    """Then ours are made by `upgrade`, or by the host's next `create_all`."""
    db = SQLAlchemy()
    lms = make_lms(db, db.Model)
    app = make_app()
    db.init_app(app)
    with app.app_context():
        db.create_all()
    lms.init_app(app)
    lms.credits.upgrade(app)

    buy_a_course(lms, app, add_user(lms, app, 1))
