"""Credit accounts."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, validate

from .amounts import Credits, WholeNumber
from .base import Answer, Changes, JsonSchema, Request
from .common import Matcher, PageQuery, PersonReference
from .times import Instant
from .words import CountryCode, Key, Text

_LONGEST_DOMAIN = 253
_DOMAIN = re.compile(r"@?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


class MailDomain(fields.String):
    """A mail domain, in lower case and without its `@`."""

    accepts: ClassVar[JsonSchema] = {"type": "string", "format": "hostname", "examples": ["example.com"]}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).lower()
        if len(text) > _LONGEST_DOMAIN or not _DOMAIN.fullmatch(text):
            raise ValidationError('Write a mail domain as "example.com".')
        return text.removeprefix("@")


class Benefit(Matcher):
    """A discount for matching offerings; only the largest counts."""

    percent = WholeNumber(required=True, most=100)


class AccountRequest(Request):
    """A new account. `owners` may be people who are not there yet: their addresses become invitations."""

    name = Text(required=True)
    credit_type = Key(required=True)
    kind = fields.String(load_default="company", validate=validate.OneOf(["company", "individual"]))
    country = CountryCode()
    owners = fields.List(PersonReference(), load_default=list, validate=validate.Length(max=100))
    mail_domains = fields.List(MailDomain(), validate=validate.Length(max=100))
    contact = Text()
    benefits = fields.List(fields.Nested(Benefit), validate=validate.Length(max=100))


class AccountChanges(Changes):
    """What staff may change about an account."""

    name = Text()
    country = CountryCode()
    mail_domains = fields.List(MailDomain(), validate=validate.Length(max=100))
    contact = Text()
    benefits = fields.List(fields.Nested(Benefit), validate=validate.Length(max=100))


class AccountSearch(PageQuery):
    """Which accounts."""

    text = fields.String(
        validate=validate.Length(1, 255),
        metadata={"description": "A part of a name or of an owner's address, a user id, or an account's id."},
    )
    credit_type = fields.String(validate=validate.Length(1, 64))


class Reason(Request):
    """Why."""

    reason = Text(required=True, longest=1000)


class Upcoming(Answer):
    """Credits that become usable later."""

    starts_at = Instant()
    amount = Credits()


class Expiring(Answer):
    """Credits that can be used until then."""

    expires_at = Instant()
    amount = Credits()


class Account(Answer):
    """An account as the caller's role lets them see it."""

    id = fields.String()
    name = fields.String()
    kind = fields.String(metadata={"enum": ["company", "individual", "team"]})
    parent_id = fields.String(allow_none=True)
    credit_type = fields.String()
    country = fields.String(allow_none=True)
    status = fields.String(metadata={"enum": ["open", "frozen"]})
    available = Credits(allow_none=True)
    held = Credits(allow_none=True)
    upcoming = fields.List(fields.Nested(Upcoming))
    expiring = fields.List(fields.Nested(Expiring))
    role = fields.String(allow_none=True)
    approval_policy = fields.Dict(allow_none=True)
    contact = fields.String(allow_none=True)
    mail_domains = fields.List(fields.String(), allow_none=True)
    benefits = fields.List(fields.Dict(), allow_none=True)
    owners = fields.List(fields.String(), allow_none=True)
    created_at = Instant(allow_none=True)
