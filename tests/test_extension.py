"""What `init_app` does with an app."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy

from flask_training_credits import Hooks, TrainingCredits, current_credits
from flask_training_credits.extension import CreditsState
from flask_training_credits.testing import MemoryHooks, memory_hooks, person


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A host that is not mounted yet."""
    app = Flask(__name__, root_path=str(tmp_path))
    app.config.update(TESTING=True, SECRET_KEY="secret", SQLALCHEMY_DATABASE_URI="sqlite://")
    db = SQLAlchemy(app)
    yield app
    with app.app_context():
        db.engine.dispose()


def mount(app: Flask, hooks: Hooks | None = None, **options: Any) -> MemoryHooks:
    """Mount on the app; answers the hooks."""
    memory = memory_hooks()
    TrainingCredits(hooks=hooks or memory).init_app(app, **options)
    return memory


def paths(app: Flask) -> set[str]:
    """All that the app has routes for."""
    return {rule.rule for rule in app.url_map.iter_rules()}


def test_the_state_is_on_the_app(app: Flask) -> None:
    """And `current_credits` leads to it."""
    hooks = mount(app)
    ada = hooks.users.sign_in(person(id="ada"))

    state = app.extensions["training_credits"]
    assert isinstance(state, CreditsState)
    assert state.app is app
    assert state.db is app.extensions["sqlalchemy"]
    with app.app_context():
        assert current_credits == state
        assert current_credits.person() == ada


def test_an_app_without_training_credits_says_so(app: Flask) -> None:
    """Rather than a KeyError from inside."""
    with app.app_context(), pytest.raises(RuntimeError, match=r"not mounted on this app: call credits\.init_app"):
        current_credits.person()


def test_routes_are_under_the_prefix(app: Flask) -> None:
    """By default `/credits`."""
    mount(app)

    assert {"/credits/checkout", "/credits/api/v1/checkout"} <= paths(app)


def test_the_argument_wins_over_the_setting(app: Flask) -> None:
    """For one app of several that share a configuration."""
    app.config["TRAINING_CREDITS_URL_PREFIX"] = "/setting"
    mount(app, url_prefix="/argument/")

    assert {"/argument/checkout", "/argument/api/v1/checkout"} <= paths(app)
    assert not [path for path in paths(app) if path.startswith("/setting")]
    with app.app_context():
        assert current_credits.settings.url_prefix == "/argument"


def test_a_host_may_do_without_our_routes(app: Flask) -> None:
    """The use cases, the tables and the commands are still there."""
    mount(app, register_blueprints=False)

    assert paths(app) == {"/static/<path:filename>"}
    assert "credits" in app.cli.commands


def test_the_commands_can_be_renamed(app: Flask) -> None:
    """A host may have `credits` already."""
    app.config["TRAINING_CREDITS_CLI_GROUP"] = "training"
    mount(app)

    assert "training" in app.cli.commands
    assert "credits" not in app.cli.commands


def test_the_templates_folder_comes_first(app: Flask, tmp_path: Path) -> None:
    """Before the host's own templates and before ours."""
    for folder, words in (("templates", "the host's"), ("first", "the first")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "base.html").write_text(words)
    (tmp_path / "templates" / "other.html").write_text("only the host's")
    app.config["TRAINING_CREDITS_TEMPLATES"] = "first"
    mount(app)

    with app.app_context():
        assert render_template("base.html") == "the first"
        assert render_template("other.html") == "only the host's"
