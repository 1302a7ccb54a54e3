"""Northwind Academy: a small LMS that existed before training credits did.

It has its own users, catalog, checkout, look, CSRF tokens and a strict content security policy. What it took to accept
training credits is all in `credits.py`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect

from . import catalog, checkout, people, security
from .credits import training_credits
from .kept import kept_secret
from .models import User, db
from .presets import PRESETS
from .seed import seed

csrf = CSRFProtect()


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Return the academy, with its demo data; `config` overrides any setting.

    `EXAMPLE_PRESET` (a setting or an environment variable) picks the program it shows; see `presets/`.
    Everything is kept in the instance folder: one SQLite file and one secret.
    """
    app = Flask(__name__, instance_relative_config=True)
    app.config["EXAMPLE_PRESET"] = os.environ.get("EXAMPLE_PRESET", "training-credits")
    app.config.update(config or {})
    preset = PRESETS[app.config["EXAMPLE_PRESET"]]
    _fill_in(app, preset.settings)

    db.init_app(app)
    csrf.init_app(app)
    people.login_manager.init_app(app)
    training_credits.init_app(app, user_model=User)

    security.init_app(app)
    app.register_blueprint(people.blueprint)
    app.register_blueprint(catalog.blueprint)
    app.register_blueprint(checkout.blueprint)

    with app.app_context():
        db.create_all()
        seed(preset)
    return app


def _fill_in(app: Flask, preset_settings: Mapping[str, Any]) -> None:
    """Give every setting that the caller left open its value: the preset's, else the academy's."""
    for name, value in preset_settings.items():
        app.config.setdefault(name, value)
    if not app.config.get("SECRET_KEY") or "SQLALCHEMY_DATABASE_URI" not in app.config:
        Path(app.instance_path).mkdir(parents=True, exist_ok=True)
    if not app.config.get("SECRET_KEY"):  # Flask sets it to None
        app.config["SECRET_KEY"] = kept_secret(Path(app.instance_path) / "secret-key")
    app.config.setdefault("SQLALCHEMY_DATABASE_URI", "sqlite:///northwind.sqlite")
    app.config.setdefault("SESSION_COOKIE_SAMESITE", "Lax")
    app.config.setdefault("TRAINING_CREDITS_SIGNING_KEYS", [app.config["SECRET_KEY"]])
    app.config.setdefault("TRAINING_CREDITS_BASE_TEMPLATE", "base.html")
    app.config.setdefault("TRAINING_CREDITS_SUPPORT_EMAIL", "training@northwind.example")
