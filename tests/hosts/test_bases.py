"""Hosts that differ in how they declare their models."""

from __future__ import annotations

from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, inspect
from sqlalchemy.orm import DeclarativeBase, DeclarativeBaseNoMeta

from tests.hosts.conftest import MakeApp
from tests.hosts.lms import add_user, buy_a_course, make_lms

CONVENTION = {
    "ix": "host_ix_%(column_0_label)s",
    "uq": "host_uq_%(table_name)s_%(column_0_name)s",
    "ck": "host_ck_%(table_name)s_%(constraint_name)s",
    "fk": "host_fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "host_pk_%(table_name)s",
}


def legacy() -> SQLAlchemy:
    """A database extension with the base of Flask-SQLAlchemy's own time."""
    return SQLAlchemy()


def legacy_conventional() -> SQLAlchemy:
    """The same with a naming convention."""
    return SQLAlchemy(metadata=MetaData(naming_convention=CONVENTION))


def modern() -> SQLAlchemy:
    """A base as of SQLAlchemy 2."""
    return SQLAlchemy(model_class=type("Base", (DeclarativeBase,), {}))


def without_metaclass() -> SQLAlchemy:
    """A base as of SQLAlchemy 2 without a metaclass."""
    return SQLAlchemy(model_class=type("Base", (DeclarativeBaseNoMeta,), {}))


def conventional() -> SQLAlchemy:
    """A base as of SQLAlchemy 2 with a naming convention."""
    return SQLAlchemy(
        model_class=type("Base", (DeclarativeBase,), {"metadata": MetaData(naming_convention=CONVENTION)})
    )


@pytest.mark.parametrize("make_db", [legacy, legacy_conventional, modern, without_metaclass, conventional])
def test_any_base_will_do(make_app: MakeApp, make_db: Any) -> None:
    """The host declares its models as it likes."""
    db = make_db()
    lms = make_lms(db, db.Model)
    app = lms.init_app(make_app())
    with app.app_context():
        db.create_all()

    buy_a_course(lms, app, add_user(lms, app, 1))


@pytest.mark.parametrize("make_db", [legacy_conventional, conventional])
def test_a_naming_convention_does_not_rename_ours(make_app: MakeApp, make_db: Any) -> None:
    """Our migrations know constraints and indexes by name."""
    db = make_db()
    app = make_lms(db, db.Model).init_app(make_app())
    with app.app_context():
        db.create_all()
        inspector = inspect(db.engine)
        names = {index["name"] for index in inspector.get_indexes("training_credits_accounts")}
        names |= {unique["name"] for unique in inspector.get_unique_constraints("training_credits_codes")}

    assert "uq_training_credits_codes_number" in names
    assert "ix_training_credits_accounts_type" in names
    assert not [name for name in names if name is None or name.startswith("host_")]
