"""Codes: what owners issue, what learners hold."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from ..domain.values import MAX_ID
from ..services.issuing import MAX_COUNT
from .amounts import Credits, Flag, WholeNumber
from .base import Answer, Changes, Request
from .checkout import code_text, quantity
from .common import MOST_LISTED, PersonReference, delivery_list, kind_list
from .times import Instant
from .words import OfferingId, Text


class _Limits(Request):
    """What a code may pay for, for whom and until when; each limit is optional."""

    value = Credits()
    label = Text()
    tracking_id = Text()
    starts_at = Instant()
    expires_at = Instant()
    max_redemptions = WholeNumber(least=1)
    per_learner = WholeNumber(least=1)
    offering_ids = fields.List(OfferingId(), validate=validate.Length(1, MOST_LISTED))
    kinds = kind_list()
    deliveries = delivery_list()
    learners = fields.List(PersonReference(), validate=validate.Length(1, MOST_LISTED))
    access_days = WholeNumber(least=1, most=36_500)

    @validates_schema
    def lasts(self, data: dict[str, Any], **_: Any) -> None:
        """A code can be used at some moment."""
        starts_at, expires_at = data.get("starts_at"), data.get("expires_at")
        if starts_at and expires_at and expires_at <= starts_at:
            raise ValidationError("This must be after starts_at.", "expires_at")


class CodeRequest(_Limits):
    """New codes, all alike. `reserved` funding sets their value aside, `shared` draws on the account."""

    count = WholeNumber(least=1, most=MAX_COUNT, load_default=1)
    funding = fields.String(load_default="shared", validate=validate.OneOf(["shared", "reserved"]))
    access_ends_with_code = Flag(load_default=False)


class CodeChanges(Changes, _Limits):
    """Other limits for a code."""

    access_ends_with_code = Flag()


class CodeText(Request):
    """A code."""

    code = code_text(required=True)


class ApplyRequest(CodeText):
    """A code, and what it is to pay for."""

    offering_id = OfferingId(required=True)
    quantity = quantity()


class AppliesTo(Answer):
    """What a code pays for; null is no limit."""

    offering_ids = fields.List(fields.String(), allow_none=True)
    kinds = fields.List(fields.String(), allow_none=True)
    deliveries = fields.List(fields.String(), allow_none=True)


class CodeCheck(Answer):
    """What anybody who holds a code may know of it; `remaining` is null for a code without a value."""

    remaining = Credits(allow_none=True)
    expires_at = Instant(allow_none=True)
    label = fields.String(allow_none=True)
    applies_to = fields.Nested(AppliesTo)


class KeptCodeId(Request):
    """A code that is kept, by the `id` that keeping it has given."""

    id = fields.String(required=True, validate=validate.Length(1, MAX_ID))


class KeptCode(Answer):
    """A code kept for later; its text is never shown again."""

    id = fields.String()
    last_four = fields.String()
    label = fields.String(allow_none=True)
    remaining = Credits(allow_none=True)
    expires_at = Instant(allow_none=True)


class Code(Answer):
    """A code of an account. `text` is null in lists, and once its signing key is gone."""

    id = fields.String()
    account_id = fields.String()
    kind = fields.String(metadata={"enum": ["code", "passkey"]})
    text = fields.String(allow_none=True)
    last_four = fields.String()
    label = fields.String(allow_none=True)
    tracking_id = fields.String(allow_none=True)
    value = Credits(allow_none=True)
    used = Credits()
    remaining = Credits(allow_none=True)
    uses = WholeNumber()
    status = fields.String(metadata={"enum": ["active", "not_started", "expired", "used_up", "revoked", "key_removed"]})
    funding = fields.String(metadata={"enum": ["shared", "reserved"]})
    starts_at = Instant(allow_none=True)
    expires_at = Instant(allow_none=True)
    max_redemptions = WholeNumber(allow_none=True)
    per_learner = WholeNumber(allow_none=True)
    offering_ids = fields.List(fields.String(), allow_none=True)
    kinds = fields.List(fields.String(), allow_none=True)
    deliveries = fields.List(fields.String(), allow_none=True)
    learners = fields.List(fields.String(), allow_none=True)
    access_days = WholeNumber(allow_none=True)
    access_ends_with_code = Flag()
    created_at = Instant()


class IssuedCodes(Answer):
    """The codes that were just made, with their texts."""

    items = fields.List(fields.Nested(Code))
