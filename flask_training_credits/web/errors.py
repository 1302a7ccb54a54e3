"""Every error of a use case as a page."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, make_response
from flask.typing import ResponseReturnValue

from ..errors import CreditsError, NotSignedIn, Refused
from .guards import send_to_sign_in
from .i18n import translate
from .refusals import explain
from .render import render

TITLES: Final = {
    "not_found": "There is nothing here",
    "forbidden": "This is for other roles",
    "stale_form": "This form is out of date",
    "invalid": "Something in the form is not right",
    "hook_failed": "Something failed on our side",
    "retry_later": "The system is busy",
    "idempotency_key_required": "This form is out of date",
    "idempotency_mismatch": "This form was sent before with other values",
    "in_flight": "This is being carried out right now",
}

STEPS: Final = {
    "not_found": "Check the address, or sign in as somebody who may see it.",
    "forbidden": "Ask an owner of the account.",
    "stale_form": "Open the page again and repeat the last step.",
    "idempotency_key_required": "Open the page again and repeat the last step.",
    "idempotency_mismatch": "Open the page again and repeat the last step.",
    "in_flight": "Open the page again in a moment.",
    "retry_later": "Try again in a moment.",
    "hook_failed": "Try again later. If it goes on, tell support.",
}


def install(blueprint: Blueprint) -> None:
    """Show what any view of the blueprint raises as a page that says what to do next."""
    blueprint.register_error_handler(NotSignedIn, lambda _error: send_to_sign_in())
    blueprint.register_error_handler(CreditsError, show_error)


def show_error(error: CreditsError) -> ResponseReturnValue:
    """One error as a page of its own."""
    title = translate(TITLES.get(error.code, "This is not possible right now"))
    step = translate(STEPS[error.code]) if error.code in STEPS else None
    explanation = explain(error) if isinstance(error, Refused) else None
    page = render("error.html", error=error, title=title, step=step, explanation=explanation)
    response = make_response(page, error.status)
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response
