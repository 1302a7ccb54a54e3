"""Dated inflows of credits."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from .amounts import Credits, Flag
from .base import Answer, Request
from .common import MoneyAnswer, MoneyRequest
from .times import Instant, LocalDate
from .words import CountryCode, Text


class LotRequest(Request):
    """Credits that come in, from an order or as a grant. `expires_on` is their last usable day."""

    amount = Credits(required=True, positive=True)
    source = fields.String(load_default="order", validate=validate.OneOf(["order", "grant"]))
    order_reference = Text()
    ordered_on = LocalDate(required=True)
    starts_on = LocalDate()
    expires_on = LocalDate()
    country = CountryCode()
    paid = fields.Nested(MoneyRequest)
    promotional = Flag(load_default=False)

    @validates_schema
    def lasts(self, data: dict[str, Any], **_: Any) -> None:
        """A lot has at least one usable day."""
        starts_on, expires_on = data.get("starts_on"), data.get("expires_on")
        if starts_on and expires_on and expires_on < starts_on:
            raise ValidationError("The last usable day must not be before starts_on.", "expires_on")


class Lot(Answer):
    """A lot with every counter: `amount = available + held + spent + expired + revoked + moved`."""

    id = fields.String()
    account_id = fields.String()
    amount = Credits()
    available = Credits()
    held = Credits()
    spent = Credits()
    expired = Credits()
    revoked = Credits()
    moved = Credits()
    shortfall = Credits()
    starts_at = Instant()
    expires_at = Instant(allow_none=True)
    source = fields.String(metadata={"enum": ["order", "grant", "transfer"]})
    order_reference = fields.String(allow_none=True)
    country = fields.String(allow_none=True)
    promotional = Flag()
    paid = fields.Nested(MoneyAnswer, allow_none=True)
    created_at = Instant()
