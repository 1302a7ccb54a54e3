"""A form sent twice acts once: what a page does with its hidden `_idempotency_key`."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

from flask import request

from ..domain.values import Person
from ..errors import IdempotencyKeyRequired
from ..services.core import MAX_KEY
from ..services.idempotency import Claim, Replayed

FIELD: Final = "_idempotency_key"
NOT_THE_REQUEST: Final = frozenset({FIELD, "token", "csrf_token"})


def new_key() -> str:
    """A key for a form that has not been sent yet."""
    return secrets.token_urlsafe(18)


def claim(person: Person, going_to: Callable[[Any], str]) -> Claim:
    """The claim of this request on its key; `going_to` says where the browser goes with the result."""
    key = request.form.get(FIELD, "")
    if not 1 <= len(key) <= MAX_KEY:
        raise IdempotencyKeyRequired
    return Claim(
        caller=person.id,
        method=request.method,
        route=f"page:{request.endpoint}",
        key=key,
        fingerprint=_fingerprint(),
        render=lambda result: (303, json.dumps({"location": going_to(result)})),
    )


def location(replayed: Replayed) -> str | None:
    """Where the first sending went; None if it was refused."""
    found: str | None = json.loads(replayed.body).get("location")
    return found


def _fingerprint() -> str:
    sent = sorted((name, value) for name, value in request.form.items(multi=True) if name not in NOT_THE_REQUEST)
    return sha256(json.dumps([request.full_path, sent]).encode()).hexdigest()
