"""Credit accounts: made and changed by staff, seen by their people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, false, func, insert, or_, select, update

from ..domain.amounts import from_hundredths
from ..domain.iso import COUNTRIES
from ..domain.values import Person
from ..errors import Invalid
from ..models import Account as Row
from ..models import CreditType, Member
from . import results
from .balances import Standing, standings
from .history import History
from .ids import new_id
from .paging import LIMIT, check_limit, decode_cursor, page_of
from .people import ANY, SEES, Actor
from .unit import Unit

accounts: Table = Row.__table__  # type: ignore[assignment]  # declarative says FromClause
members: Table = Member.__table__  # type: ignore[assignment]
types: Table = CreditType.__table__  # type: ignore[assignment]

_QUOTED = frozenset({"benefits", "mail_domains", "country"})
"""Changes that a running checkout must notice."""


class Accounts(History):
    """Credit accounts, and their history."""

    def create(
        self,
        *,
        name: str,
        credit_type: str,
        kind: str = "company",
        country: str | None = None,
        owners: Collection[str] = (),
        mail_domains: Sequence[str] | None = None,
        contact: str | None = None,
        benefits: Sequence[Mapping[str, Any]] | None = None,
        actor: Actor,
    ) -> results.Account:
        """Make an account.

        `owners` are user ids or e-mail addresses; an address nobody has verified yet becomes an invitation, claimed
        by whoever verifies it.
        Raises `Forbidden`, and `Invalid` for an unknown credit type or user id. Commits.
        """
        self._core.people.require_staff(actor, "accounts")
        draft = self.draft(
            name=name,
            credit_type=credit_type,
            kind=kind,
            country=country,
            owners=owners,
            mail_domains=mail_domains,
            contact=contact,
            benefits=benefits,
        )
        self._core.units.run(draft)
        return self.get(draft.account_id, viewer=None)

    def draft(self, *, owners: Collection[str] = (), **columns: Any) -> AccountDraft:
        """A new account, checked and ready to be inserted by a unit. Raises `Invalid`."""
        if (
            self._core.store.execute(select(types.c.key).where(types.c.key == columns["credit_type"])).one_or_none()
            is None
        ):
            raise Invalid.field("credit_type", "There is no credit type with this key.")
        check_country(columns.get("country"))
        now = self._core.clock()
        account_id = new_id("acc", now)
        row = {
            "kind": "company",
            "country": None,
            "mail_domains": None,
            "contact": None,
            "benefits": None,
            **columns,
            "id": account_id,
            "available": 0,
            "held": 0,
            "version": 0,
            "terms": 0,
            "created_at": now,
        }
        people = [self._member(account_id, owner, now) for owner in dict.fromkeys(owners)]
        return AccountDraft(account_id, row, list({(p["user_id"], p["email"]): p for p in people}.values()))

    def _member(self, account_id: str, owner: str, now: datetime) -> dict[str, Any]:
        user_id, email = self._who(owner)
        return {
            "id": new_id("mem", now),
            "account_id": account_id,
            "user_id": user_id,
            "email": email,
            "role": "owner",
            "created_at": now,
        }

    def _who(self, owner: str) -> tuple[str | None, str | None]:
        """The user id, or the address to invite, that a string names."""
        person = self._core.host.known_people([owner]).get(owner)
        if person is not None and person.is_active:
            return person.id, None
        if person is not None or "@" not in owner:
            raise Invalid.field("owners", f"There is no active user {owner!r}.")
        invited = self._core.host.person_by_email(owner)
        return (invited.id, None) if invited else (None, owner.strip().lower())

    def update(self, account_id: str, changes: Mapping[str, Any], *, actor: Actor) -> results.Account:
        """Change what is given: name, contact, country, mail domains, benefits. Commits."""
        self._core.people.require_staff(actor, "accounts")
        self._core.people.require(None, account_id, ANY)
        check_country(changes.get("country"))
        if changes:
            values: dict[str, Any] = dict(changes)
            if _QUOTED & set(changes):
                values["terms"] = accounts.c.terms + 1
            self._core.units.run(
                lambda unit: unit.execute(update(accounts).where(accounts.c.id == account_id).values(**values))
            )
        return self.get(account_id, viewer=None)

    def freeze(self, account_id: str, reason: str, *, actor: Actor) -> results.Account:
        """Refuse holds, spending and code issue until `unfreeze`. Commits."""
        return self._mark(account_id, {"frozen_at": self._core.clock(), "frozen_reason": reason}, actor)

    def unfreeze(self, account_id: str, reason: str, *, actor: Actor) -> results.Account:
        """Open a frozen account again. Commits."""
        return self._mark(account_id, {"frozen_at": None, "frozen_reason": reason}, actor)

    def _mark(self, account_id: str, values: Mapping[str, Any], actor: Actor) -> results.Account:
        self._core.people.require_staff(actor, "accounts")
        self._core.people.require(None, account_id, ANY)
        self._core.units.run(
            lambda unit: unit.execute(update(accounts).where(accounts.c.id == account_id).values(**values))
        )
        return self.get(account_id, viewer=None)

    def role(self, person: Person, account_id: str) -> str | None:
        """The person's role on an account; staff count as owners."""
        return self._core.people.role(person, account_id)

    def get(self, account_id: str, *, viewer: Person | None) -> results.Account:
        """One account as the viewer may see it. Raises `NotFound`."""
        role = self._core.people.require(viewer, account_id, ANY)
        row = self._core.store.execute(select(accounts).where(accounts.c.id == account_id)).one()
        return self._views([row], {account_id: role})[0]

    def list(self, *, viewer: Person, limit: int = LIMIT, cursor: str | None = None) -> results.Page[results.Account]:
        """The accounts the viewer has a role on, newest first."""
        roles = self._core.people.roles(viewer)
        mine = accounts.c.id.in_(list(roles)) if roles else false()
        return self._page(select(accounts).where(mine), roles, limit, cursor)

    def search(
        self,
        *,
        viewer: Person | None,
        text: str | None = None,
        credit_type: str | None = None,
        limit: int = LIMIT,
        cursor: str | None = None,
    ) -> results.Page[results.Account]:
        """All accounts, newest first, for staff; `text` finds names, owners' ids and addresses, and ids."""
        if viewer is not None:
            self._core.people.require_staff(viewer, "accounts")
        query = select(accounts)
        if text:
            like = f"%{_escaped(text.lower())}%"
            people = select(members.c.account_id).where(
                or_(members.c.user_id == text, func.lower(members.c.email).like(like, escape="\\"))
            )
            query = query.where(
                or_(
                    func.lower(accounts.c.name).like(like, escape="\\"),
                    accounts.c.id == text,
                    accounts.c.id.in_(people),
                )
            )
        if credit_type:
            query = query.where(accounts.c.credit_type == credit_type)
        return self._page(query, None, limit, cursor)

    def _page(
        self, query: Any, roles: Mapping[str, str] | None, limit: int, cursor: str | None
    ) -> results.Page[results.Account]:
        check_limit(limit)
        after = decode_cursor(cursor, str)
        if after:
            query = query.where(accounts.c.id < after[0])
        rows = self._core.store.execute(query.order_by(accounts.c.id.desc()).limit(limit + 1)).all()
        views = {view.id: view for view in self._views(rows, roles)}
        return page_of(rows, limit, lambda row: (row.id,), lambda row: views[row.id])

    def _views(self, rows: Sequence[Any], roles: Mapping[str, str] | None) -> Sequence[results.Account]:
        """Rows as seen with these roles; None is staff, who see all."""
        now = self._core.clock()
        owners: dict[str, Any] = {row.id: [] for row in rows}
        if rows:
            query = select(members).where(members.c.account_id.in_(list(owners)), members.c.role == "owner")
            for member in self._core.store.execute(query.order_by(members.c.id)):
                owners[member.account_id].append(member.user_id or member.email)
        known = standings(self._core.store, list(owners), now)
        return [
            account_of(row, "owner" if roles is None else roles[row.id], known[row.id], owners[row.id], now)
            for row in rows
        ]


class AccountDraft:
    """A checked account, inserted when called with a unit."""

    def __init__(self, account_id: str, row: dict[str, Any], people: list[dict[str, Any]]) -> None:
        self.account_id = account_id
        self._row = row
        self._people = people

    def __call__(self, unit: Unit) -> None:
        """Insert the account and its people."""
        unit.execute(insert(accounts), [self._row])
        if self._people:
            unit.execute(insert(members), self._people)


def account_of(row: Any, role: str, standing: Standing, owners: list[str], now: datetime) -> results.Account:
    """An account as somebody with this role sees it; members see name, type and status only."""
    sees = role in SEES
    return results.Account(
        id=row.id,
        name=row.name,
        kind=row.kind,
        parent_id=row.parent_id if sees else None,
        credit_type=row.credit_type,
        country=row.country if sees else None,
        status="frozen" if row.frozen_at else "open",
        available=from_hundredths(standing.available(now)) if sees else None,
        held=from_hundredths(standing.held) if sees else None,
        upcoming=standing.upcoming(now) if sees else [],
        expiring=standing.expiring(now) if sees else [],
        role=role,
        approval_policy=row.approval_policy if sees else None,
        contact=row.contact,
        mail_domains=row.mail_domains if sees else None,
        benefits=row.benefits if sees else None,
        owners=owners if sees else None,
        created_at=row.created_at,
    )


def check_country(country: str | None) -> None:
    """Raise `Invalid` for what is not a country."""
    if country is not None and country not in COUNTRIES:
        raise Invalid.field("country", "Give an ISO 3166-1 alpha-2 code in capitals, such as DE.")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
