"""A small host: Flask-Login, Flask-SQLAlchemy, our extension, and nothing of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import wraps
from typing import Any

from flask import Flask
from flask_login import FlaskLoginClient, LoginManager, UserMixin
from flask_sqlalchemy import SQLAlchemy
from werkzeug.test import TestResponse

from flask_training_credits import Hooks, TrainingCredits
from flask_training_credits.testing import memory_hooks

db = SQLAlchemy()


class SignedIn(UserMixin):
    """What Flask-Login knows of somebody."""

    def __init__(self, user_id: str) -> None:
        self.id = user_id


class Client(FlaskLoginClient):
    """A browser. Each request has an application context of its own, as in real life, whatever the test has open."""

    def open(self, *args: Any, buffered: bool = True, **kwargs: Any) -> TestResponse:
        """Make a request and read the whole answer, so that the files behind it are closed."""
        with self.application.app_context():
            return super().open(*args, buffered=buffered, **kwargs)


class InContext:
    """An object whose methods need an app, for tests: every call has an application context of its own.

    So nothing stays in a session, and no lock or snapshot outlives the call.
    """

    def __init__(self, app: Flask, target: Any) -> None:
        self._app = app
        self._target = target

    def __getattr__(self, name: str) -> Any:
        """A method in a context, a service all of whose methods are, or a plain value."""
        found = getattr(self._target, name)
        if not callable(found):
            is_service = type(found).__module__.startswith("flask_training_credits.services")
            return InContext(self._app, found) if is_service else found

        @wraps(found)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self._app.app_context():
                result = found(*args, **kwargs)
                return iter(list(result)) if isinstance(result, Iterator) else result

        return call


def make_host(url: str, hooks: Hooks, **config: Any) -> Flask:
    """An app on this database. Sign in with `app.test_client(user=SignedIn(user_id))`."""
    app = Flask(__name__)
    app.config.update(TESTING=True, SECRET_KEY="a key that signs nothing but tests", SQLALCHEMY_DATABASE_URI=url)
    if "SQLALCHEMY_ENGINE_OPTIONS" not in config:
        config["SQLALCHEMY_ENGINE_OPTIONS"] = {"max_overflow": 20}  # races need a connection for each thread
    app.config.update(config)
    app.test_client_class = Client
    db.init_app(app)
    login_manager = LoginManager(app)
    login_manager.user_loader(SignedIn)
    TrainingCredits().init_app(app, hooks=hooks)
    return app


def renew(app: Flask, hooks: Hooks) -> None:
    """Give an app new hooks and services that remember nothing, as if it had just been made."""
    state = app.extensions.pop("training_credits")
    del app.cli.commands[state.settings.cli_group]
    TrainingCredits().init_app(app, hooks=hooks, register_blueprints=False)


def make_tables(url: str) -> None:
    """Make the tables of such an app."""
    app = make_host(url, memory_hooks())
    with app.app_context():
        db.create_all()
    dispose(app)


def dispose(app: Flask) -> None:
    """Close every connection of the app."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


class Hosts:
    """Apps of one session, by database and configuration.

    An app takes longer to make than most tests take to run: it compiles 60 routes, and its engine every statement anew.
    """

    def __init__(self) -> None:
        self._apps: dict[object, Flask] = {}

    def get(self, url: str, hooks: Hooks, config: Mapping[str, Any], *, number: int) -> Flask:
        """The app with this configuration, with these hooks; `number` tells apart several of them in one test."""
        key = (url, number, repr(sorted(config.items())))
        if key in self._apps:
            renew(self._apps[key], hooks)
        else:
            self._apps[key] = make_host(url, hooks, **config)
        return self._apps[key]

    def close(self) -> None:
        """Close all connections."""
        for app in self._apps.values():
            dispose(app)
