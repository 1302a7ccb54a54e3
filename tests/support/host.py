"""A small host: Flask-Login, Flask-SQLAlchemy, our extension, and nothing of its own."""

from __future__ import annotations

from collections.abc import Iterator
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

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a request."""
        with self.application.app_context():
            return super().open(*args, **kwargs)


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
            is_service = type(found).__module__.startswith("flask_training_credits.services.")
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
    app.config.update(config)
    app.test_client_class = Client
    db.init_app(app)
    login_manager = LoginManager(app)
    login_manager.user_loader(SignedIn)
    TrainingCredits(hooks=hooks).init_app(app)
    return app


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
