"""Paths and methods nobody serves: problems as well, not the host's error pages."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY")
ENDPOINT = "unknown"


def add_catch_all(blueprint: Blueprint) -> None:
    """Catch every path under the blueprint that no other rule takes."""
    for rule in ("", "/", "/<path:rest>"):
        blueprint.add_url_rule(rule, ENDPOINT, _unknown, methods=METHODS, provide_automatic_options=False)


def _unknown(**_: str) -> Response:
    """What OPTIONS wants to know. Raises 405 with `Allow` where another method would have been served, else 404."""
    adapter = current_app.create_url_adapter(request)
    served = [method for method in METHODS if adapter is not None and _serves(adapter, method)]
    if not served:
        raise NotFound("There is nothing at this address.")
    allowed = [*served, "OPTIONS"]
    if request.method == "OPTIONS":
        return Response(status=204, headers={"Allow": ", ".join(allowed)})
    raise MethodNotAllowed(allowed, f"Use {' or '.join(served)} here.")


def _serves(adapter: MapAdapter, method: str) -> bool:
    """True when a rule other than the catch-all takes the method on this path."""
    try:
        endpoint, _ = adapter.match(method=method)
    except HTTPException:
        return False
    return not endpoint.endswith(f".{ENDPOINT}")
