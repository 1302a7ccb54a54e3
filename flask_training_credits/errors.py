"""What can go wrong, as one tree.

::

    CreditsError
    ├── Invalid               422  the input names its fields
    ├── NotSignedIn           401
    ├── Forbidden             403  a role is missing
    ├── NotFound              404  not there, or not yours
    ├── Refused               409/422/429/403/503 by its code: a rule said no
    ├── HookFailed            500  host code raised; details go to the log only
    ├── RetryLater            503  the database was too busy, nothing was written
    └── IdempotencyKeyRequired, IdempotencyMismatch, InFlight
    ConfigurationError        the extension cannot be mounted like this
    UncommittedWork           the host's session holds work a rollback would lose
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

REFUSAL_STATUS: Mapping[str, int] = {
    "not_for_you": 403,
    "already_enrolled": 409,
    "already_decided": 409,
    "already_resolved": 409,
    "sold_out": 409,
    "account_frozen": 409,
    "hold_lapsed": 409,
    "last_owner": 409,
    "quote_expired": 409,
    "price_changed": 409,
    "in_flight": 409,
    "too_many_attempts": 429,
    "retry_later": 503,
    "hook_failed": 500,
}
"""Status of every refusal code that is not 422."""


class CreditsError(Exception):
    """Base of every error a caller may meet: a machine `code`, an HTTP `status`, a sentence in `message`.

    `extra` holds further members of the problem document, already in wire form.
    """

    status = 422
    code = "invalid"
    message = "The request could not be carried out."

    def __init__(
        self, message: str | None = None, *, code: str | None = None, extra: Mapping[str, Any] | None = None
    ) -> None:
        self.message = message or self.message
        self.code = code or self.code
        self.extra: dict[str, Any] = dict(extra or {})
        super().__init__(self.message)


class Invalid(CreditsError):
    """Input that cannot be read; `errors` maps each field to what is wrong and how to mend it."""

    message = "Some fields are missing or wrong."

    def __init__(self, errors: Mapping[str, Any], message: str | None = None) -> None:
        self.errors = dict(errors)
        super().__init__(message, extra={"errors": self.errors})

    @classmethod
    def field(cls, name: str, problem: str) -> Invalid:
        """One field, one sentence."""
        return cls({name: [problem]})


class NotSignedIn(CreditsError):
    """Nobody is signed in."""

    status, code, message = 401, "not_signed_in", "Sign in first."


class Forbidden(CreditsError):
    """The caller's role does not allow this."""

    status, code, message = 403, "forbidden", "Your role does not allow this."


class NotFound(CreditsError):
    """Not there, or not the caller's to see; the two are never told apart."""

    status, code, message = 404, "not_found", "There is nothing here, or it is not yours to see."


class Refused(CreditsError):
    """A rule said no. Also what a host's hook raises to say no: `Refused("prerequisite_missing", "Take A first.")`.

    The status follows from the code: ours have their own, everything else is 422.
    `remedy` (`{"action": …}`) says what would fix it, `contact` whom to ask.
    `items` lists every refusal of an order: `{"index", "code", "message"}`.
    """

    message = "This is not possible right now."

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        remedy: Mapping[str, Any] | None = None,
        contact: str | None = None,
        extra: Mapping[str, Any] | None = None,
        items: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        self.remedy = dict(remedy) if remedy else None
        self.contact = contact
        self.items = [dict(item) for item in items] if items is not None else None
        members: dict[str, Any] = {**(extra or {}), "remedy": self.remedy, "contact": contact}
        if self.items is not None:
            members["items"] = self.items
        super().__init__(message, code=code, extra=members)

    @property
    def status(self) -> int:  # type: ignore[override]  # derived from the code, not a constant
        """The HTTP status that belongs to the code."""
        return REFUSAL_STATUS.get(self.code, 422)


class HookFailed(CreditsError):
    """Host code raised or answered nonsense. Nothing was written; the log has the details."""

    status, code, message = 500, "hook_failed", "A part of this site failed. Nothing was charged; try again later."


class RetryLater(CreditsError):
    """The database stayed busy or went away. Nothing is known to be written; try again with the same key."""

    status, code, message = 503, "retry_later", "The system is busy. Nothing was charged; try again in a moment."
    retry_after = 2


class IdempotencyKeyRequired(CreditsError):
    """A request that moves credits came without a usable `Idempotency-Key`."""

    status, code = 400, "idempotency_key_required"
    message = "Send an Idempotency-Key header of 1 to 255 characters, a new one for each new request."


class IdempotencyMismatch(CreditsError):
    """The key was used before, for a different request."""

    code = "idempotency_mismatch"
    message = "This Idempotency-Key was used for another request. Use a new key for a new request."


class InFlight(CreditsError):
    """The same request with the same key is being carried out right now."""

    status, code = 409, "in_flight"
    message = "The same request is still running. Ask again with the same key in a moment."
    retry_after = 1


class ConfigurationError(RuntimeError):
    """The extension cannot be mounted like this; the message lists everything wrong, not just the first thing."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(["Flask-Training-Credits cannot start:", *(f"  - {p}" for p in problems)]))


class UncommittedWork(RuntimeError):
    """The host's session holds changes that are not committed; ending its transaction would lose them."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The database session holds uncommitted work ({found}). Training credits move in a transaction of "
            "their own: commit or roll back first, or pass `within=` to take part in ours."
        )
