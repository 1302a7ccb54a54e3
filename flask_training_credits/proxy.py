"""What `init_app` leaves on an app, and how everybody reaches it."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app
from sqlalchemy import Engine
from werkzeug.local import LocalProxy

from .config import Settings
from .domain.values import Person
from .hooks import ResolvedHooks
from .services import Services
from .services.store import Store

EXTENSION = "training_credits"
"""Key of the state in `app.extensions`."""


class CreditsState(Services):
    """The use cases of one app, with its settings and hooks."""

    def __init__(self, app: Flask, db: Any, *, settings: Settings, hooks: ResolvedHooks) -> None:
        super().__init__(settings=settings, hooks=hooks, store=Store(db, settings.bind_key), sender=app)
        self.hooks: ResolvedHooks = hooks
        self.app = app
        self.db = db
        """The host's Flask-SQLAlchemy or Flask-SQLAlchemy-Lite extension."""

    def person(self) -> Person | None:
        """Who is signed in, None for a visitor. Raises `HookFailed`."""
        return self.host.current()

    @property
    def engine(self) -> Engine:
        """The engine our tables live on. Needs an app context."""
        engines = self.db.engines
        # Flask-SQLAlchemy calls the default engine None, Flask-SQLAlchemy-Lite "default".
        engine: Engine = engines.get(self.settings.bind_key) or engines["default"]
        return engine


def _current() -> CreditsState:
    try:
        state: CreditsState = current_app.extensions[EXTENSION]
    except KeyError:
        raise RuntimeError("Training credits are not mounted on this app: call credits.init_app(app)") from None
    return state


current_credits: CreditsState = LocalProxy(_current)  # type: ignore[assignment]  # as Flask types its own proxies
"""The use cases of the current app. Needs an app context."""
