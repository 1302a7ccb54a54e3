"""The journal's chain: what a transaction's hash covers, and which way each kind moves credits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

FIRST_HASH = "0" * 64
BUCKETS = ("available", "held", "spent", "expired", "revoked", "moved")
"""The counters of a lot; `source` is the counter-side of what flows in."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: signed hundredths in one bucket of one lot."""

    lot_id: str
    bucket: str
    amount: int


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970 of an aware instant, exact."""
    days = moment.toordinal() - 719163
    offset = moment.utcoffset()
    seconds = days * 86400 + moment.hour * 3600 + moment.minute * 60 + moment.second
    return seconds * 1_000_000 + moment.microsecond - (int(offset.total_seconds() * 1_000_000) if offset else 0)


def move(lot_id: str, source: str, target: str, amount: int) -> list[Line]:
    """The two lines that move an amount between buckets of one lot."""
    return [Line(lot_id, source, -amount), Line(lot_id, target, amount)]


def chain_hash(
    previous: str,
    *,
    account_id: str,
    transaction_id: str,
    version: int,
    kind: str,
    effective_at: datetime,
    recorded_at: datetime,
    actor: str,
    reason: str | None,
    redemption_id: str | None,
    available_after: int,
    held_after: int,
    lines: Sequence[Line],
) -> str:
    """SHA-256 over canonical JSON of a transaction and the hash before it.

    It exposes an edit against a head kept elsewhere, and claims no more. The reason goes in as a digest, so that
    a text can be blanked for privacy while the digest is kept.
    """
    body = {
        "account": account_id,
        "actor": actor,
        "available_after": available_after,
        "effective_at": microseconds(effective_at),
        "entries": [[line.lot_id, line.bucket, line.amount] for line in lines],
        "held_after": held_after,
        "id": transaction_id,
        "kind": kind,
        "previous": previous,
        "reason": None if reason is None else hashlib.sha256(reason.encode()).hexdigest(),
        "recorded_at": microseconds(recorded_at),
        "redemption": redemption_id,
        "version": version,
    }
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
