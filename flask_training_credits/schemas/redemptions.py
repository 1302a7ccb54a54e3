"""One offering paid with credits for one learner."""

from __future__ import annotations

from marshmallow import fields, validate

from ..services.redemptions import STATES
from .amounts import Credits, WholeNumber
from .base import Answer
from .common import PageQuery
from .times import Instant


class RedemptionQuery(PageQuery):
    """Which redemptions."""

    state = fields.String(validate=validate.OneOf(STATES))


class RedemptionLot(Answer):
    """How much a lot paid."""

    lot_id = fields.String()
    amount = Credits()


class Voucher(Answer):
    """A voucher that came with it."""

    id = fields.String()
    code = fields.String()
    expires_at = Instant(allow_none=True)
    schedule_url = fields.String(allow_none=True)


class Redemption(Answer):
    """A redemption, whatever has become of it."""

    id = fields.String()
    order_id = fields.String()
    account_id = fields.String()
    account_name = fields.String(allow_none=True)
    user_id = fields.String()
    offering_id = fields.String()
    title = fields.String()
    url = fields.String(allow_none=True)
    quantity = WholeNumber()
    unit_price = Credits()
    amount = Credits()
    refunded = Credits()
    state = fields.String(metadata={"enum": list(STATES)})
    requested_at = Instant()
    deadline = Instant(allow_none=True)
    decided_at = Instant(allow_none=True)
    decided_by = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    access_expires_at = Instant(allow_none=True)
    vouchers = fields.List(fields.Nested(Voucher))
    lots = fields.List(fields.Nested(RedemptionLot))
