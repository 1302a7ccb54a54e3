"""Roles: who may see, spend and manage what."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import Table, and_, bindparam, or_, select

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


IS_MEMBER: Final = or_(
    members.c.user_id == bindparam("member_id"),
    and_(members.c.user_id.is_(None), members.c.email == bindparam("member_email")),
)
"""Rows of members that mean the person of `who`: by user id, or an invitation to an address they have verified."""


def who(person: Person) -> dict[str, str | None]:
    """The parameters of `IS_MEMBER`."""
    return {"member_id": person.id, "member_email": person.verified_email}


_ROLE = select(members.c.role).where(members.c.account_id == bindparam("account"), IS_MEMBER)
_ROLES = select(members.c.account_id, members.c.role).where(IS_MEMBER)
_EXISTS = select(accounts.c.id).where(accounts.c.id == bindparam("account"))


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

    def role(self, person: Person, account_id: str, action: str = "accounts") -> str | None:
        """The person's role on the account; staff for this kind of action count as owners."""
        if self.is_staff(person, action):
            return "owner" if self._exists(account_id) else None
        return strongest(self._store.execute(_ROLE, {"account": account_id, **who(person)}).scalars())

    def require(self, actor: Actor | None, account_id: str, roles: Collection[str], action: str = "accounts") -> str:
        """The actor's role, if it is one of `roles`; staff for this kind of action have every role.

        Raises `NotFound` when there is no such account or the actor has no role on it, `Forbidden` when the role
        does not suffice. Trusted host code acts as owner.
        """
        if not isinstance(actor, Person):
            if not self._exists(account_id):
                raise NotFound
            return "owner"
        role = self.role(actor, account_id, action)
        if role is None:
            raise NotFound
        if role not in roles:
            raise Forbidden
        return role

    def roles(self, person: Person) -> dict[str, str]:
        """All accounts the person has a role on, with the role."""
        found: dict[str, list[str]] = {}
        for row in self._store.execute(_ROLES, who(person)):
            found.setdefault(row.account_id, []).append(row.role)
        return {account_id: strongest(roles) or "member" for account_id, roles in found.items()}

    def _exists(self, account_id: str) -> bool:
        return self._store.execute(_EXISTS, {"account": account_id}).one_or_none() is not None
