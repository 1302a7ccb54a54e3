"""`flask credits check`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from flask_training_credits import current_credits
from flask_training_credits.cli import progress
from flask_training_credits.testing import memory_hooks
from tests.support.databases import Database
from tests.support.host import dispose, make_host

Run = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.databases("sqlite")


def damage(app: Flask, statement: str) -> None:
    """Change the database behind the ledger's back."""
    with app.app_context(), current_credits.engine.begin() as connection:
        connection.execute(text(statement))


def test_sound_books_exit_with_0(run: Run, make: Any) -> None:
    """What was checked is counted."""
    make.lot()

    assert run("check") == (
        0,
        "Checked 1 accounts, 1 lots, 1 transactions, 0 redemptions: everything adds up.\n",
        "",
    )


@pytest.mark.ledger_broken_on_purpose
def test_a_broken_row_is_named(app: Flask, run: Run, make: Any) -> None:
    """Exit code 1, the rule, the table and the id of the row."""
    lot = make.lot()
    damage(app, "UPDATE training_credits_accounts SET available = 1 WHERE id IS NOT NULL")

    code, output, _ = run("check")

    assert code == 1
    assert output.splitlines() == [
        f"account = its lots: training_credits_accounts {lot.account_id}: available 1, lots 10000",
        "Checked 1 accounts, 1 lots, 1 transactions, 0 redemptions: 1 broken.",
    ]


@pytest.mark.ledger_broken_on_purpose
def test_findings_as_json(app: Flask, run: Run, make: Any) -> None:
    """`ok`, what was checked and every finding; the exit code stays 1."""
    lot = make.lot()
    damage(app, "UPDATE training_credits_accounts SET available = 1 WHERE id IS NOT NULL")

    code, output, _ = run("check", "--json")

    assert code == 1
    assert json.loads(output) == {
        "ok": False,
        "checked": {"accounts": 1, "lots": 1, "transactions": 1, "redemptions": 0},
        "findings": [
            {
                "rule": "account = its lots",
                "table": "training_credits_accounts",
                "row": lot.account_id,
                "found": "available 1, lots 10000",
            }
        ],
    }


def test_long_work_tells_how_far_it_is_on_stderr(run: Run, make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that JSON on standard output stays JSON; work of a moment says nothing."""
    make.lot()
    monkeypatch.setattr(progress, "EVERY", 0.0)

    code, output, complaints = run("check", "--json")

    assert code == 0
    assert json.loads(output)["ok"] is True
    assert complaints == "1 of 1 transactions verified\n"


def test_tables_that_are_missing(empty_database: Database) -> None:
    """A sentence and where to look, no traceback."""
    app = make_host(empty_database.url, memory_hooks())

    result = app.test_cli_runner().invoke(args=["credits", "check"], catch_exceptions=False)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: The database says: no such table: training_credits_accounts. Look with: flask credits doctor\n"
    )
    dispose(app)
