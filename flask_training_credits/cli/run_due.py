"""`flask credits run-due`: everything that time makes due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO

import click
from flask.cli import with_appcontext

from ..proxy import current_credits
from .errors import explained
from .output import findings, json_option, show
from .progress import Progress

WORDS: Mapping[str, str] = {
    "accounts_settled": "Accounts with credits that expired or came back from expired codes",
    "access_ended": "Learners whose access has ended",
    "handed_on": "Events and hooks handed on",
    "failed": "Hooks that failed and will be tried again at the next run (the log says why)",
    "keys_forgotten": "Old idempotency keys forgotten",
}


@click.command("run-due")
@with_appcontext
@json_option
@explained
def run_due(json_file: IO[str] | None) -> None:
    """Book expiries, end access and hand on what waits; exit code 1 if a hook failed.

    Safe to run at any time, as often as you like, and on many machines at once.
    """
    progress = Progress()
    counts = current_credits.jobs.run_due(lambda job, done: progress.tell(f"{job}: {done} done"))
    progress.done()
    show(counts, _lines(counts), json_file)
    if counts["failed"]:
        findings()


def _lines(counts: Mapping[str, int]) -> Iterator[str]:
    done = [f"{WORDS.get(name, name)}: {count}" for name, count in counts.items() if count]
    yield from done or ["Nothing was due."]
