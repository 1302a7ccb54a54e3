"""What all hosts here have in common: users, one course, enrolments, and the walk that ends every test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_login import FlaskLoginClient, LoginManager, UserMixin
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Boolean, Column, Integer, String, select
from sqlalchemy.types import TypeEngine

from flask_training_credits import AccessGrant, Offering, TrainingCredits, current_credits
from flask_training_credits.testing import assert_ledger, credit_code

SECRETS = {"TESTING": True, "SECRET_KEY": "a key that signs nothing but tests"}


@dataclass(frozen=True)
class Lms:
    """A host: its database extension, its models, and our extension with its hooks."""

    db: Any
    user: type[Any]
    enrolment: type[Any]
    credits: TrainingCredits = field(default_factory=TrainingCredits)

    def init_app(self, app: Flask, **options: Any) -> Flask:
        """Set up the database, sign-in and training credits on an app, in the order of the documentation."""
        if "sqlalchemy" not in app.extensions:
            self.db.init_app(app)
        login = LoginManager(app)
        login.user_loader(self.load_user)
        self.credits.init_app(app, user_model=self.user, **options)
        return app

    def load_user(self, user_id: str) -> Any:
        """Flask-Login's loader, as every host has one."""
        kind = self.user.__table__.c.id.type.python_type
        return self.db.session.get(self.user, kind(user_id))

    def enrolled(self, app: Flask) -> list[tuple[str, str]]:
        """Who is enrolled where."""
        with app.app_context():
            rows = self.db.session.scalars(select(self.enrolment).order_by(self.enrolment.id)).all()
            return [(row.user_id, row.course_id) for row in rows]


def make_lms(db: Any, base: Any, key: TypeEngine[Any] | None = None) -> Lms:
    """A host with models on this declarative base, users having this type of key, and three decorated hooks."""
    user: Any = type(
        "User",
        (UserMixin, base),
        {
            "__tablename__": "users",
            "id": Column(key or Integer(), primary_key=True),
            "name": Column(String(80), nullable=False),
            "email": Column(String(120), nullable=False),
            "email_verified": Column(Boolean, nullable=False, default=True),
        },
    )
    enrolment: Any = type(
        "Enrolment",
        (base,),
        {
            "__tablename__": "enrolments",
            "id": Column(Integer, primary_key=True),
            "user_id": Column(String(80), nullable=False),
            "course_id": Column(String(80), nullable=False),
        },
    )
    lms = Lms(db, user, enrolment)

    @lms.credits.catalog
    def offering(offering_id: str) -> Offering | None:
        if offering_id != "networking":
            return None
        return Offering(id="networking", title="Introduction to Networking", kind="course", price_credits=Decimal(20))

    @lms.credits.grant
    def enrol(grant: AccessGrant) -> None:
        db.session.add(enrolment(user_id=grant.user_id, course_id=grant.offering.id))

    @lms.credits.revoke
    def leave(grant: AccessGrant, reason: str) -> None:
        found = select(enrolment).where(enrolment.user_id == grant.user_id, enrolment.course_id == grant.offering.id)
        db.session.delete(db.session.scalars(found).one())

    return lms


def plain_app(url: str, **config: Any) -> Flask:
    """An app on this database, with nothing but its configuration."""
    app = Flask(__name__)
    app.config.update(SECRETS, SQLALCHEMY_DATABASE_URI=url)
    app.config.update(config)
    return app


def add_user(lms: Lms, app: Flask, id_: Any) -> str:
    """Somebody who can sign in; answers the id as we know it."""
    with app.app_context():
        lms.db.session.add(lms.user(id=id_, name="Ada", email="ada@lms.example", email_verified=True))
        lms.db.session.commit()
    return str(id_)


def buy_a_course(
    lms: Lms,
    app: Flask,
    user_id: str,
    *,
    headers: Callable[[Any], Mapping[str, str]] = lambda _: {},
    base_url: str = "http://localhost",
) -> None:
    """Sign in, check out with a code over 100 credits, be enrolled, and find that 80 are left and the ledger adds up.

    `headers(client)` are what this host wants of a POST beside our own.
    """
    with app.app_context():
        code = credit_code(value=Decimal(100))
    app.test_client_class = FlaskLoginClient
    client = app.test_client()
    with client.session_transaction(base_url=base_url) as session:
        session["_user_id"], session["_fresh"] = user_id, True
    item = {"offering_id": "networking", "code": code.text}

    answer = client.post(
        "/credits/api/v1/checkout",
        json={"items": [item]},
        headers={"Idempotency-Key": "first", **headers(client)},
        base_url=base_url,
    )

    assert answer.status_code == 201, answer.text
    items = answer.get_json()["items"]
    assert [(bought["user_id"], bought["amount"]) for bought in items] == [(user_id, "20.00")]
    assert lms.enrolled(app) == [(user_id, "networking")]
    with app.app_context():
        assert current_credits.accounts.get(code.account_id, viewer=None).available == Decimal(80)
    assert_ledger(app)


def dispose(app: Flask) -> None:
    """Close every connection of the app."""
    with app.app_context():
        db: SQLAlchemy = app.extensions["sqlalchemy"]
        for engine in db.engines.values():
            engine.dispose()
