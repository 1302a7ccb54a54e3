"""Asking the host: every call of a hook outside our transaction, with its answer checked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, TypeVar

from ..domain.values import Offering, Person, Refusal, former_user
from ..errors import CreditsError, HookFailed

T = TypeVar("T")
log = logging.getLogger("flask_training_credits")


def ask(hook: str, call: Callable[[], T]) -> T:
    """What the hook answers. Anything it raises, except our own errors, becomes `HookFailed` and goes to the log."""
    try:
        return call()
    except CreditsError:
        raise
    except Exception as error:
        log.exception("the %s hook failed", hook)
        raise HookFailed from error


def _nonsense(hook: str, answer: object) -> HookFailed:
    log.error("the %s hook answered %s", hook, type(answer).__name__)
    return HookFailed()


class Host:
    """The host's hooks, asked safely."""

    def __init__(self, hooks: Any) -> None:
        self.hooks = hooks

    @property
    def joins_transaction(self) -> bool:
        """False for access in another system: grants and revocations then run from the outbox."""
        return bool(self.hooks.access.joins_transaction)

    @property
    def wants_after_grant(self) -> bool:
        """True when somebody waits for the commit of a grant."""
        return bool(getattr(self.hooks.access, "wants_after_grant", True))

    @property
    def wants_after_revoke(self) -> bool:
        """True when somebody waits for the commit of a revocation."""
        return bool(getattr(self.hooks.access, "wants_after_revoke", True))

    def offerings(self, ids: Collection[str]) -> dict[str, Offering]:
        """The offerings the catalog knows; missing ids are left out."""
        if not ids:
            return {}
        found = ask("catalog", lambda: self.hooks.catalog.get_many(list(ids)))
        if not isinstance(found, Mapping):
            raise _nonsense("catalog", found)
        answer = {}
        for key, offering in found.items():
            if offering is None:
                continue
            if not isinstance(offering, Offering) or offering.id != key:
                raise _nonsense("catalog", offering)
            answer[key] = offering
        return answer

    def current(self) -> Person | None:
        """Who is signed in."""
        person = ask("users", self.hooks.users.current)
        if person is not None and not isinstance(person, Person):
            raise _nonsense("users", person)
        return person

    def known_people(self, ids: Collection[str]) -> dict[str, Person]:
        """Those of the people asked for whom the host knows."""
        if not ids:
            return {}
        found = ask("users", lambda: self.hooks.users.get_many(list(ids)))
        if not isinstance(found, Mapping) or not all(isinstance(person, Person) for person in found.values()):
            raise _nonsense("users", found)
        return dict(found)

    def people(self, ids: Collection[str]) -> dict[str, Person]:
        """Everybody asked for; who is gone is `former user`."""
        found = self.known_people(ids)
        return {user_id: found.get(user_id) or former_user(user_id) for user_id in ids}

    def person_by_email(self, email: str) -> Person | None:
        """Whoever has verified this address."""
        person = ask("users", lambda: self.hooks.users.find_by_email(email))
        if person is not None and not isinstance(person, Person):
            raise _nonsense("users", person)
        return person if person is not None and person.verified_email == email.lower() else None

    def may(self, person: Person, action: str) -> bool:
        """True when the person is staff for this kind of action."""
        return bool(ask("permissions", lambda: self.hooks.permissions.may(person, action)))

    def veto(self, person: Person, offering: Offering, quantity: int) -> Refusal | None:
        """The host's own refusal, if it has one."""
        answer = ask("check", lambda: self.hooks.access.check(person, offering, quantity))
        if answer is not None and not isinstance(answer, Refusal):
            raise _nonsense("check", answer)
        return answer

    def has_access(self, user_id: str, offering: Offering) -> bool:
        """True when the host says that buying would add nothing."""
        return bool(ask("has_access", lambda: self.hooks.access.has_access(user_id, offering)))

    def holidays(self, country: str, year: int) -> set[date]:
        """The days on which nobody works."""
        return set(ask("holidays", lambda: self.hooks.holidays(country, year)))
