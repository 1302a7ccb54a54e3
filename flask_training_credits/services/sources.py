"""Finding what pays: codes by their signed texts, accounts by their ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Row, Select, Table, and_, bindparam, select

from ..codes import Kind, Signed
from ..domain.eligibility import CodeLimits
from ..domain.refusals import Source
from ..domain.values import Item, Person
from ..errors import Invalid, NotFound
from ..models import Account, Code, CreditType, Idempotency, Member
from .code_rows import limits_of
from .core import Core
from .idempotency import ANSWER, IS_ANSWER, Claim
from .people import IS_MEMBER, strongest, who

accounts: Table = Account.__table__  # type: ignore[assignment]  # declarative says FromClause
answers: Table = Idempotency.__table__  # type: ignore[assignment]
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
_LIMITS = tuple(codes.c[name] for name in CodeLimits.__dataclass_fields__)
_CODE = (
    codes.c.id.label("code_id"),
    codes.c.kind,
    codes.c.number,
    codes.c.key_fingerprint,
    codes.c.funding,
    codes.c.revision,
    codes.c.per_learner,
    codes.c.access_days,
    codes.c.access_ends_with_code,
    codes.c.label,
    codes.c.tracking_id,
    *_LIMITS,
)


def _with_type_role_and_answer(paying: Any, *columns: Any) -> Select[Any]:
    """What pays, with its credit type, the person's role, and what a key was answered before."""
    joined = paying.join(types, types.c.key == accounts.c.credit_type)
    joined = joined.outerjoin(members, and_(members.c.account_id == accounts.c.id, IS_MEMBER))
    # Always true: to SQLAlchemy's MySQL compiler, tables are joined only by a condition that names both.
    joined = joined.outerjoin(answers, and_(IS_ANSWER, answers.c.scope != accounts.c.id))
    return select(*_ACCOUNT, *ANSWER, *columns).select_from(joined)


_ACCOUNTS = _with_type_role_and_answer(accounts).where(accounts.c.id.in_(bindparam("ids", expanding=True)))
_CODES = _with_type_role_and_answer(codes.join(accounts, accounts.c.id == codes.c.account_id), *_CODE).where(
    codes.c.number.in_(bindparam("numbers", expanding=True)), codes.c.revoked_at.is_(None)
)

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
        raise Invalid.field(f"items.{position}.code", problem)
    return named[0]


class Sources:
    """Looks sources up: authentic codes in one statement, accounts in another."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def find(self, person: Person, keys: Collection[Key], claim: Claim | None = None) -> dict[Key, Source]:
        """The sources that are there.

        A text that is forged, unknown or revoked is left out, all alike. An account on which the person has no
        role raises `NotFound`. `claim` is looked up on the way: raises `Replayed` or `IdempotencyMismatch`.
        """
        given = {**who(person), "scope": claim.scope if claim else ""}
        signed = {key: self._core.texts.read(_kind(key), key[1]) for key in keys if key[0] != "account"}
        authentic = {key: text for key, text in signed.items() if text is not None}
        account_ids = [key[1] for key in keys if key[0] == "account"]
        found: dict[Key, Source] = {}
        rows: list[Row[Any]] = []
        if authentic:
            rows += self._core.store.execute(_CODES, given | {"numbers": [text.number for text in authentic.values()]})
            found |= _of_codes(rows, authentic)
        if account_ids:
            paying = self._core.store.execute(_ACCOUNTS, given | {"ids": account_ids}).all()
            found |= _of_accounts(paying, account_ids, is_staff=self._core.people.is_staff(person, "accounts"))
            rows += paying
        if rows:
            self._core.keys.heed(claim, rows[0])
        else:
            self._core.keys.look_up(claim)
        return found


def _of_codes(rows: Collection[Row[Any]], texts: Mapping[Key, Signed]) -> dict[Key, Source]:
    """Codes by their texts; a code comes once for each role of the person."""
    by_number: dict[Signed, list[Row[Any]]] = {}
    for row in rows:
        by_number.setdefault(Signed(row.kind, row.number, row.key_fingerprint), []).append(row)
    return {key: _source(by_number[text]) for key, text in texts.items() if text in by_number}


def _of_accounts(rows: Collection[Row[Any]], account_ids: Iterable[str], *, is_staff: bool) -> dict[Key, Source]:
    """Accounts by their ids. Raises `NotFound` where the person has no role."""
    found: dict[Key, Source] = {}
    for account_id in account_ids:
        ours = [row for row in rows if row.account_id == account_id]
        source = _source(ours, is_staff=is_staff) if ours else None
        if source is None or source.role is None:
            raise NotFound
        found["account", account_id] = source
    return found


def _kind(key: Key) -> Kind:
    return "passkey" if key[0] == "passkey" else "code"


def _source(rows: Collection[Row[Any]], *, is_staff: bool = False) -> Source:
    """What pays, from its rows, which differ in the person's role alone."""
    row = next(iter(rows))._mapping
    fields = {name: row[name] for name in (_COPIED_OF_CODE if "code_id" in row else _COPIED)}
    if "code_id" in row:
        fields |= {"code": limits_of(row), "is_reserved": row["funding"] == "reserved"}
    role = "owner" if is_staff else strongest(row.role for row in rows)
    return Source(**fields, benefits=row["benefits"] or (), is_frozen=row["frozen_at"] is not None, role=role)


_COPIED = (
    "account_id",
    "account_name",
    "contact",
    "mail_domains",
    "applies_to",
    "home_country_for",
    "unit_values",
    "cancellation",
    "deadline",
    "zone",
    "terms",
)
_COPIED_OF_CODE = (
    *_COPIED,
    "code_id",
    "revision",
    "per_learner",
    "access_days",
    "access_ends_with_code",
    "label",
    "tracking_id",
)
