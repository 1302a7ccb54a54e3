"""The journal."""

from __future__ import annotations

from marshmallow import fields

from .amounts import Credits, WholeNumber
from .base import Answer
from .times import Instant

KINDS = (
    "issue",
    "hold",
    "spend",
    "release",
    "refund",
    "expire",
    "transfer_in",
    "transfer_out",
    "adjust",
    "extend",
    "revoke",
)


class Entry(Answer):
    """One line; the lines of a transaction sum to zero."""

    lot_id = fields.String()
    bucket = fields.String()
    amount = Credits()


class Transaction(Answer):
    """One immutable movement. `amount` is a size, signed only for `adjust`."""

    id = fields.String()
    account_id = fields.String()
    version = WholeNumber()
    kind = fields.String(metadata={"enum": list(KINDS)})
    amount = Credits()
    available_after = Credits()
    held_after = Credits()
    effective_at = Instant()
    recorded_at = Instant()
    actor = fields.String()
    reason = fields.String(allow_none=True)
    redemption_id = fields.String(allow_none=True)
    entries = fields.List(fields.Nested(Entry))
    hash = fields.String()
