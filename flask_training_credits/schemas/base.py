"""What all schemas share: requests refuse what they do not know, answers leave out what they do not show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, missing, pre_load

from ..errors import Invalid

JsonSchema = Mapping[str, Any]
"""How a field type describes itself: `accepts` in requests, `gives` in answers; read when `openapi.json` is made."""

WHOLE = "body"
"""The name under which `Invalid` reports what belongs to no single field."""


class Request(Schema):
    """A request body. `null` equals absent at every level; a field that does not exist is an error."""

    class Meta:
        """A misspelt field must not be ignored: credits move by what was meant."""

        unknown = RAISE

    error_messages = {"unknown": "There is no such field.", "type": "Send a JSON object."}  # noqa: RUF012  # marshmallow declares it on instances

    @pre_load
    def drop_nulls(self, data: Any, **_: Any) -> Any:
        """The same data without nulls."""
        return without_nulls(data)

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Document what `drop_nulls` does: what may be absent may be null."""
        if not field_obj.required:
            field_obj.allow_none = True


class Changes(Request):
    """The body of a PATCH: all fields optional, none with a default; what is absent stays as it is."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Take away what only holds for something new."""
        field_obj.required = False
        field_obj.load_default = missing
        field_obj.allow_none = True


class Query(Schema):
    """The parameters behind `?`. Unknown ones are ignored: proxies and campaigns add their own."""

    class Meta:
        """See above."""

        unknown = EXCLUDE


class Answer(Schema):
    """An answer: every field is always there, null where there is nothing to say or nothing to show."""

    class Meta:
        """Results may carry more than an answer shows."""

        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Promise the field's presence, except for those marked `sometimes`."""
        field_obj.required = not field_obj.metadata.get("sometimes", False)


def without_nulls(data: Any) -> Any:
    """Data whose objects have lost the members that are null; nulls in lists stay."""
    if isinstance(data, Mapping):
        return {name: without_nulls(value) for name, value in data.items() if value is not None}
    if isinstance(data, list):
        return [without_nulls(value) for value in data]
    return data


def parse(schema: Schema, data: Any) -> dict[str, Any]:
    """The validated data. Raises `Invalid` with every field that is wrong, nested ones as `items.0.quantity`."""
    try:
        loaded: dict[str, Any] = schema.load(data)
    except ValidationError as problem:
        raise Invalid(dict(_flat(problem.messages, ()))) from None
    return loaded


def _flat(messages: Any, path: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """Each field's path and its sentences, out of marshmallow's nested messages."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _flat(inner, path if name == "_schema" else (*path, str(name)))
    else:
        yield ".".join(path) or WHOLE, [str(sentence) for sentence in messages]
