"""From a request to its answer: who, what, once; the views only say which service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from ..domain.values import MAX_ID, Person
from ..errors import CreditsError, Forbidden, NotFound, NotSignedIn
from ..proxy import current_credits
from ..schemas.base import parse
from ..services.asking import ask
from ..services.idempotency import Claim, Replayed
from .answers import MEDIA_JSON, MEDIA_PROBLEM, Answer, Table
from .bodies import read_body
from .cross_site import refuse_cross_site
from .endpoints import Call, Endpoint
from .idempotency import claim_for, is_kept, required_key
from .problems import problem_text


def view_of(endpoint: Endpoint) -> Callable[..., Response]:
    """The Flask view of an endpoint."""

    def view(**path_args: str) -> Response:
        person = _admit(endpoint)
        if not all(_may_be_id(value) for value in path_args.values()):
            raise NotFound
        if endpoint.moves_credits:
            required_key()
        body = read_body(endpoint.body) if endpoint.body is not None else {}
        query = parse(endpoint.query, request.args.to_dict()) if endpoint.query is not None else {}
        if isinstance(endpoint.answer, Table):
            return endpoint.answer.respond(endpoint.view(_call(person, body, query), **path_args))
        rendering = _Rendering(endpoint.answer, endpoint.status)
        claim = None
        if endpoint.moves_credits and person is not None:
            claim = claim_for(endpoint, person, path_args, body, rendering)
        return _answer(endpoint, _call(person, body, query, claim), path_args, rendering)

    view.__name__ = endpoint.name
    view.__doc__ = endpoint.view.__doc__
    return view


class _Rendering:
    """Renders a result once: inside the unit for a keyed request, which keeps the text, or after it."""

    def __init__(self, answer: Answer, status: int) -> None:
        self._answer = answer
        self._status = status
        self._done: tuple[Any, str] | None = None

    def __call__(self, result: Any) -> tuple[int, str]:
        if self._done is None or self._done[0] is not result:
            self._done = (result, self._answer.text(result))
        return self._status, self._done[1]


def _admit(endpoint: Endpoint) -> Person | None:
    """Who calls.

    Raises `CrossSite`, `NotSignedIn`, `Forbidden` on staff's routes, and `NotFound` where `ENABLED` hides us from the
    caller. Staff's role is checked here too, not only in the services: whoever is not staff is told so before
    anything about their body.
    """
    refuse_cross_site()
    person = current_credits.person()
    if person is None and not endpoint.public:
        raise NotSignedIn if endpoint.staff or current_credits.settings.is_enabled(None) else NotFound
    if endpoint.staff:
        if not _permits("may", person, endpoint.staff):
            raise Forbidden
    elif not current_credits.settings.is_enabled(person) and not _permits("is_staff", person):
        raise NotFound
    return person


def _permits(question: str, person: Person | None, *args: str) -> bool:
    """What the host's permissions say; nothing is permitted to visitors."""
    permissions = current_credits.hooks.permissions
    return person is not None and bool(ask("permissions", lambda: getattr(permissions, question)(person, *args)))


def _call(person: Person | None, body: Any, query: Any, claim: Claim | None = None) -> Call:
    return Call(caller=person, body=body, query=query, key=claim, address=request.remote_addr)


def _answer(endpoint: Endpoint, call: Call, path_args: dict[str, str], rendering: _Rendering) -> Response:
    """The view's answer; for a keyed request that came before, or whose twin was faster, the first answer."""
    try:
        status, text = rendering(_result(endpoint, call, path_args))
    except Replayed as first:
        return _replay(first)
    return Response(text, status, content_type=MEDIA_JSON)


def _result(endpoint: Endpoint, call: Call, path_args: dict[str, str]) -> Any:
    """What the view's service answers; a refusal is kept under the request's key."""
    try:
        return endpoint.view(call, **path_args)
    except CreditsError as error:
        if call.key is not None and is_kept(error):
            current_credits.idempotency.remember(call.key, error.status, problem_text(error))
        raise


def _replay(first: Replayed) -> Response:
    """The first answer again."""
    is_refusal = first.status >= 400  # noqa: PLR2004  # where statuses begin to be refusals
    response = Response(first.body, first.status, content_type=MEDIA_PROBLEM if is_refusal else MEDIA_JSON)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _may_be_id(value: str) -> bool:
    """False for what cannot be the id of anything and must not trouble a database."""
    return len(value) <= MAX_ID and value.isprintable()
