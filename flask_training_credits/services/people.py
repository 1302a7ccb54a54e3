"""Roles: who may see, spend and manage what."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, or_, select

from ..domain.values import Person
from ..errors import Forbidden, NotFound
from ..models import Account, Member
from .asking import Host
from .store import Store

members: Table = Member.__table__  # type: ignore[assignment]  # declarative says FromClause
accounts: Table = Account.__table__  # type: ignore[assignment]

SEES: Final = frozenset({"owner", "approver", "viewer"})
"""Roles that see balances, lots and history."""
SPENDS: Final = frozenset({"owner", "approver"})
"""Roles whose own use needs nobody's approval."""
MANAGES: Final = frozenset({"owner"})
ANY: Final = frozenset({"owner", "approver", "viewer", "member"})
_STRENGTH: Final = ("owner", "approver", "viewer", "member")

Actor = Person | str
"""A Person is checked for a role; a string (a user id, "cli", "system") is trusted host code."""


def actor_id(actor: Actor) -> str:
    """How the journal names an actor."""
    return actor.id if isinstance(actor, Person) else actor


def strongest(roles: Iterable[str | None]) -> str | None:
    """The strongest of several roles."""
    found = set(roles)
    return next((role for role in _STRENGTH if role in found), None)


def is_member(person: Person) -> ColumnElement[bool]:
    """Rows of members that mean this person: by user id, or an invitation to an address they have verified."""
    by_id = members.c.user_id == person.id
    email = person.verified_email
    if email is None:
        return by_id
    return or_(by_id, and_(members.c.user_id.is_(None), members.c.email == email))


class People:
    """Answers who has which role."""

    def __init__(self, store: Store, host: Host) -> None:
        self._store = store
        self._host = host

    def is_staff(self, person: Person, action: str) -> bool:
        """True when the person is staff for this kind of action."""
        return self._host.may(person, action)

    def require_staff(self, actor: Actor, action: str) -> None:
        """Raise `Forbidden` unless the actor is staff for this, or trusted host code."""
        if isinstance(actor, Person) and not self.is_staff(actor, action):
            raise Forbidden

    def role(self, person: Person, account_id: str) -> str | None:
        """The person's role on the account; staff count as owners."""
        if self.is_staff(person, "accounts"):
            return "owner" if self._exists(account_id) else None
        rows = self._store.execute(select(members.c.role).where(members.c.account_id == account_id, is_member(person)))
        return strongest(rows.scalars())

    def require(self, actor: Actor | None, account_id: str, roles: Collection[str]) -> str:
        """The actor's role, if it is one of `roles`.

        Raises `NotFound` when there is no such account or the actor has no role on it, `Forbidden` when the role
        does not suffice. Trusted host code acts as owner.
        """
        if not isinstance(actor, Person):
            if not self._exists(account_id):
                raise NotFound
            return "owner"
        role = self.role(actor, account_id)
        if role is None:
            raise NotFound
        if role not in roles:
            raise Forbidden
        return role

    def roles(self, person: Person) -> dict[str, str]:
        """All accounts the person has a role on, with the role."""
        rows: list[Any] = list(
            self._store.execute(select(members.c.account_id, members.c.role).where(is_member(person)))
        )
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row.account_id, []).append(row.role)
        return {account_id: strongest(roles) or "member" for account_id, roles in found.items()}

    def _exists(self, account_id: str) -> bool:
        found = self._store.execute(select(accounts.c.id).where(accounts.c.id == account_id))
        return found.one_or_none() is not None
