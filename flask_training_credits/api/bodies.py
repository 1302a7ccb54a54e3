"""Reading a request's body: JSON, one object, within bounds, and said only once."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from ..errors import Invalid
from ..schemas.base import WHOLE, Request, parse

MOST_BYTES = 1_000_000


def read_body(schema: Request) -> dict[str, Any]:
    """The validated body.

    Raises 413 beyond a megabyte, 415 for anything but JSON, and `Invalid`. Where a schema asks for nothing, the
    body may be left out.
    """
    raw = _bytes()
    if not raw and not request.mimetype and not _is_needed(schema):
        return parse(schema, {})
    if not request.is_json:
        raise UnsupportedMediaType("Send JSON, with the header Content-Type: application/json.")
    return parse(schema, _object(raw))


def _bytes() -> bytes:
    """The body, never more of it than we take and one byte; the host's own limit may be lower.

    Of a body that does not announce its length Werkzeug hands on the part within the limit: the one byte tells.
    """
    if request.max_content_length is None or request.max_content_length > MOST_BYTES:
        request.max_content_length = MOST_BYTES + 1
    raw = request.get_data()
    if len(raw) > MOST_BYTES:
        raise RequestEntityTooLarge
    return raw


def _is_needed(schema: Request) -> bool:
    return any(field.required for field in schema.load_fields.values())


def _object(raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode("utf-8")
        data = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
        if "\\u" in text:
            json.dumps(data, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise _invalid("The body is not valid UTF-8.") from None
    except RecursionError:
        raise _invalid("The body is nested too deeply.") from None
    except ValueError as problem:
        raise _invalid(f"The body is not valid JSON: {problem}.") from None
    if not isinstance(data, dict):
        raise _invalid("Send a JSON object.")
    return data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object. Readers disagree on which of two equal names counts, so neither does."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object names the same field twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _invalid(sentence: str) -> Invalid:
    return Invalid.field(WHOLE, sentence)
