"""Credit types: the programs."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from ..domain.amounts import wire
from .amounts import Credits, Flag, WholeNumber
from .base import Answer, Changes, Request
from .common import MOST_MINOR_UNITS, Matcher
from .words import CountryCode, CurrencyCode, Key, Text, WebAddress, ZoneName

VALIDITY_FROM = ("order", "start", "issue")
DEADLINES = ("booked", "begun", "attended")
_FEW = validate.Length(max=100)


class _Days(Request):
    """Days or business days, one of the two."""

    days = WholeNumber(most=3650)
    business_days = WholeNumber(most=2600)

    @validates_schema
    def has_one_measure(self, data: dict[str, Any], **_: Any) -> None:
        """Two measures would contradict each other, none would say nothing."""
        if ("days" in data) == ("business_days" in data):
            raise ValidationError("Give either days or business_days.")


class Tier(_Days):
    """Cancelling that long before the start returns so much."""

    percent = WholeNumber(required=True, most=100)


class CancellationRule(Matcher):
    """The tiers for matching offerings."""

    tiers = fields.List(fields.Nested(Tier), required=True, validate=validate.Length(1, 20))


class RescheduleRule(_Days):
    """How often, and until when, a session may be exchanged."""

    limit = WholeNumber(required=True, most=100)


class Pack(Request):
    """A number of credits sold together, perhaps cheaper."""

    id = Key(required=True)
    credits = Credits(required=True, positive=True)
    percent_off = WholeNumber(load_default=0, most=100)

    @post_load
    def keep_wire_form(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """A rule is kept as the API shows it."""
        return {**data, "credits": wire(data["credits"])}


def _unit_values() -> fields.Dict:
    """What one credit is worth, in minor units by currency."""
    return fields.Dict(
        keys=CurrencyCode(),
        values=WholeNumber(least=1, most=MOST_MINOR_UNITS),
        load_default=dict,
    )


class CreditTypeRequest(Request):
    """A new program. Lists that are left out or empty set no limit."""

    key = Key(required=True)
    name = Text(required=True)
    description = Text(longest=10_000)
    validity_months = WholeNumber(load_default=12, most=1200)
    validity_from = fields.String(load_default="order", validate=validate.OneOf(VALIDITY_FROM))
    zone = ZoneName(load_default="UTC")
    deadline = fields.String(load_default="booked", validate=validate.OneOf(DEADLINES))
    applies_to = fields.List(fields.Nested(Matcher), load_default=list, validate=_FEW)
    home_country_for = fields.List(fields.Nested(Matcher), load_default=list, validate=_FEW)
    sale_countries = fields.List(CountryCode(), validate=validate.Length(max=300))
    unit_values = _unit_values()
    packs = fields.List(fields.Nested(Pack), load_default=list, validate=_FEW)
    cancellation = fields.List(fields.Nested(CancellationRule), load_default=list, validate=_FEW)
    reschedule = fields.Nested(RescheduleRule)
    extendable = Flag(load_default=True)
    transferable = Flag(load_default=True)
    refundable = Flag(load_default=True)
    grace_days = WholeNumber(most=3650)
    terms_url = WebAddress()
    terms_version = Text(longest=64)
    policy_url = WebAddress()
    datasheet_url = WebAddress()

    @validates_schema
    def names_packs_once(self, data: dict[str, Any], **_: Any) -> None:
        """A pack is bought by its id."""
        ids = [pack["id"] for pack in data.get("packs", ())]
        if len(ids) != len(set(ids)):
            raise ValidationError("Two packs have the same id.", "packs")


class CreditTypeChanges(Changes, CreditTypeRequest):
    """Other rules for a program; its key stays."""

    class Meta(CreditTypeRequest.Meta):
        """The key is in the address."""

        exclude = ("key",)


class CreditType(Answer):
    """What credits are worth, what they buy and how long they last. Without `validity_months` they do not expire."""

    key = fields.String()
    name = fields.String()
    description = fields.String(allow_none=True)
    validity_months = WholeNumber(allow_none=True)
    validity_from = fields.String(metadata={"enum": list(VALIDITY_FROM)})
    zone = fields.String()
    deadline = fields.String(metadata={"enum": list(DEADLINES)})
    applies_to = fields.List(fields.Dict())
    home_country_for = fields.List(fields.Dict())
    sale_countries = fields.List(fields.String(), allow_none=True)
    unit_values = fields.Dict(keys=fields.String(), values=WholeNumber())
    packs = fields.List(fields.Dict())
    cancellation = fields.List(fields.Dict())
    reschedule = fields.Dict(allow_none=True)
    extendable = Flag()
    transferable = Flag()
    refundable = Flag()
    grace_days = WholeNumber(allow_none=True)
    terms_url = fields.String(allow_none=True)
    terms_version = fields.String(allow_none=True)
    policy_url = fields.String(allow_none=True)
    datasheet_url = fields.String(allow_none=True)
