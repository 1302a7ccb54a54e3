"""Hooks that live in memory, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import current_app, has_request_context

from ..domain.values import AccessGrant, MailMessage, Offering, Person, Refusal
from ..hooks import Access, Catalog, Hooks, Notifier, Users

START: Final = datetime(2026, 3, 15, 12, tzinfo=UTC)
"""Where a `Clock` stands unless it is told otherwise."""


class Clock:
    """A clock hook that stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.set(now)

    def __call__(self) -> datetime:
        """The instant it was set to."""
        return self._now

    def set(self, now: datetime) -> None:
        """Set the clock, forwards or back. Raises `ValueError` for a naive time."""
        if now.utcoffset() is None:
            raise ValueError("the clock needs an aware datetime")
        self._now = now

    def advance(self, **units: float) -> datetime:
        """Move forwards by the units of `timedelta`, `advance(days=365)`; answers the new time."""
        self._now += timedelta(**units)
        return self._now


class MemoryCatalog(Catalog):
    """Offerings in a dictionary."""

    def __init__(self, *offerings: Offering) -> None:
        self.offerings = {offering.id: offering for offering in offerings}

    def add(self, offering: Offering) -> Offering:
        """Sell this offering from now on, in place of one with the same id."""
        self.offerings[offering.id] = offering
        return offering

    def remove(self, offering_id: str) -> None:
        """Sell it no more."""
        del self.offerings[offering_id]

    def get_many(self, offering_ids: Collection[str]) -> Mapping[str, Offering]:
        """The offerings with these ids."""
        return {id_: self.offerings[id_] for id_ in offering_ids if id_ in self.offerings}

    def search(self, text: str, limit: int) -> Iterable[Offering]:
        """Offerings whose title holds the text, by title."""
        found = [offering for offering in self.offerings.values() if text.lower() in offering.title.lower()]
        return sorted(found, key=lambda offering: offering.title)[:limit]


class MemoryUsers(Users):
    """People in a dictionary. Who is signed in is who `sign_in` named, else whom Flask-Login has signed in."""

    def __init__(self, *people: Person) -> None:
        self.people = {person.id: person for person in people}
        self._signed_in: str | None = None

    def add(self, person: Person) -> Person:
        """Know this person from now on, in place of one with the same id."""
        self.people[person.id] = person
        return person

    def remove(self, user_id: str) -> None:
        """Know the person no more."""
        del self.people[user_id]

    def sign_in(self, person: Person) -> Person:
        """Add the person and have them be signed in everywhere."""
        self._signed_in = person.id
        return self.add(person)

    def sign_out(self) -> None:
        """Have nobody be signed in but through Flask-Login."""
        self._signed_in = None

    def current(self) -> Person | None:
        """Who is signed in."""
        if self._signed_in is not None:
            return self.people.get(self._signed_in)
        if not has_request_context() or not hasattr(current_app, "login_manager"):
            return None
        from flask_login import current_user

        return self.people.get(str(current_user.get_id())) if current_user.is_authenticated else None

    def get_many(self, user_ids: Collection[str]) -> Mapping[str, Person]:
        """The people with these ids."""
        return {id_: self.people[id_] for id_ in user_ids if id_ in self.people}

    def find_by_email(self, email: str) -> Person | None:
        """The one person with this address, compared without case."""
        found = [person for person in self.people.values() if (person.email or "").lower() == email.lower()]
        return found[0] if len(found) == 1 else None


@dataclass
class MemoryAccess(Access):
    """Notes every call. What `granted` and `revoked` note may have been undone since; `after_…` were committed.

    `vetoes` are refusals by offering id. `receipt` is what `grant` answers, `error` what `grant` and `revoke` raise.
    """

    joins_transaction: bool = True
    receipt: Mapping[str, str] | None = None
    error: Exception | None = None
    vetoes: dict[str, Refusal] = field(default_factory=dict)
    entered: set[tuple[str, str]] = field(default_factory=set)
    """Pairs of user id and offering id that the host itself has let in."""
    granted: list[AccessGrant] = field(default_factory=list)
    after_granted: list[AccessGrant] = field(default_factory=list)
    revoked: list[tuple[AccessGrant, str]] = field(default_factory=list)
    after_revoked: list[tuple[AccessGrant, str]] = field(default_factory=list)

    def check(self, person: Person, offering: Offering, quantity: int) -> Refusal | None:
        """The veto on this offering."""
        return self.vetoes.get(offering.id)

    def grant(self, grant: AccessGrant) -> Mapping[str, str] | None:
        """Note it, or raise `error`."""
        if self.error is not None:
            raise self.error
        self.granted.append(grant)
        return self.receipt

    def after_grant(self, grant: AccessGrant) -> None:
        """Note it."""
        self.after_granted.append(grant)

    def revoke(self, grant: AccessGrant, reason: str) -> None:
        """Note it, or raise `error`."""
        if self.error is not None:
            raise self.error
        self.revoked.append((grant, reason))

    def after_revoke(self, grant: AccessGrant, reason: str) -> None:
        """Note it."""
        self.after_revoked.append((grant, reason))

    def has_access(self, user_id: str, offering: Offering) -> bool:
        """Whether the pair is in `entered`."""
        return (user_id, offering.id) in self.entered


class RecordingNotifier(Notifier):
    """Keeps mail in `sent` instead of sending it."""

    def __init__(self) -> None:
        self.sent: list[MailMessage] = []

    def send(self, message: MailMessage) -> None:
        """Keep the mail."""
        self.sent.append(message)


@dataclass(frozen=True, kw_only=True)
class MemoryHooks(Hooks):
    """Hooks that live in memory, typed as what they are, so that tests can reach their insides."""

    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    users: MemoryUsers = field(default_factory=MemoryUsers)
    access: MemoryAccess = field(default_factory=MemoryAccess)
    notifier: RecordingNotifier = field(default_factory=RecordingNotifier)
    clock: Clock = field(default_factory=Clock)


def memory_hooks(**hooks: Any) -> MemoryHooks:
    """Hooks that live in memory, with some of them replaced."""
    return MemoryHooks(**hooks)
