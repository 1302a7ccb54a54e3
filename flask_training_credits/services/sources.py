"""Finding what pays: codes by their signed texts, accounts by their ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import astuple, replace
from typing import Any

from sqlalchemy import Select, Table, and_, select

from ..codes import Kind, Signed
from ..domain.refusals import Source
from ..domain.values import Item, Person
from ..errors import Invalid, NotFound
from ..models import Account, Code, CreditType, Member
from .codes import limits_of
from .core import Core
from .people import is_member, strongest

accounts: Table = Account.__table__  # type: ignore[assignment]  # declarative says FromClause
codes: Table = Code.__table__  # type: ignore[assignment]
types: Table = CreditType.__table__  # type: ignore[assignment]
members: Table = Member.__table__  # type: ignore[assignment]

_ACCOUNT = (
    accounts.c.id.label("account_id"),
    accounts.c.name.label("account_name"),
    accounts.c.contact,
    accounts.c.frozen_at,
    accounts.c.mail_domains,
    accounts.c.benefits,
    accounts.c.terms,
    types.c.applies_to,
    types.c.home_country_for,
    types.c.unit_values,
    types.c.cancellation,
    types.c.deadline,
    types.c.zone,
    members.c.role,
)
_CODE = (*(column for column in codes.c if column.name not in ("account_id", "created_at", "created_by")),)

Key = tuple[str, str]
"""`("code", text)`, `("passkey", text)` or `("account", id)`."""


def key_of(item: Item, position: int) -> Key:
    """The one source an item names. Raises `Invalid` for none or several."""
    named = [
        (kind, value)
        for kind, value in (("code", item.code), ("passkey", item.passkey), ("account", item.account_id))
        if value is not None
    ]
    if len(named) != 1:
        problem = "Give one of code, passkey and account_id."
        raise Invalid({"items": {str(position): {"code": [problem]}}})
    return named[0]


class Sources:
    """Looks sources up: authentic codes in one statement, accounts in another."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def find(self, person: Person, keys: Collection[Key]) -> dict[Key, Source]:
        """The sources that are there.

        A text that is forged, unknown or revoked is left out, all alike. An account on which the person has no
        role raises `NotFound`.
        """
        found: dict[Key, Source] = {}
        signed = {key: self._core.texts.read(_kind(key), key[1]) for key in keys if key[0] != "account"}
        authentic = {key: text for key, text in signed.items() if text is not None}
        if authentic:
            self._find_codes(person, authentic, found)
        account_ids = [key[1] for key in keys if key[0] == "account"]
        if account_ids:
            self._find_accounts(person, account_ids, found)
        return found

    def _find_codes(self, person: Person, texts: Mapping[Key, Signed], found: dict[Key, Source]) -> None:
        query = self._joined(person, *_CODE).join(codes, codes.c.account_id == accounts.c.id)
        numbers = {text.number for text in texts.values()}
        rows = self._core.store.execute(query.where(codes.c.number.in_(numbers), codes.c.revoked_at.is_(None))).all()
        for key, text in texts.items():
            ours = [row for row in rows if (row.kind, row.number, row.key_fingerprint) == astuple(text)]
            if ours:
                found[key] = replace(_of_code(ours[0]), role=strongest(row.role for row in ours))

    def _find_accounts(self, person: Person, account_ids: Collection[str], found: dict[Key, Source]) -> None:
        is_staff = self._core.people.is_staff(person, "accounts")
        for row in self._core.store.execute(self._joined(person).where(accounts.c.id.in_(account_ids))):
            key = ("account", row.account_id)
            known = found.get(key)
            role = "owner" if is_staff else strongest([row.role, known.role if known else None])
            found[key] = replace(_source(row), role=role)
        for account_id in account_ids:
            source = found.get(("account", account_id))
            if source is None or source.role is None:
                raise NotFound

    def _joined(self, person: Person, *more: Any) -> Select[Any]:
        """Accounts with their type and the person's role."""
        mine = and_(members.c.account_id == accounts.c.id, is_member(person))
        tables = accounts.join(types, types.c.key == accounts.c.credit_type).outerjoin(members, mine)
        return select(*_ACCOUNT, *more).select_from(tables)


def _kind(key: Key) -> Kind:
    return "passkey" if key[0] == "passkey" else "code"


def _source(row: Any) -> Source:
    return Source(
        account_id=row.account_id,
        account_name=row.account_name,
        contact=row.contact,
        is_frozen=row.frozen_at is not None,
        mail_domains=row.mail_domains,
        benefits=row.benefits or (),
        applies_to=row.applies_to,
        home_country_for=row.home_country_for,
        unit_values=row.unit_values,
        cancellation=row.cancellation,
        deadline=row.deadline,
        zone=row.zone,
        terms=row.terms,
        role=row.role,
    )


def _of_code(row: Any) -> Source:
    return replace(
        _source(row),
        code_id=row.id,
        code=limits_of(row._mapping),
        is_reserved=row.funding == "reserved",
        revision=row.revision,
        per_learner=row.per_learner,
        access_days=row.access_days,
        access_ends_with_code=row.access_ends_with_code,
        label=row.label,
        tracking_id=row.tracking_id,
    )
