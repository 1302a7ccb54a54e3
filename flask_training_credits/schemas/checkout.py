"""Items in a cart, the quote for them and the order they become."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from ..domain.values import MAX_ID, Item
from ..services.judging import MAX_ITEMS, MAX_QUANTITY
from .amounts import Credits, Flag, WholeNumber
from .base import Answer, Request
from .common import PersonReference
from .offerings import Refusal
from .times import Instant
from .words import OfferingId

SOURCES = ("code", "passkey", "account_id")


def code_text(**kwargs: Any) -> fields.String:
    """A code as somebody typed it; whether it is one is for the signature to say."""
    return fields.String(validate=validate.Length(1, 255), **kwargs)


def quantity() -> WholeNumber:
    """How many of an offering."""
    return WholeNumber(least=1, most=MAX_QUANTITY, load_default=1)


class ItemRequest(Request):
    """One line of a checkout, and the one source that pays it."""

    offering_id = OfferingId(required=True)
    quantity = quantity()
    learner = PersonReference()
    code = code_text()
    passkey = code_text()
    account_id = fields.String(validate=validate.Length(1, MAX_ID))

    @validates_schema
    def has_one_source(self, data: dict[str, Any], **_: Any) -> None:
        """An item is paid from one place."""
        if sum(source in data for source in SOURCES) != 1:
            raise ValidationError("Give one of code, passkey and account_id.")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Item:
        """The value."""
        return Item(**data)


def _items() -> fields.List[Any]:
    return fields.List(fields.Nested(ItemRequest), required=True, validate=validate.Length(1, MAX_ITEMS))


class QuoteRequest(Request):
    """What to price."""

    items = _items()


class CheckoutRequest(Request):
    """What to buy; `token` is the quote's, and holds its prices."""

    items = _items()
    token = fields.String(validate=validate.Length(1, 20_000))


class PayingLot(Answer):
    """A lot that pays, and how much."""

    lot_id = fields.String()
    amount = Credits()
    expires_at = Instant(allow_none=True)


class CancellationTier(Answer):
    """Cancelling before `until` returns `refund`."""

    until = Instant()
    percent = WholeNumber()
    refund = Credits()


class QuoteItem(Answer):
    """The price of one item and what would happen, or why it would not."""

    offering_id = fields.String()
    title = fields.String(allow_none=True)
    quantity = WholeNumber()
    unit_price = Credits(allow_none=True)
    gross = Credits(allow_none=True)
    discount = Credits(allow_none=True)
    amount = Credits(allow_none=True)
    account_id = fields.String(allow_none=True)
    account_name = fields.String(allow_none=True)
    lots = fields.List(fields.Nested(PayingLot))
    balance_after = Credits(allow_none=True)
    needs_approval = Flag()
    cancellation = fields.List(fields.Nested(CancellationTier))
    refusal = fields.Nested(Refusal, allow_none=True)


class Quote(Answer):
    """What a checkout would do."""

    items = fields.List(fields.Nested(QuoteItem))
    total = Credits()
    ok = Flag()
    token = fields.String(allow_none=True)
