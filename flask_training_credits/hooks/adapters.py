"""One object per hook: the host's class with its decorated functions laid over it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import islice
from typing import Any

from werkzeug.exceptions import NotFound

from ..domain.values import AccessGrant, MailMessage, Offering, Person, Refusal
from .decorators import HookFunctions
from .protocols import Access, Catalog, Notifier, Permissions

MAX_RECEIPT = 4096
"""Most bytes of JSON that `grant` may return."""


class HostCatalog(Catalog):
    """The host's catalog, by its class or by a function of one id."""

    def __init__(self, host: Catalog | None, functions: HookFunctions) -> None:
        self._one = functions.catalog
        self._many = method(host, "get_many")
        self._search = functions.search or method(host, "search")

    def get_many(self, offering_ids: Collection[str]) -> Mapping[str, Offering]:
        """The host's offerings by id."""
        if self._one is None:
            found: Mapping[str, Offering] = self._many(offering_ids) if self._many else {}
            return found
        return {id_: offering for id_ in offering_ids if (offering := self._find(id_)) is not None}

    def search(self, text: str, limit: int) -> Iterable[Offering]:
        """At most `limit` offerings; none if the host has no search."""
        return list(islice(self._search(text, limit), limit)) if self._search else []

    def _find(self, offering_id: str) -> Offering | None:
        try:
            return self._one(offering_id) if self._one else None
        except NotFound:  # from get_or_404, which is how many hosts look things up
            return None


class HostAccess(Access):
    """The host's access hooks; whatever it leaves out does nothing."""

    def __init__(self, host: Access | None, functions: HookFunctions) -> None:
        self.joins_transaction = bool(getattr(host, "joins_transaction", True))
        self._check = functions.check or method(host, "check")
        self._grant = functions.grant or method(host, "grant")
        self._after_grant = functions.after_grant or _own(host, "after_grant")
        self._revoke = functions.revoke or method(host, "revoke")
        self._after_revoke = functions.after_revoke or _own(host, "after_revoke")
        self._has_access = functions.has_access or method(host, "has_access")

    @property
    def wants_after_grant(self) -> bool:
        """Whether the host waits for the commit of a grant."""
        return self._after_grant is not None

    @property
    def wants_after_revoke(self) -> bool:
        """Whether the host waits for the commit of a revocation."""
        return self._after_revoke is not None

    def check(self, person: Person, offering: Offering, quantity: int) -> Refusal | None:
        """The host's veto."""
        return self._check(person, offering, quantity) if self._check else None

    def grant(self, grant: AccessGrant) -> Mapping[str, str]:
        """Let the learner in; answers the receipt, `{}` without one."""
        return _receipt(self._grant(grant) if self._grant else None)

    def after_grant(self, grant: AccessGrant) -> None:
        """Tell the host that the grant is committed."""
        if self._after_grant:
            self._after_grant(grant)

    def revoke(self, grant: AccessGrant, reason: str) -> None:
        """Take the access back."""
        if self._revoke:
            self._revoke(grant, reason)

    def after_revoke(self, grant: AccessGrant, reason: str) -> None:
        """Tell the host that the revocation is committed."""
        if self._after_revoke:
            self._after_revoke(grant, reason)

    def has_access(self, user_id: str, offering: Offering) -> bool:
        """Whether the host has let the person in already."""
        return bool(self._has_access(user_id, offering)) if self._has_access else False


class HostPermissions(Permissions):
    """The host's idea of staff: its class, a function over it, or the STAFF setting."""

    def __init__(self, host: Permissions | None, functions: HookFunctions, staff: Collection[str]) -> None:
        self._is_staff = functions.staff or method(host, "is_staff")
        self._may = method(host, "may")
        self._ids = frozenset(staff)
        self._addresses = frozenset(entry.lower() for entry in staff if "@" in entry)

    def is_staff(self, person: Person) -> bool:
        """Whether the person is staff; by the setting, somebody active with such an id or verified address."""
        if self._is_staff is not None:
            return bool(self._is_staff(person))
        return person.is_active and (person.id in self._ids or person.verified_email in self._addresses)

    def may(self, person: Person, action: str) -> bool:
        """Whether staff may do this kind of thing."""
        return bool(self._may(person, action)) if self._may else self.is_staff(person)


class FunctionNotifier(Notifier):
    """Mail through a decorated function."""

    def __init__(self, function: Callable[[MailMessage], None]) -> None:
        self._function = function

    def send(self, message: MailMessage) -> None:
        """Hand the mail to the function."""
        self._function(message)


def method(host: object, name: str) -> Callable[..., Any] | None:
    """The host object's method of that name, None if it has none."""
    found = getattr(host, name, None)
    return found if callable(found) else None


def _own(host: Access | None, name: str) -> Callable[..., Any] | None:
    """The host's method of that name; None for the protocol's own, which would cost a second commit for nothing."""
    return None if getattr(type(host), name, None) is getattr(Access, name) else method(host, name)


def _receipt(answer: object) -> dict[str, str]:
    if answer is None:
        return {}
    if not isinstance(answer, Mapping) or not all(isinstance(text, str) for pair in answer.items() for text in pair):
        raise TypeError("access.grant must answer a mapping of strings to strings, or None")
    receipt = dict(answer)
    if len(json.dumps(receipt).encode()) > MAX_RECEIPT:
        raise ValueError(f"access.grant answered a receipt of more than {MAX_RECEIPT} bytes")
    return receipt
