"""Errors as `application/problem+json` (RFC 9457), whatever raised them."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, current_app, got_request_exception
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType, default_exceptions
from werkzeug.http import HTTP_STATUS_CODES

from ..errors import CreditsError, Forbidden, NotFound, NotSignedIn, RetryLater
from ..services.unit import is_transient
from .answers import MEDIA_PROBLEM, to_json

TYPE = "urn:training-credits:problem:{code}"
"""A problem's `type`: a name, not an address; what there is to read about it is in its `detail`."""

OUR_CODES = {
    401: NotSignedIn.code,
    403: Forbidden.code,
    404: NotFound.code,
    UnsupportedMediaType.code: "not_json",
    RequestEntityTooLarge.code: "too_large",
    422: "invalid",
}
"""Codes of plain HTTP errors; for others it is the status' name."""

REFUSALS_WITHOUT_REMEDY = ("in_flight", "retry_later", "idempotency_mismatch")
RETRY_AFTER = {"too_many_attempts": 60, "in_flight": 1, "retry_later": 2}
"""Seconds to wait, unless the error or its remedy knows better."""

INTERNAL = "Something went wrong on our side. The site's staff can see what in the log."


def problem_text(error: CreditsError) -> str:
    """The body of an error of ours. It is the same whenever the same error is told again."""
    members = dict.fromkeys(("remedy", "contact")) if error.code in REFUSALS_WITHOUT_REMEDY else {}
    return _document(error.status, error.code, error.message, {**members, **error.extra})


def add_error_handlers(blueprint: Blueprint) -> None:
    """Answer every error under the blueprint with a problem.

    Each status is registered by itself: a host's handler for, say, 404 would win over ours for `HTTPException`.
    """
    blueprint.register_error_handler(CreditsError, _ours)
    for status in default_exceptions:
        blueprint.register_error_handler(status, _http)
    blueprint.register_error_handler(HTTPException, _http)
    blueprint.register_error_handler(DBAPIError, _database)
    blueprint.register_error_handler(PoolTimeout, _database)
    blueprint.register_error_handler(Exception, _unexpected)


def _ours(error: CreditsError) -> Response:
    response = Response(problem_text(error), error.status, content_type=MEDIA_PROBLEM)
    if error.code in RETRY_AFTER:
        remedy = error.extra.get("remedy") or {}
        wait = remedy.get("seconds") or getattr(error, "retry_after", RETRY_AFTER[error.code])
        response.headers["Retry-After"] = str(wait)
    return response


def _http(error: HTTPException) -> Response:
    """What Flask, a host's extension or a host's hook aborted with; its own headers (`Allow`, …) stay."""
    status = error.code or 500
    if status >= 500:  # noqa: PLR2004  # where statuses begin to be our fault
        return _unexpected(getattr(error, "original_exception", None) or error)
    name = HTTP_STATUS_CODES.get(status, "Error")
    code = OUR_CODES.get(status) or re.sub(r"\W+", "_", name).lower()
    response = Response(_document(status, code, error.description or name, {}), status, content_type=MEDIA_PROBLEM)
    for header, value in error.get_response().headers:
        if not header.lower().startswith("content-"):
            response.headers.add(header, value)
    return response


def _database(error: DBAPIError | PoolTimeout) -> Response:
    """A read that met a busy or vanished database may be sent again; units of work have done that already."""
    if isinstance(error, PoolTimeout) or is_transient(error):
        current_app.logger.warning("The database is busy or gone", exc_info=error)
        return _ours(RetryLater())
    return _unexpected(error)


def _unexpected(error: Exception) -> Response:
    """What nobody foresaw: told to the log and to whoever listens for exceptions, not to the caller."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # as Flask's docs tell signal senders
    got_request_exception.send(app, exception=error)
    app.logger.error("Unexpected error in the training credits API", exc_info=error)
    return Response(_document(500, "internal_error", INTERNAL, {}), 500, content_type=MEDIA_PROBLEM)


def _document(status: int, code: str, detail: str, members: dict[str, Any]) -> str:
    return to_json(
        {
            "type": TYPE.format(code=code),
            "title": code.replace("_", " ").capitalize(),
            "status": status,
            "detail": detail,
            "code": code,
            **members,
        }
    )
