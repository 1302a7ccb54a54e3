"""Shapes that many resources share: money, people, matchers, pages and problems."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, post_load, validate

from ..domain.values import DELIVERIES, MAX_ID, Money, check_id
from ..services.paging import LIMIT, MAX_LIMIT
from .amounts import WholeNumber
from .base import Answer, JsonSchema, Query, Request
from .words import CurrencyCode, Text

MOST_MINOR_UNITS = 10**15
MOST_LISTED = 10_000


class MoneyRequest(Request):
    """Money in."""

    minor = WholeNumber(required=True, most=MOST_MINOR_UNITS)
    currency = CurrencyCode(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Money:
        """The value."""
        return Money(**data)


class MoneyAnswer(Answer):
    """Whole minor units of a currency."""

    minor = WholeNumber()
    currency = CurrencyCode()


class PersonReference(fields.Field[str]):
    """A person named in a body: `{user_id}`, `{email}`, or a string, which is an address if it has an `@`."""

    accepts: ClassVar[JsonSchema] = {
        "anyOf": [
            {"type": "string", "minLength": 1, "maxLength": MAX_ID},
            {
                "type": "object",
                "properties": {"user_id": {"type": "string"}, "email": {"type": "string"}},
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
            },
        ],
        "examples": ["amy@example.com", {"user_id": "17"}],
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, dict):
            value = self._named(value)
        try:
            return check_id(value, "A user id or an e-mail address")
        except ValueError as problem:
            raise ValidationError(f"{problem}.") from None

    def _named(self, person: dict[str, Any]) -> Any:
        """What the object's one member says."""
        if len(person) != 1 or not person.keys() <= {"user_id", "email"}:
            raise ValidationError('Name a person by {"user_id": …} or by {"email": …}.')
        if "email" in person and "@" not in str(person["email"]):
            raise ValidationError("This is not an e-mail address.")
        return next(iter(person.values()))


def delivery_list() -> fields.List[str]:
    """Ways of delivery, for a matcher."""
    return fields.List(fields.String(validate=validate.OneOf(DELIVERIES)), validate=validate.Length(1, 3))


def kind_list() -> fields.List[str]:
    """Kinds of offering, for a matcher; hosts have kinds of their own."""
    return fields.List(Text(longest=64), validate=validate.Length(1, 100))


class Matcher(Request):
    """Offerings of some kinds and deliveries; a list that is absent allows all."""

    kinds = kind_list()
    deliveries = delivery_list()


class PageQuery(Query):
    """Which page of a list."""

    limit = WholeNumber(
        least=1, most=MAX_LIMIT, in_query=True, load_default=LIMIT, metadata={"description": "How many at most."}
    )
    cursor = fields.String(
        validate=validate.Length(1, 1000),
        metadata={"description": "`next_cursor` of the page before."},
    )


class Nothing(Request):
    """A body without any field."""


class Problem(Answer):
    """An error, as RFC 9457 has it."""

    type = fields.String(metadata={"format": "uri-reference"})
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    code = fields.String(metadata={"description": "What to program against."})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"sometimes": True, "description": "Each wrong field and how to mend it."},
    )
    remedy = fields.Dict(
        allow_none=True,
        metadata={"sometimes": True, "description": "What would fix a refusal: `action` and its arguments."},
    )
    contact = fields.String(allow_none=True, metadata={"sometimes": True, "description": "Whom to ask."})
    items = fields.List(
        fields.Dict(),
        metadata={"sometimes": True, "description": "Every refused item of an order: `index`, `code`, `message`."},
    )


@cache
def page_of(item: type[Schema]) -> type[Schema]:
    """The schema of one page of a list; always the same class, since the description has one component for it."""
    members: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(item)),
        "next_cursor": fields.String(allow_none=True),
    }
    return Answer.from_dict(members, name=f"PageOf{item.__name__}")
