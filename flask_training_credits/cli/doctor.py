"""`flask credits doctor`: whether this app is set up well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import IO, Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from ..config import Settings
from ..proxy import CreditsState, current_credits
from . import checkup
from .checkup import Diagnosis, KeyUse
from .output import findings, json_option, show

_SECRET = {"signing_keys"}
"""Settings that are never shown."""


@click.command()
@with_appcontext
@json_option
def doctor(json_file: IO[str] | None) -> None:
    """Check settings, signing keys, tables and hooks; exit code 1 if something needs mending."""
    found, uses = _examine(current_credits)
    ok = not any(diagnosis.level == "problem" for diagnosis in found)
    data = {"ok": ok, "findings": found, "keys": uses, "settings": _settings(current_credits.settings)}
    show(data, _lines(found, uses), json_file)
    if not ok:
        findings()


def _examine(state: CreditsState) -> tuple[list[Diagnosis], list[KeyUse]]:
    found = [*checkup.check_config(state.app, state.settings), *checkup.check_hooks(state)]
    uses: list[KeyUse] = []
    try:
        with state.engine.connect() as connection:
            found += checkup.check_tables(connection, state.settings.cli_group)
            found += checkup.check_journal_mode(connection)
            uses = checkup.key_uses(connection, state)
            found += checkup.check_keys(uses)
    except SQLAlchemyError as error:
        found.append(Diagnosis(level="problem", topic="database", message=f"The database does not answer: {error}"))
    return found, uses


def _settings(settings: Settings) -> dict[str, Any]:
    values = {field.name: getattr(settings, field.name) for field in fields(settings) if field.name not in _SECRET}
    return {name: "a callable" if callable(value) else value for name, value in values.items()}


def _lines(found: list[Diagnosis], uses: list[KeyUse]) -> Iterator[str]:
    for use in uses:
        state = "configured" if use.configured else "not configured"
        yield f"key      {use.fingerprint} ({state}): {use.live_codes} live codes"
    for diagnosis in found:
        yield f"{diagnosis.level:8} {diagnosis.topic}: {diagnosis.message}"
    if not found:
        yield "Everything is as it should be."
