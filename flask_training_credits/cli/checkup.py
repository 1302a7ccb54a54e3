"""What `doctor` looks at, one function each; every function yields what it found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Literal

from flask import Flask
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from ..codes import key_fingerprint
from ..config import PREFIX, Settings
from ..hooks import SQLAlchemyUsers
from ..integrations.mail import HostMail
from ..migrations import current_revision, differences, head_revision, missing_tables
from ..models import Code
from ..proxy import CreditsState

SHORT_KEY = 16
"""A key of fewer bytes can be guessed."""


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """One thing found: a `problem` needs to be mended, an `advice` is worth a thought."""

    level: Literal["problem", "advice"]
    topic: str
    message: str


@dataclass(frozen=True, kw_only=True)
class KeyUse:
    """How many codes and passkeys that can still be used one signing key has signed."""

    fingerprint: str
    configured: bool
    live_codes: int


def _problem(topic: str, message: str) -> Diagnosis:
    return Diagnosis(level="problem", topic=topic, message=message)


def _advice(topic: str, message: str) -> Diagnosis:
    return Diagnosis(level="advice", topic=topic, message=message)


def check_config(app: Flask, settings: Settings) -> Iterator[Diagnosis]:
    """Settings that are probably misspelled, and addresses that are missing."""
    known = [PREFIX + field.name.upper() for field in fields(Settings)]
    for name in app.config:
        if name.startswith(PREFIX) and name not in known and (meant := get_close_matches(name, known, 1, 0.8)):
            yield _problem("config", f"{name} is not a setting: did you mean {meant[0]}?")
    if settings.support_email is None and settings.staff_email is None:
        yield _problem("config", f"Nobody gets the mail to staff: set {PREFIX}SUPPORT_EMAIL or {PREFIX}STAFF_EMAIL.")
    if settings.external_url is None:
        yield _advice("config", f"Mail that jobs send cannot link to this site: set {PREFIX}EXTERNAL_URL.")
    if f"{PREFIX}SIGNING_KEYS" not in app.config:
        yield _advice("keys", f"Codes stop working when SECRET_KEY changes: set {PREFIX}SIGNING_KEYS.")
    if any(len(key) < SHORT_KEY for key in settings.signing_keys):
        yield _problem("keys", f"A signing key is shorter than {SHORT_KEY} bytes: replace it with a long random one.")


def check_keys(uses: list[KeyUse]) -> Iterator[Diagnosis]:
    """Codes that stopped working because their key is gone."""
    for use in uses:
        if use.live_codes and not use.configured:
            yield _problem(
                "keys",
                f"{use.live_codes} codes are signed with key {use.fingerprint}, which is not configured: "
                f"put it back into {PREFIX}SIGNING_KEYS or issue new codes.",
            )


def check_tables(connection: Connection, group: str) -> Iterator[Diagnosis]:
    """Tables that are missing, or not as this release needs them."""
    if missing := missing_tables(connection):
        yield _problem("tables", f"Missing: {', '.join(sorted(missing))}. Run: flask {group} db upgrade")
        return
    for difference in differences(connection):
        yield _problem("tables", f"{difference}. Run: flask {group} db upgrade")
    noted = current_revision(connection)
    if noted is not None and noted != head_revision():
        yield _problem("tables", f"Revision {noted} is noted, not {head_revision()}. Run: flask {group} db upgrade")


def check_journal_mode(connection: Connection) -> Iterator[Diagnosis]:
    """SQLite's write-ahead log, without which readers and the writer wait for each other."""
    if connection.dialect.name == "sqlite":
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        if mode not in {"wal", "memory"}:
            yield _advice(
                "sqlite", f"Journal mode is {mode}: PRAGMA journal_mode=WAL lets people read while one writes."
            )


def check_hooks(state: CreditsState) -> Iterator[Diagnosis]:
    """Hooks that fail when asked for nothing, and mail that goes nowhere."""
    hooks = state.hooks
    for name, ask in (("catalog", hooks.catalog.get_many), ("users", hooks.users.get_many)):
        try:
            ask([])
        except Exception as error:  # noqa: BLE001  # whatever host code raises is the finding
            yield _problem("hooks", f"The {name} hook fails: {type(error).__name__}: {error}")
    if isinstance(hooks.users, SQLAlchemyUsers) and not hasattr(state.app, "login_manager"):
        yield _problem("hooks", "Nobody can sign in: set up Flask-Login, or pass Hooks(users=...).")
    if isinstance(hooks.notifier, HostMail) and not {"mail", "mailman"} & set(state.app.extensions):
        yield _advice("hooks", "No mail is sent: set up Flask-Mailman or Flask-Mail, or register a notifier.")


def key_uses(connection: Connection, state: CreditsState) -> list[KeyUse]:
    """The signing keys, oldest to newest, then those that are gone, each with its live codes; none without tables."""
    now = state.hooks.clock()
    live = Code.revoked_at.is_(None) & (Code.expires_at.is_(None) | (Code.expires_at > now))
    statement = select(Code.key_fingerprint, func.count()).where(live).group_by(Code.key_fingerprint)
    try:
        counts = {row[0]: row[1] for row in connection.execute(statement)}
    except SQLAlchemyError:
        connection.rollback()
        counts = {}
    configured = [key_fingerprint(key) for key in state.settings.signing_keys]
    gone = sorted(counts.keys() - set(configured))
    return [
        KeyUse(fingerprint=name, configured=name in configured, live_codes=counts.get(name, 0))
        for name in (*configured, *gone)
    ]
