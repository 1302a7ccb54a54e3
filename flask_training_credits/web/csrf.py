"""Forms that only our pages can have made: the host's CSRF protection where it has one, else our own token.

Our token signs a nonce of the login session and the person's id, so one person's token, or one from before signing in
or out, is worth nothing to another.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any, Final

from flask import Flask, current_app, request, session
from flask_login import user_logged_in, user_logged_out
from itsdangerous import Signer
from markupsafe import Markup

from ..cross_site import is_cross_site
from ..errors import CreditsError
from ..proxy import current_credits

FIELD: Final = "csrf_token"
NONCE: Final = "_training_credits_csrf"
METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class StaleForm(CreditsError):
    """A form came without a valid token: it is old, or it was not made by us."""

    status, code = 400, "stale_form"
    message = "This form has been open for too long, or you have signed in or out since. Nothing was changed."


def hidden_field() -> Markup:
    """The hidden input that a form needs."""
    if host_protection() is not None:
        name = current_app.config.get("WTF_CSRF_FIELD_NAME", FIELD)
        token = current_app.jinja_env.globals["csrf_token"]
        value = token() if callable(token) else ""
    else:
        name, value = FIELD, _sign(_nonce())
    return Markup('<input type="hidden" name="{}" value="{}">').format(name, value)


def check() -> None:
    """Raise `StaleForm` unless the form carries our token, or the host's protection accepts it."""
    host = host_protection()
    if host is not None:
        # The host's own handler has judged this request already, unless the host leaves that to its views.
        enabled = current_app.config.get("WTF_CSRF_ENABLED", True)
        if enabled and not current_app.config.get("WTF_CSRF_CHECK_DEFAULT", True):
            host.protect()
        return
    token = request.form.get(FIELD, "")
    nonce = session.get(NONCE)
    if not nonce or not token.isascii() or not _signer().verify_signature(_bound(nonce), token):
        raise StaleForm


def check_origin() -> None:
    """Raise `StaleForm` when another site's page sent this request; for forms that pages without a token hold."""
    if is_cross_site(request):
        raise StaleForm


def host_protection() -> Any:
    """The host's `CSRFProtect`, or None."""
    found = current_app.extensions.get("csrf")
    return found if hasattr(found, "protect") and hasattr(found, "exempt") else None


def follow_sign_ins(app: Flask) -> None:
    """Make tokens worthless as soon as somebody signs in or out."""
    user_logged_in.connect(_forget, app)
    user_logged_out.connect(_forget, app)


def _forget(_sender: Flask, **_: object) -> None:
    session.pop(NONCE, None)


def _nonce() -> str:
    nonce: str = session.setdefault(NONCE, secrets.token_urlsafe(16))
    return nonce


def _sign(nonce: str) -> str:
    return _signer().get_signature(_bound(nonce)).decode("ascii")


def _bound(nonce: str) -> bytes:
    person = current_credits.person()
    return f"{nonce}\n{person.id if person else ''}".encode()


def _signer() -> Signer:
    keys = list(current_credits.settings.signing_keys)
    return Signer(keys, salt="training-credits.csrf", key_derivation="hmac", digest_method=sha256)
