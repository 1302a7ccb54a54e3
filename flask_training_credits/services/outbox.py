"""Rows of the outbox: what is to be told or done after a commit, written with the movement it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from ..domain.amounts import from_hundredths, wire
from ..domain.journal import Line
from ..domain.wire import instant
from ..signals import signal
from .ids import new_id

LEASE = timedelta(seconds=60)
"""How long whoever took a row may work on it before somebody else may."""


def _row(kind: str, event: str, subject_id: str, data: Any, now: datetime, *, is_wanted: bool) -> dict[str, Any]:
    return {
        "id": new_id("evt", now),
        "kind": kind,
        "type": event,
        "account_id": None,
        "account_version": None,
        "subject_id": subject_id,
        "data": data,
        "created_at": now,
        "done_at": None if is_wanted else now,
        "leased_until": now + LEASE if is_wanted else None,
        "attempts": 0,
        "error": None,
    }


def event_row(
    event: str, subject_id: str, data: dict[str, Any], now: datetime, *, account_id: str, version: int
) -> dict[str, Any]:
    """An event. Its data is the resource as the API shows it, in wire form, with the account and its version.

    Where nobody listens it is written as done: it stays for the journal's check, and costs no second commit.
    """
    told = data | {"account_id": account_id, "account_version": version}
    row = _row("event", event, subject_id, told, now, is_wanted=bool(signal(event).receivers))
    return row | {"account_id": account_id, "account_version": version}


def work_row(kind: str, subject_id: str, now: datetime) -> dict[str, Any]:
    """Work for a hook on a redemption: `grant`, `after_grant`, `revoke` or `after_revoke`."""
    return _row(kind, kind, subject_id, {}, now, is_wanted=True)


def transaction_data(row: dict[str, Any], lines: Sequence[Line]) -> dict[str, Any]:
    """A transaction as the API shows it."""
    return {
        "id": row["id"],
        "version": row["version"],
        "kind": row["kind"],
        "amount": wire(from_hundredths(row["amount"])),
        "available_after": wire(from_hundredths(row["available_after"])),
        "held_after": wire(from_hundredths(row["held_after"])),
        "effective_at": instant(row["effective_at"]),
        "recorded_at": instant(row["recorded_at"]),
        "actor": row["actor"],
        "reason": row["reason"],
        "redemption_id": row["redemption_id"],
        "entries": [
            {"lot_id": line.lot_id, "bucket": line.bucket, "amount": wire(from_hundredths(line.amount))}
            for line in lines
        ],
        "hash": row["hash"],
    }
