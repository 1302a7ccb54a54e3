"""Orders, and staff's order forms."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from .accounts import Account, AccountRequest
from .amounts import Credits
from .base import Answer, Request
from .lots import Lot, LotRequest
from .redemptions import Redemption
from .times import Instant


class Order(Answer):
    """One checkout."""

    id = fields.String()
    status = fields.String(
        metadata={"enum": ["pending", "completed", "declined", "cancelled", "mixed"]},
    )
    total = Credits()
    created_at = Instant()
    items = fields.List(fields.Nested(Redemption))


class OrderFormRequest(Request):
    """An order form in one call: an account that exists, or a new one, and the lot it gets."""

    account_id = fields.String()
    account = fields.Nested(AccountRequest)
    lot = fields.Nested(LotRequest, required=True)

    @validates_schema
    def has_one_account(self, data: dict[str, Any], **_: Any) -> None:
        """A lot belongs to one account."""
        if ("account_id" in data) == ("account" in data):
            raise ValidationError("Give either account_id or account.")


class OrderForm(Answer):
    """What an order form made."""

    account = fields.Nested(Account)
    lot = fields.Nested(Lot)
