"""`flask credits check`: whether the ledger adds up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import IO

import click
from flask.cli import with_appcontext

from ..proxy import current_credits
from ..services.results import Finding
from .errors import explained
from .output import findings, json_option, show
from .progress import Progress


@click.command()
@with_appcontext
@json_option
@explained
def check(json_file: IO[str] | None) -> None:
    """Verify every account, lot, transaction and code against the journal; exit code 1 if something is broken."""
    totals = current_credits.ledger.totals()
    progress = Progress()
    found = current_credits.ledger.check(
        lambda verified: progress.tell(f"{verified} of {totals['transactions']} transactions verified")
    )
    progress.done()
    show({"ok": not found, "checked": totals, "findings": found}, _lines(totals, found), json_file)
    if found:
        findings()


def _lines(totals: Mapping[str, int], found: Sequence[Finding]) -> Iterator[str]:
    for finding in found:
        yield f"{finding.rule}: {finding.table} {finding.row}: {finding.found}"
    counted = ", ".join(f"{count} {name}" for name, count in totals.items())
    yield f"Checked {counted}: " + (f"{len(found)} broken." if found else "everything adds up.")
