"""The extension object: takes the host's hooks and mounts everything on an app."""

from __future__ import annotations

import warnings
from typing import Any

from flask import Config, Flask
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy import MetaData

from .adoption import adopt, find_metadata
from .cli import create_group
from .config import PREFIX, Settings
from .errors import ConfigurationError
from .hooks import HookDecorators, Hooks, resolve
from .migrations import upgrade
from .proxy import EXTENSION, CreditsState, current_credits

__all__ = ["CreditsState", "TrainingCredits"]

BLUEPRINTS = ("training_credits", "training_credits_api")


class TrainingCredits(HookDecorators):
    """Training credits for Flask applications.

    Hooks come as decorated functions, as objects in `hooks`, or both; all of them before the first `init_app`. One
    instance serves any number of apps.
    """

    def __init__(self, *, hooks: Hooks | None = None) -> None:
        super().__init__()
        self._hooks = hooks or Hooks()

    def init_app(
        self,
        app: Flask,
        *,
        db: Any = None,
        hooks: Hooks | None = None,
        user_model: type[Any] | None = None,
        metadata: MetaData | None = None,
        url_prefix: str | None = None,
        register_blueprints: bool = True,
    ) -> None:
        """Mount on an app, after `db.init_app` and the login manager's; needs no app context and no database.

        `db` is the host's Flask-SQLAlchemy(-Lite) extension, by default the app's. `hooks` are for this app alone and
        win over those of the instance. `user_model` is the host's SQLAlchemy user, when no hook knows the users.
        `metadata` is where our tables go, for a `db` that has no MetaData. `url_prefix` wins over the setting.

        Raises `ConfigurationError` with everything that is wrong; the app is then as it was before.
        """
        if EXTENSION in app.extensions:
            raise ConfigurationError(["init_app was called for this app before: call it once"])
        given = {} if url_prefix is None else {f"{PREFIX}URL_PREFIX": url_prefix}
        settings, problems = Settings.load(Config(app.root_path, {**app.config, **given}))
        resolved, missing = resolve(
            self._hooks,
            self._functions,
            hooks or Hooks(),
            staff=settings.staff if settings else (),
            user_model=user_model,
        )
        problems += missing
        if db is None:
            db = app.extensions.get("sqlalchemy")
        target = _find_metadata(app, db, app.config.get(f"{PREFIX}BIND_KEY"), metadata)
        problems += target if isinstance(target, list) else []
        problems += _taken_blueprints(app) if register_blueprints else []
        problems += _taken_command(app, settings)
        if settings is None or resolved is None or isinstance(target, list) or problems:
            raise ConfigurationError(problems)

        if f"{PREFIX}SIGNING_KEYS" not in app.config and not (app.debug or app.testing):
            warnings.warn(
                f"Codes are signed with SECRET_KEY and stop working when it changes: set {PREFIX}SIGNING_KEYS to a "
                "list of long random keys, oldest to newest.",
                stacklevel=2,
            )
        adopt(target)
        app.extensions[EXTENSION] = CreditsState(app, db, settings=settings, hooks=resolved)
        app.cli.add_command(create_group(settings.cli_group))
        if settings.templates is not None:
            _search_first(app, settings.templates)
        if register_blueprints:
            _register_blueprints(app, settings)
        self._is_mounted = True

    def upgrade(self, app: Flask) -> str:
        """Make our tables on the app's database or bring them to the newest revision; answers that revision.

        Raises `SchemaMismatch`, changing nothing, when tables are there that no revision of ours has made.
        """
        with app.app_context():
            return upgrade(current_credits.engine)


def _find_metadata(app: Flask, db: Any, bind_key: str | None, given: MetaData | None) -> MetaData | list[str]:
    if db is None:
        return ["no database: call db.init_app(app) first, or pass init_app(app, db=db)"]
    return find_metadata(app, db, bind_key, given)


def _taken_blueprints(app: Flask) -> list[str]:
    return [
        f"the app has a blueprint named {name!r} already: pass register_blueprints=False, or rename yours"
        for name in BLUEPRINTS
        if name in app.blueprints
    ]


def _taken_command(app: Flask, settings: Settings | None) -> list[str]:
    if settings is None or settings.cli_group not in app.cli.commands:
        return []
    return [f"the app has a command {settings.cli_group!r} already: set {PREFIX}CLI_GROUP to another name"]


def _register_blueprints(app: Flask, settings: Settings) -> None:
    """Add fresh blueprints, imported only by apps that want them."""
    from .api import create_api_blueprint
    from .web import create_web_blueprint

    app.register_blueprint(create_api_blueprint(settings), url_prefix=f"{settings.url_prefix}/api/v1")
    app.register_blueprint(create_web_blueprint(settings))


def _search_first(app: Flask, folder: str) -> None:
    """Look for every template in this folder before the app's own folder and every blueprint's."""
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder), *filter(None, [app.jinja_loader])])
