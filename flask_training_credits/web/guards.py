"""What every page does before and after its view: sign-in, the on/off switch, form tokens, no caching."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, ParamSpec

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from ..domain.values import Person
from ..errors import Forbidden, NotFound, NotSignedIn
from ..proxy import current_credits
from ..services.asking import ask
from . import csrf
from .i18n import translate

P = ParamSpec("P")

PUBLIC: Final = frozenset({"static", "what_credits_buy"})
"""Endpoints for visitors."""

FREE_FORMS: Final = frozenset({"pay", "checkout"})
"""Endpoints that answer a form without a token: the macros on cached pages have none. They only quote."""


def install(blueprint: Blueprint) -> None:
    """Put the guards around every view of the blueprint."""
    blueprint.url_value_preprocessor(_free_forms)
    blueprint.before_request(_guard)
    blueprint.after_request(_keep_private)


def signed_in() -> Person:
    """Who is signed in. Raises `NotSignedIn`."""
    person = current_credits.person()
    if person is None:
        raise NotSignedIn
    return person


def is_staff(person: Person | None) -> bool:
    """Whether somebody may do what staff do. Raises `HookFailed`."""
    if person is None:
        return False
    return bool(ask("permissions", lambda: current_credits.hooks.permissions.is_staff(person)))


def for_staff(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """The view, for staff only: others get `Forbidden`, wherever the app is mounted."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not is_staff(current_credits.person()):
            raise Forbidden(translate("Only staff of this site may see this."))
        return view(*args, **kwargs)

    return guarded


def is_shown_to(person: Person | None) -> bool:
    """Whether training credits are switched on for somebody; staff always see them."""
    return current_credits.settings.is_enabled(person) or is_staff(person)


def send_to_sign_in() -> ResponseReturnValue:
    """The host's own answer to a visitor who must sign in first."""
    manager = getattr(current_app, "login_manager", None)
    if manager is None:
        raise NotFound
    answer: ResponseReturnValue = manager.unauthorized()
    return answer


def _endpoint() -> str:
    return (request.endpoint or "").rpartition(".")[2]


def _free_forms(_endpoint_name: str | None, _values: dict[str, Any] | None) -> None:
    # This runs before the host's CSRF handler, whenever that was installed.
    host = csrf.host_protection()
    if host is not None and _endpoint() in FREE_FORMS:
        host.exempt(current_app.view_functions[request.endpoint or ""])


def _guard() -> ResponseReturnValue | None:
    endpoint = _endpoint()
    if endpoint == "static":
        return None
    person = current_credits.person()
    if person is None and endpoint not in PUBLIC:
        return send_to_sign_in()
    if not is_shown_to(person):
        raise NotFound
    if request.method in csrf.METHODS:
        if endpoint in FREE_FORMS:
            csrf.check_origin()
        else:
            csrf.check()
    return None


def _keep_private(response: Response) -> Response:
    if _endpoint() != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
