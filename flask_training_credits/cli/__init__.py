"""The command line, `flask credits …`. Exit codes: 0 good, 1 findings, 2 wrong usage."""

from __future__ import annotations

from flask.cli import AppGroup

from . import account, check, codes, db, doctor, issue, openapi, run_due

COMMANDS = (
    account.group,
    check.check,
    codes.group,
    db.group,
    doctor.doctor,
    issue.issue,
    openapi.openapi,
    run_due.run_due,
)


def create_group(name: str) -> AppGroup:
    """The group of all our commands, under the name the host gave it."""
    group = AppGroup(name, help="Training credits: tables, accounts, codes, timed work.")
    for command in COMMANDS:
        group.add_command(command)
    return group
