"""Lots: dated inflows from orders and grants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, select

from ..domain.amounts import MAX_HUNDREDTHS, from_hundredths, to_hundredths
from ..domain.iso import zone
from ..domain.journal import Line
from ..domain.validity import lot_window
from ..domain.values import Money, Person
from ..errors import Invalid, NotFound
from ..models import Account, CreditType
from ..models import Lot as Row
from . import holds, results
from .accounts import AccountDraft, Accounts, check_country
from .core import Core
from .idempotency import Claim
from .ids import new_id
from .paging import LIMIT, check_limit, decode_cursor, page_of
from .people import ANY, SEES, Actor, actor_id
from .posting import open_book
from .unit import Unit

lots: Table = Row.__table__  # type: ignore[assignment]  # declarative says FromClause
accounts: Table = Account.__table__  # type: ignore[assignment]
types: Table = CreditType.__table__  # type: ignore[assignment]

MAX_BALANCE = 2**62
"""Hundredths that an account's BIGINT holds with room to spare."""


class Lots:
    """Issues lots and lists them."""

    def __init__(self, core: Core, accounts: Accounts) -> None:
        self._core = core
        self._accounts = accounts

    def issue(
        self,
        account_id: str,
        *,
        amount: Decimal,
        ordered_on: date,
        source: str = "order",
        order_reference: str | None = None,
        starts_on: date | None = None,
        expires_on: date | None = None,
        country: str | None = None,
        paid: Money | None = None,
        promotional: bool = False,
        actor: Actor,
        key: str | Claim | None,
    ) -> results.Lot:
        """Put credits on an account: one lot and one `issue` transaction, under the account's lock. Commits.

        `ordered_on`, `starts_on` and `expires_on` (the last usable day) are local days of the credit type's zone;
        without `expires_on` the type's validity decides. Without `country` the account's own is the lot's. Raises
        `NotFound`, `Forbidden`, and `Invalid` for a lot that ends before it starts or has ended already.
        """
        self._core.people.require_staff(actor, "credits")
        self._core.people.require(None, account_id, ANY)
        given = {
            "amount": amount,
            "ordered_on": ordered_on,
            "source": source,
            "order_reference": order_reference,
            "starts_on": starts_on,
            "expires_on": expires_on,
            "country": country,
            "paid": paid,
            "promotional": promotional,
        }

        def act(claim: Claim | None) -> results.Lot:
            joined = select(types, accounts.c.country).join(accounts, accounts.c.credit_type == types.c.key)
            row = self._core.store.execute(joined.where(accounts.c.id == account_id)).one()
            draft = self._draft(row, {"country": row.country, **_given(given)})
            return self._core.keys.run(claim, lambda unit: self._post(unit, account_id, draft, actor))

        return self._core.once(key, actor, "lots.issue", {"account_id": account_id, **given}, act=act, reload=self.get)

    def order_form(
        self,
        *,
        account_id: str | None = None,
        account: Mapping[str, Any] | None = None,
        lot: Mapping[str, Any],
        actor: Actor,
        key: str | Claim | None,
    ) -> results.OrderForm:
        """An order form in one call: its lot, and a new account with its owners or an existing one. Commits.

        Either both are made or neither. Raises like `Accounts.create` and `issue`.
        """
        self._core.people.require_staff(actor, "credits")
        if (account_id is None) == (account is None):
            raise Invalid.field("account_id", "Give either account_id or account.")
        if account is not None:
            self._core.people.require_staff(actor, "accounts")
        else:
            self._core.people.require(None, account_id or "", ANY)

        def act(claim: Claim | None) -> results.OrderForm:
            new = self._accounts.draft(**account) if account is not None else None
            target = new.account_id if new else account_id or ""
            chosen = types.c.key == account["credit_type"] if account is not None else accounts.c.id == target
            query = select(types, accounts.c.country).outerjoin(accounts, accounts.c.credit_type == types.c.key)
            row = self._core.store.execute(query.where(chosen).limit(1)).one()
            home = account.get("country") if account is not None else row.country
            draft = self._draft(row, {"country": home, **_given(lot)})
            return self._core.keys.run(claim, lambda unit: self._make(unit, new, target, draft, actor))

        asked = {"account_id": account_id, "account": account, "lot": lot}
        return self._core.once(key, actor, "lots.order_form", asked, act=act, reload=self._form)

    def _make(
        self, unit: Unit, new: AccountDraft | None, account_id: str, draft: dict[str, Any], actor: Actor
    ) -> results.OrderForm:
        if new is not None:
            new(unit)
        lot = self._post(unit, account_id, draft, actor)
        return results.OrderForm(account=self._accounts.get(account_id, viewer=None), lot=lot)

    def _form(self, lot_id: str) -> results.OrderForm:
        lot = self.get(lot_id)
        return results.OrderForm(account=self._accounts.get(lot.account_id, viewer=None), lot=lot)

    def get(self, lot_id: str) -> results.Lot:
        """One lot as it stands now. Raises `NotFound`."""
        row = self._core.store.execute(select(lots).where(lots.c.id == lot_id)).one_or_none()
        if row is None:
            raise NotFound
        return lot_of(row, self._core.clock())

    def list(
        self, account_id: str, *, viewer: Person | None, limit: int = LIMIT, cursor: str | None = None
    ) -> results.Page[results.Lot]:
        """The account's lots, newest first, as they stand now. Raises `NotFound`, `Forbidden`."""
        self._core.people.require(viewer, account_id, SEES)
        check_limit(limit)
        after = decode_cursor(cursor, str)
        query = select(lots).where(lots.c.account_id == account_id)
        if after:
            query = query.where(lots.c.id < after[0])
        rows = self._core.store.execute(query.order_by(lots.c.id.desc()).limit(limit + 1)).all()
        now = self._core.clock()
        return page_of(rows, limit, lambda row: (row.id,), lambda row: lot_of(row, now))

    def _draft(self, credit_type: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """The row of a new lot, before anything flowed in."""
        now = self._core.clock()
        amount = to_hundredths(given["amount"])
        if not 0 < amount <= MAX_HUNDREDTHS:
            raise Invalid.field("amount", "A lot needs more than zero credits.")
        try:
            starts_at, expires_at = lot_window(
                zone(credit_type.zone),
                now,
                ordered_on=given["ordered_on"],
                starts_on=given.get("starts_on"),
                expires_on=given.get("expires_on"),
                validity_months=credit_type.validity_months,
                validity_from=credit_type.validity_from,
            )
        except ValueError as problem:
            raise Invalid.field(*problem.args) from None
        check_country(given.get("country"))
        paid = given.get("paid")
        return {
            "id": new_id("lot", now),
            "parent_id": None,
            "drained": True,
            "size": amount,
            "starts_at": starts_at,
            "expires_at": expires_at,
            "source": given.get("source", "order"),
            "order_reference": given.get("order_reference"),
            "country": given.get("country"),
            "promotional": bool(given.get("promotional")),
            "paid": {"minor": paid.minor, "currency": paid.currency} if paid else None,
            "created_at": now,
        }

    def _post(self, unit: Unit, account_id: str, draft: Mapping[str, Any], actor: Actor) -> results.Lot:
        book = open_book(unit, account_id, self._core.clock)
        holds.settle(book)
        row = dict(draft)
        amount = row.pop("size")
        if book.available + amount > MAX_BALANCE:
            raise Invalid.field("amount", "That is more credits than an account can hold.")
        book.add_lot(row)
        lines = [Line(row["id"], "source", -amount), Line(row["id"], "available", amount)]
        book.post("issue", lines, amount=amount, actor=actor_id(actor))
        lot = lot_of_values({**row, "account_id": account_id, "amount": amount, "available": amount}, book.now)
        book.tell("lot.issued", lot.id, lot)
        book.close()
        return lot


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


_COUNTERS = ("amount", "available", "held", "spent", "expired", "revoked", "moved", "shortfall")


def lot_of(row: Any, now: datetime) -> results.Lot:
    """A lot as it stands at `now`: what expired and nobody booked yet shows as expired."""
    return lot_of_values(row._mapping, now)


def lot_of_values(values: Mapping[str, Any], now: datetime) -> results.Lot:
    """A lot from its columns; counters that are missing are zero."""
    counters = {name: values.get(name, 0) for name in _COUNTERS}
    if values["expires_at"] is not None and values["expires_at"] <= now:
        counters["expired"] += counters["available"]
        counters["available"] = 0
    paid = values["paid"]
    return results.Lot(
        id=values["id"],
        account_id=values["account_id"],
        starts_at=values["starts_at"],
        expires_at=values["expires_at"],
        source=values["source"],
        order_reference=values["order_reference"],
        country=values["country"],
        promotional=bool(values["promotional"]),
        paid=Money(paid["minor"], paid["currency"]) if paid else None,
        created_at=values["created_at"],
        **{name: from_hundredths(amount) for name, amount in counters.items()},
    )
