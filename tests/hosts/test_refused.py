"""Hosts that cannot be mounted like this: each learns everything that is wrong, and stays as it was."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from flask import Blueprint
from flask.cli import AppGroup
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy_lite import SQLAlchemy as Lite
from sqlalchemy import Column, Integer, MetaData

from flask_training_credits import ConfigurationError, TrainingCredits
from flask_training_credits.testing import memory_hooks
from tests.hosts.conftest import MakeApp

pytestmark = pytest.mark.databases("sqlite")


def refused(app: Any, **options: Any) -> tuple[str, ...]:
    """Why the app cannot be mounted."""
    options.setdefault("hooks", memory_hooks())
    with pytest.raises(ConfigurationError) as caught:
        TrainingCredits().init_app(app, **options)
    assert "training_credits" not in app.blueprints
    return caught.value.problems


def test_everything_wrong_is_said_at_once(make_app: MakeApp) -> None:
    """Settings, hooks and the database, in one message."""
    app = make_app(TRAINING_CREDITS_GRACE_DAYS=-1)

    with pytest.raises(ConfigurationError) as caught:
        TrainingCredits().init_app(app)

    assert str(caught.value).splitlines() == [
        "Flask-Training-Credits cannot start:",
        "  - TRAINING_CREDITS_GRACE_DAYS must be a whole number of at least 0, not -1",
        "  - no catalog: decorate a function with @credits.catalog or pass Hooks(catalog=...)",
        "  - no grant: decorate a function with @credits.grant or pass Hooks(access=...) that has it",
        "  - no revoke: decorate a function with @credits.revoke or pass Hooks(access=...) that has it",
        "  - no users: pass init_app(app, user_model=User) or Hooks(users=...)",
        "  - no database: call db.init_app(app) first, or pass init_app(app, db=db)",
    ]
    assert "training_credits" not in app.extensions


def test_a_second_mounting(make_app: MakeApp) -> None:
    """Two sets of routes and hooks on one app would fight."""
    app = make_app()
    SQLAlchemy(app)
    TrainingCredits(hooks=memory_hooks()).init_app(app)

    with pytest.raises(ConfigurationError, match="init_app was called for this app before"):
        TrainingCredits(hooks=memory_hooks()).init_app(app)


def test_a_failed_mounting_can_be_mended(make_app: MakeApp) -> None:
    """Nothing is left behind, and hooks can still be registered."""
    app = make_app()
    db = SQLAlchemy(app)
    extension = TrainingCredits(hooks=memory_hooks(catalog=None))
    with pytest.raises(ConfigurationError):
        extension.init_app(app)
    assert not db.metadata.tables

    extension.catalog(lambda offering_id: None)
    extension.init_app(app)

    with pytest.raises(ConfigurationError, match="came after init_app"):
        extension.staff(lambda person: True)


def test_a_db_of_another_app(make_app: MakeApp) -> None:
    """A `db` that was never set up for this app has no engine to offer."""
    assert refused(make_app(), db=SQLAlchemy()) == (
        "db is not set up for this app: call db.init_app(app) before credits.init_app(app)",
    )


def test_a_table_of_the_same_name(make_app: MakeApp) -> None:
    """The host's table keeps its name, and none of ours is put beside it."""
    app = make_app()
    db = SQLAlchemy(app)
    db.Table("training_credits_lots", Column("id", Integer, primary_key=True))

    assert refused(app) == ("your MetaData has a table 'training_credits_lots' of its own: give yours another name",)
    assert set(db.metadata.tables) == {"training_credits_lots"}


def test_a_metadata_with_a_schema(make_app: MakeApp) -> None:
    """Our tables would go where our own migrations do not look."""
    app = make_app()
    SQLAlchemy(app, metadata=MetaData(schema="lms"))

    assert refused(app) == ("your MetaData has the schema 'lms': pass init_app(app, metadata=MetaData()) for ours",)


def test_an_unknown_bind(make_app: MakeApp) -> None:
    """The message names the binds there are."""
    app = make_app(SQLALCHEMY_BINDS={"logs": "sqlite://"}, TRAINING_CREDITS_BIND_KEY="money")
    SQLAlchemy(app)

    assert refused(app) == ("TRAINING_CREDITS_BIND_KEY 'money' is none of your binds (logs)",)


def test_binds_without_a_default(make_app: MakeApp) -> None:
    """We do not guess which one is meant."""
    app = make_app(SQLALCHEMY_DATABASE_URI=None, SQLALCHEMY_BINDS={"main": "sqlite://", "logs": "sqlite://"})
    SQLAlchemy(app)

    assert refused(app) == (
        "there is no default database: set TRAINING_CREDITS_BIND_KEY to one of your binds (logs, main)",
    )


def test_lite_without_metadata(make_app: MakeApp) -> None:
    """Flask-SQLAlchemy-Lite does not know where the host's tables are."""
    app = make_app(SQLALCHEMY_ENGINES={"default": "sqlite://"})
    Lite(app)

    assert refused(app) == ("db has no MetaData of its own: pass init_app(app, metadata=Base.metadata)",)


def test_names_that_are_taken(make_app: MakeApp) -> None:
    """A blueprint and a command of the host's are not overwritten."""
    app = make_app()
    SQLAlchemy(app)
    app.cli.add_command(AppGroup("credits"))
    app.register_blueprint(Blueprint("training_credits_api", __name__))

    assert refused(app) == (
        "the app has a blueprint named 'training_credits_api' already: pass register_blueprints=False, or rename yours",
        "the app has a command 'credits' already: set TRAINING_CREDITS_CLI_GROUP to another name",
    )


def test_a_user_model_that_cannot_be_used(make_app: MakeApp) -> None:
    """What is wrong with it is part of the list."""
    app = make_app()
    SQLAlchemy(app)

    (problem,) = refused(app, hooks=memory_hooks(users=None), user_model=dict)

    assert problem.startswith("user_model cannot be used: ")


def test_keys_from_the_secret_key_are_a_warning(make_app: MakeApp) -> None:
    """In production, that is; whoever sets keys, debugs or tests is left in peace."""
    app = make_app(TESTING=False)
    SQLAlchemy(app)
    with pytest.warns(UserWarning, match="set TRAINING_CREDITS_SIGNING_KEYS") as caught:
        TrainingCredits(hooks=memory_hooks()).init_app(app)
    assert caught[0].filename == __file__

    quiet = make_app(TESTING=False, TRAINING_CREDITS_SIGNING_KEYS=["a key"])
    SQLAlchemy(quiet)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TrainingCredits(hooks=memory_hooks()).init_app(quiet)
