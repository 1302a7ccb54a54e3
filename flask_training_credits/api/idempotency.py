"""Keyed requests: the claim a service keeps, and which refusals are kept with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from flask import request

from ..domain.values import Person
from ..errors import CreditsError, Forbidden, IdempotencyKeyRequired, IdempotencyMismatch, InFlight, Invalid
from ..services.core import MAX_KEY
from ..services.idempotency import Claim
from .answers import Render
from .endpoints import Endpoint

_NEVER_KEPT = (Forbidden, IdempotencyMismatch, InFlight, Invalid)
_STATUS_NEVER_KEPT = frozenset({400, 401, 404, 415, 429})


def claim_for(
    endpoint: Endpoint, person: Person, path_args: Mapping[str, str], body: Mapping[str, Any], render: Render
) -> Claim:
    """What the caller claims with their `Idempotency-Key`. Raises `IdempotencyKeyRequired`."""
    return Claim(
        caller=person.id,
        method=endpoint.method,
        route=endpoint.path,
        key=required_key(),
        fingerprint=fingerprint(path_args, body),
        render=render,
    )


def required_key() -> str:
    """The request's `Idempotency-Key`. Raises `IdempotencyKeyRequired` unless it has 1 to 255 characters."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not 1 <= len(key) <= MAX_KEY:
        raise IdempotencyKeyRequired
    return key


def fingerprint(path_args: Mapping[str, str], body: Mapping[str, Any]) -> str:
    """SHA-256 of what makes two requests the same: path arguments and validated body, without the quote's `token`.

    The body is fingerprinted as understood, so that `"20"` and `20`, or a default said and left out, are the same.
    """
    said = {name: value for name, value in body.items() if name != "token"}
    canonical = json.dumps([path_args, said], default=_plain, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def is_kept(error: CreditsError) -> bool:
    """True for a refusal that the same key will meet again; other errors leave the key free for another try."""
    if isinstance(error, _NEVER_KEPT) or error.status in _STATUS_NEVER_KEPT:
        return False
    return error.status < 500 and error.code not in {InFlight.code, IdempotencyMismatch.code}  # noqa: PLR2004  # 5xx


def _plain(value: Any) -> Any:
    """Values inside a validated body: items and money by their fields, amounts and times as text."""
    return vars(value) if hasattr(value, "__dataclass_fields__") else str(value)
