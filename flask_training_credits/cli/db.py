"""`flask credits db`: our tables and their revision."""

from __future__ import annotations

from typing import IO

import click
from flask.cli import AppGroup

from ..migrations import SchemaMismatch, current_revision, head_revision, stamp, upgrade
from ..proxy import current_credits
from .output import findings, json_option, show

group = AppGroup("db", help="Our tables, kept at the revision of this release.")


@group.command("upgrade")
def upgrade_command() -> None:
    """Make our tables, or bring them to the revision of this release."""
    try:
        revision = upgrade(current_credits.engine)
    except SchemaMismatch as mismatch:
        click.echo(mismatch, err=True)
        findings()
    click.echo(f"The tables of training credits are at revision {revision}.")


@group.command("current")
@json_option
def current_command(json_file: IO[str] | None) -> None:
    """Show the revision of our tables; exit code 1 unless it is that of this release."""
    with current_credits.engine.connect() as connection:
        revision = current_revision(connection)
    head = head_revision()
    line = f"Revision {revision or 'not noted'}" + ("." if revision == head else f", this release works with {head}.")
    show({"current": revision, "head": head}, [line], json_file)
    if revision != head:
        click.echo(f"Run: flask {current_credits.settings.cli_group} db upgrade", err=True)
        findings()


@group.command("stamp")
@click.argument("revision", default="head")
def stamp_command(revision: str) -> None:
    """Note a REVISION (that of this release) without touching the tables."""
    from alembic.util.exc import CommandError

    try:
        stamp(current_credits.engine, revision)
    except CommandError as error:
        raise click.BadParameter(str(error), param_hint="REVISION") from error
    click.echo(f"Noted revision {head_revision() if revision == 'head' else revision}.")
