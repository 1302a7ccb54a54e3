"""`flask credits doctor`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from flask_training_credits import Offering, current_credits
from flask_training_credits.codes import key_fingerprint
from flask_training_credits.testing import MemoryCatalog, MemoryHooks, credit_code, lot, memory_hooks
from tests.support.databases import Database
from tests.support.host import db, dispose, make_host

KEYS = [b"an old key of more than sixteen bytes", b"a new key of more than sixteen bytes"]
GOOD: Mapping[str, Any] = {
    "TRAINING_CREDITS_SIGNING_KEYS": KEYS,
    "TRAINING_CREDITS_SUPPORT_EMAIL": "help@lms.example",
    "TRAINING_CREDITS_EXTERNAL_URL": "https://lms.example",
}


class Hosts:
    """Makes hosts on one database."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.made: list[Flask] = []

    def __call__(self, hooks: MemoryHooks | None = None, **config: Any) -> Flask:
        """A good host, but for these settings."""
        self.made.append(make_host(self._url, hooks or memory_hooks(), **{**GOOD, **config}))
        return self.made[-1]


@pytest.fixture
def host(empty_database: Database) -> Iterator[Hosts]:
    """Makes hosts; the first of them makes the tables."""
    hosts = Hosts(empty_database.url)
    with hosts().app_context():
        db.create_all()
    yield hosts
    for app in hosts.made:
        dispose(app)


def doctor(app: Flask) -> tuple[int, Any]:
    """Exit code and findings."""
    result = app.test_cli_runner().invoke(args=["credits", "doctor", "--json"], catch_exceptions=False)
    return result.exit_code, json.loads(result.stdout)


def messages(app: Flask, topic: str) -> list[tuple[str, str]]:
    """What is found on one topic."""
    _, report = doctor(app)
    return [(found["level"], found["message"]) for found in report["findings"] if found["topic"] == topic]


def keys(app: Flask) -> list[tuple[str, bool, int]]:
    """The signing keys: fingerprint, whether it is configured, live codes."""
    _, report = doctor(app)
    return [(use["fingerprint"], use["configured"], use["live_codes"]) for use in report["keys"]]


@pytest.mark.databases("postgresql", "mariadb")
def test_a_good_host_has_no_findings(host: Hosts) -> None:
    """Exit code 0, and the settings without the keys."""
    code, report = doctor(host())

    assert (code, report["ok"], report["findings"]) == (0, True, [])
    assert [(use["configured"], use["live_codes"]) for use in report["keys"]] == [(True, 0), (True, 0)]
    assert report["settings"]["support_email"] == "help@lms.example"
    assert "signing_keys" not in report["settings"]
    assert "sixteen" not in json.dumps(report)


@pytest.mark.databases("sqlite")
def test_the_journal_mode_of_sqlite_is_advice(host: Hosts) -> None:
    """We never set it for the host; advice is no reason to fail."""
    app = host()
    assert doctor(app)[0] == 0
    assert [level for level, _ in messages(app, "sqlite")] == ["advice"]

    with app.app_context(), current_credits.engine.connect() as connection:
        connection.execute(text("PRAGMA journal_mode=WAL"))
    assert messages(app, "sqlite") == []


@pytest.mark.databases("sqlite")
def test_mail_to_nobody_is_a_problem(host: Hosts) -> None:
    """Somebody has to hear of a request without owners."""
    app = host(TRAINING_CREDITS_SUPPORT_EMAIL=None)

    assert doctor(app)[0] == 1
    assert messages(app, "config") == [
        (
            "problem",
            "Nobody gets the mail to staff: set TRAINING_CREDITS_SUPPORT_EMAIL or TRAINING_CREDITS_STAFF_EMAIL.",
        )
    ]


@pytest.mark.databases("sqlite")
def test_a_misspelled_setting_is_a_problem(host: Hosts) -> None:
    """It would be ignored without a word."""
    app = host(TRAINING_CREDITS_SUPORT_EMAIL="help@lms.example")

    assert messages(app, "config") == [
        ("problem", "TRAINING_CREDITS_SUPORT_EMAIL is not a setting: did you mean TRAINING_CREDITS_SUPPORT_EMAIL?")
    ]


def test_live_codes_are_counted_per_key(host: Hosts) -> None:
    """So that the host knows when a key can go; codes whose key has gone are a problem."""
    hooks = memory_hooks()
    old = host(hooks, TRAINING_CREDITS_SIGNING_KEYS=KEYS[:1])
    with old.app_context():
        account_id = lot().account_id
    ((_, _, without_codes),) = keys(old)
    with old.app_context():
        credit_code(account_id)
        credit_code(account_id, expires_at=hooks.clock() + timedelta(days=1))
        revoked = credit_code(account_id)
        current_credits.codes.revoke(account_id, revoked.id, actor="cli")
    first, second = (key_fingerprint(key) for key in KEYS)

    assert keys(old) == [(first, True, without_codes + 2)]
    hooks.clock.advance(days=2)
    left = without_codes + 1
    assert keys(host(hooks)) == [(first, True, left), (second, True, 0)]

    new = host(hooks, TRAINING_CREDITS_SIGNING_KEYS=KEYS[1:])
    assert keys(new) == [(second, True, 0), (first, False, left)]
    ((level, message),) = messages(new, "keys")
    assert level == "problem"
    assert message == (
        f"{left} codes are signed with key {first}, which is not configured: "
        "put it back into TRAINING_CREDITS_SIGNING_KEYS or issue new codes."
    )


@pytest.mark.databases("sqlite")
def test_missing_tables_are_a_problem(host: Hosts) -> None:
    """With the command that makes them."""
    app = host()
    with app.app_context():
        db.drop_all()

    ((level, message),) = messages(app, "tables")
    assert level == "problem"
    assert message.startswith("Missing: training_credits_accounts, ")
    assert message.endswith(". Run: flask credits db upgrade")


@pytest.mark.databases("sqlite")
def test_changed_tables_are_a_problem(host: Hosts) -> None:
    """One finding for each difference."""
    app = host()
    with app.app_context(), current_credits.engine.begin() as connection:
        connection.execute(text("ALTER TABLE training_credits_lots ADD COLUMN colour VARCHAR(10)"))

    assert messages(app, "tables") == [
        ("problem", "training_credits_lots.colour is not one of ours. Run: flask credits db upgrade")
    ]


@pytest.mark.databases("sqlite")
def test_a_hook_that_fails_is_a_problem(host: Hosts) -> None:
    """Hooks are asked for nothing, which must work."""

    class Broken(MemoryCatalog):
        def get_many(self, offering_ids: Collection[str]) -> Mapping[str, Offering]:
            raise LookupError("no catalog today")

    assert messages(host(memory_hooks(catalog=Broken())), "hooks") == [
        ("problem", "The catalog hook fails: LookupError: no catalog today")
    ]


@pytest.mark.databases("sqlite")
def test_short_and_borrowed_keys(host: Hosts) -> None:
    """A short key is a problem, Flask's own is worth a thought."""
    assert messages(host(TRAINING_CREDITS_SIGNING_KEYS=["short"]), "keys") == [
        ("problem", "A signing key is shorter than 16 bytes: replace it with a long random one.")
    ]


@pytest.mark.databases("sqlite")
def test_a_database_that_does_not_answer_is_a_problem() -> None:
    """The rest of the report is still there."""
    app = make_host("postgresql+psycopg://nobody@127.0.0.1:1/nothing", memory_hooks(), **GOOD)

    code, report = doctor(app)

    assert code == 1
    (found,) = report["findings"]
    assert found["topic"] == "database"
    assert found["message"].startswith("The database does not answer: ")
    dispose(app)


@pytest.mark.databases("sqlite")
def test_the_report_in_words(host: Hosts) -> None:
    """For people, without JSON."""
    app = host(TRAINING_CREDITS_SUPPORT_EMAIL=None)

    result = app.test_cli_runner().invoke(args=["credits", "doctor"])

    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == f"key      {key_fingerprint(KEYS[0])} (configured): 0 live codes"
    assert lines[2].startswith("problem  config: Nobody gets the mail to staff")
