"""Making `openapi.json` from the schemas that validate.

Needs the extra `openapi`; hosts get the document ready-made.
"""

from __future__ import annotations

import inspect
import json
import re
from typing import Any, cast

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from ..domain.values import MAX_ID
from ..schemas.base import Answer, JsonSchema
from ..schemas.common import Nothing, Problem
from ..services.core import MAX_KEY
from .answers import Table
from .endpoints import Endpoint
from .routes import ENDPOINTS

PREFIX = "/credits/api/v1"
DESCRIPTION = (
    "Prepaid training credits: codes, quotes, orders and accounts. "
    'Amounts are strings with two decimals ("20.00"), times RFC 3339 in UTC. `null` equals absent in requests. '
    "Every error is an `application/problem+json` document; program against its `code`."
)


def document() -> dict[str, Any]:
    """The whole description, OpenAPI 3.1."""
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec(
        title="Training credits",
        version="1",
        openapi_version="3.1.0",
        info={"description": DESCRIPTION},
        servers=[{"url": PREFIX}],
        plugins=[plugin],
    )
    converter = plugin.converter
    assert converter is not None  # noqa: S101  # the plugin makes it when the spec does
    converter.add_attribute_function(_described)  # type: ignore[no-untyped-call]  # apispec annotates in part
    spec.components.security_scheme(
        "session", {"type": "apiKey", "in": "cookie", "name": "session", "description": "The site's own sign-in."}
    )
    spec.components.response(
        "Problem", {"description": "What went wrong.", "content": {"application/problem+json": {"schema": Problem}}}
    )
    for endpoint in ENDPOINTS:
        spec.path(path=_path(endpoint), operations={endpoint.method.lower(): _operation(endpoint)})
    return cast("dict[str, Any]", json.loads(json.dumps(spec.to_dict())))


def text() -> str:
    """The document as it is committed: two blanks of indent, so that a change is a readable difference."""
    return json.dumps(document(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "tags": [endpoint.tag],
        "summary": inspect.cleandoc(endpoint.view.__doc__ or ""),
        "parameters": _parameters(endpoint),
        "security": [{}, {"session": []}] if endpoint.public else [{"session": []}],
        "responses": {str(endpoint.status): _success(endpoint), **dict.fromkeys(_problems(endpoint), "Problem")},
    }
    if endpoint.body is not None and not isinstance(endpoint.body, Nothing):
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": endpoint.body}}}
    return operation


def _text(longest: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest}


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"in": "path", "name": name, "required": True, "schema": _text(MAX_ID)}
        for name in re.findall(r"<(\w+)>", endpoint.path)
    ]
    if endpoint.moves_credits:
        parameters.append(
            {
                "in": "header",
                "name": "Idempotency-Key",
                "required": True,
                "description": "A new one for each new request; the same one to ask again for the first answer.",
                "schema": _text(MAX_KEY),
            }
        )
    if endpoint.query is not None:
        parameters.append({"in": "query", "schema": endpoint.query})
    return parameters


def _success(endpoint: Endpoint) -> dict[str, Any]:
    if isinstance(endpoint.answer, Table):
        columns = ", ".join(endpoint.answer.columns)
        return {"description": f"Columns: {columns}.", "content": {"text/csv": {"schema": {"type": "string"}}}}
    if endpoint.answer.schema is None:
        return {"description": "Done."}
    schema = endpoint.answer.schema
    return {
        "description": inspect.cleandoc(type(schema).__doc__ or "A page.").splitlines()[0],
        "content": {"application/json": {"schema": schema}},
    }


def _problems(endpoint: Endpoint) -> list[str]:
    """Statuses that an endpoint can answer besides its own, and everybody's 500 and 503 as `default`."""
    found = {"404"}
    if not endpoint.public:
        found |= {"401", "403"}
    if endpoint.query is not None:
        found.add("422")
    if endpoint.body is not None:
        found |= {"400", "409", "413", "415", "422", "429"}
    return [*sorted(found), "default"]


def _path(endpoint: Endpoint) -> str:
    return re.sub(r"<(\w+)>", r"{\1}", endpoint.path)


def _name(schema: type[Schema] | Schema) -> str:
    """The schema's class name: one noun, one component."""
    return schema.__name__ if isinstance(schema, type) else type(schema).__name__


def _described(_converter: Any, field: fields.Field[Any], ret: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What a field type of ours says of itself; `null` where the field allows it.

    A field inside a list has its list as parent, so its side of the wire is that of its root schema.
    """
    own: JsonSchema | None = getattr(field, "gives" if isinstance(field.root, Answer) else "accepts", None)
    if own is None:
        return {}
    found = {**own, **{name: value for name, value in ret.items() if name in {"description", "default"}}}
    if not field.allow_none:
        return found
    if "enum" in found:
        found["enum"] = [*found["enum"], None]
    if "anyOf" in found:
        found["anyOf"] = [*found["anyOf"], {"type": "null"}]
    elif "type" in found:
        kinds = found["type"] if isinstance(found["type"], list) else [found["type"]]
        found["type"] = [*kinds, "null"]
    return found
