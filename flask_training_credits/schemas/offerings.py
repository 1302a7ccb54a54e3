"""What the host sells, as a caller sees it."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_dump

from ..domain.wire import to_wire
from ..services.results import ItemRefusal
from .amounts import Credits, Flag, WholeNumber
from .base import Answer
from .common import MoneyAnswer
from .times import InstantOrDate

_SOMETIMES = {"sometimes": True}


class Refusal(Answer):
    """Why something cannot be bought like this.

    The numbers of the refusal stand beside its code. They are members of `details`, so that `dump` does not find them
    by name: `show_details` brings them in.
    """

    code = fields.String()
    message = fields.String()
    remedy = fields.Dict(allow_none=True)
    contact = fields.String(allow_none=True)
    required = Credits(metadata=_SOMETIMES)
    available = Credits(metadata=_SOMETIMES)
    remaining = Credits(metadata=_SOMETIMES)
    redemption_id = fields.String(allow_none=True, metadata=_SOMETIMES)

    @post_dump(pass_original=True)
    def show_details(self, data: dict[str, Any], refusal: ItemRefusal, **_: Any) -> dict[str, Any]:
        """The refusal with its details, in wire form, and without those it does not have."""
        return {**data, "remedy": to_wire(refusal.remedy), **to_wire(refusal.details)}


class OfferingAccount(Answer):
    """One of the caller's accounts, and what it would pay."""

    account_id = fields.String()
    name = fields.String()
    price_credits = Credits(allow_none=True)
    available = Credits(allow_none=True)
    needs_approval = Flag()
    refusal = fields.Nested(Refusal, allow_none=True)


class Offering(Answer):
    """An offering with its price in credits."""

    id = fields.String()
    title = fields.String()
    kind = fields.String()
    delivery = fields.String()
    price_credits = Credits(allow_none=True)
    list_price = fields.Nested(MoneyAnswer, allow_none=True)
    starts_at = InstantOrDate(allow_none=True)
    ends_at = InstantOrDate(allow_none=True)
    country = fields.String(allow_none=True)
    open = Flag()
    accepts_credits = Flag()
    credits_only = Flag()
    assisted = Flag()
    voucher = Flag()
    group = Flag()
    repeatable = Flag()
    seats_left = WholeNumber(allow_none=True)
    url = fields.String(allow_none=True)
    description = fields.String(allow_none=True)
    accounts = fields.List(fields.Nested(OfferingAccount))
