"""Hosts that use the database session around ours."""

from __future__ import annotations

from flask import g
from flask_session import Session
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from tests.hosts.conftest import MakeApp
from tests.hosts.lms import add_user, buy_a_course, make_lms


def test_sessions_kept_in_the_same_database(make_app: MakeApp) -> None:
    """Flask-Session reads and writes its rows through the same `db.session`."""
    db = SQLAlchemy()
    lms = make_lms(db, db.Model)
    app = make_app(SESSION_TYPE="sqlalchemy", SESSION_SQLALCHEMY=db)
    db.init_app(app)
    Session(app)
    lms.init_app(app)
    with app.app_context():
        db.create_all()

    buy_a_course(lms, app, add_user(lms, app, 1))


def test_an_orm_object_kept_in_g(make_app: MakeApp) -> None:
    """What the host has loaded before the view is still usable after it."""
    db = SQLAlchemy()
    lms = make_lms(db, db.Model)
    app = make_app()
    seen: list[str] = []

    @app.before_request
    def load() -> None:
        g.somebody = db.session.scalars(select(lms.user)).first()

    @app.after_request
    def use(response):  # type: ignore[no-untyped-def]  # the host's, untyped like most
        seen.append(g.somebody.name)
        return response

    lms.init_app(app)
    with app.app_context():
        db.create_all()

    buy_a_course(lms, app, add_user(lms, app, 1))
    assert seen == ["Ada"]
