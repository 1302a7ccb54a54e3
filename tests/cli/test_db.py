"""`flask credits db`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from flask_training_credits import current_credits
from flask_training_credits.migrations import head_revision
from flask_training_credits.testing import memory_hooks
from tests.support.databases import Database
from tests.support.host import dispose, make_host

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def app(empty_database: Database) -> Iterator[Flask]:
    """A host without tables."""
    app = make_host(empty_database.url, memory_hooks())
    yield app
    dispose(app)


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(app: Flask) -> Run:
    """Runs `flask credits …`; answers exit code, output and complaints."""

    def run(*arguments: str) -> tuple[int, str, str]:
        result = app.test_cli_runner().invoke(args=["credits", *arguments])
        return result.exit_code, result.stdout, result.stderr

    return run


def test_tables_are_made_and_their_revision_shown(run: Run) -> None:
    """From nothing to the revision of this release."""
    head = head_revision()
    line = f"Revision not noted, this release works with {head}.\n"

    assert run("db", "current") == (1, line, "Run: flask credits db upgrade\n")
    assert run("db", "upgrade") == (0, f"The tables of training credits are at revision {head}.\n", "")
    assert run("db", "current") == (0, f"Revision {head}.\n", "")


def test_the_revision_as_json(run: Run, tmp_path: Path) -> None:
    """On standard output by itself, or in a file beside the words."""
    run("db", "upgrade")
    head = head_revision()

    code, output, _ = run("db", "current", "--json")
    assert (code, json.loads(output)) == (0, {"current": head, "head": head})

    target = tmp_path / "current.json"
    assert run("db", "current", "--json", str(target)) == (0, f"Revision {head}.\n", "")
    assert json.loads(target.read_text()) == {"current": head, "head": head}


def test_a_revision_is_noted_by_hand(run: Run) -> None:
    """One that does not exist is wrong usage."""
    assert run("db", "stamp") == (0, f"Noted revision {head_revision()}.\n", "")

    code, _, complaint = run("db", "stamp", "nothing")
    assert code == 2
    assert "Invalid value for REVISION: Can't locate revision identified by 'nothing'" in complaint


def test_tables_that_equal_no_revision_are_a_finding(app: Flask, run: Run) -> None:
    """The differences are printed, nothing is changed."""
    run("db", "upgrade")
    with app.app_context(), current_credits.engine.begin() as connection:
        connection.execute(text("DELETE FROM training_credits_version"))
        connection.execute(text("ALTER TABLE training_credits_lots ADD COLUMN colour VARCHAR(10)"))

    code, output, complaint = run("db", "upgrade")

    assert (code, output) == (1, "")
    assert "  - training_credits_lots.colour is not one of ours\n" in complaint
