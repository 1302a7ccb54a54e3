"""Codes in the hands of an account's owners: listed, looked up, changed and revoked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Table, select, update

from ..domain.amounts import from_hundredths, to_hundredths
from ..domain.values import Person
from ..errors import Invalid, NotFound
from ..models import Account, Reservation
from ..models import Code as Row
from . import holds, results
from .code_rows import code_of
from .core import Core
from .paging import LIMIT, check_limit, decode_cursor, page_of
from .people import MANAGES, Actor, actor_id
from .posting import open_book
from .unit import Unit

codes: Table = Row.__table__  # type: ignore[assignment]  # declarative says FromClause
accounts: Table = Account.__table__  # type: ignore[assignment]
reservations: Table = Reservation.__table__  # type: ignore[assignment]


class OwnerCodes:
    """The codes of accounts."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def list(
        self,
        account_id: str,
        *,
        viewer: Person | None,
        kind: str = "code",
        limit: int = LIMIT,
        cursor: str | None = None,
    ) -> results.Page[results.Code]:
        """The account's codes, newest first, without their texts; for owners. Raises `NotFound`, `Forbidden`."""
        self._core.people.require(viewer, account_id, MANAGES, "codes")
        check_limit(limit)
        return self._page(account_id, kind, limit, cursor, is_told=False)

    def iter(self, account_id: str, *, viewer: Person | None, kind: str = "code") -> Iterator[results.Code]:
        """All codes with their texts, newest first, a page at a time; for owners."""
        self._core.people.require(viewer, account_id, MANAGES, "codes")
        cursor: str | None = None
        while True:
            page = self._page(account_id, kind, 1000, cursor, is_told=True)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def get(self, account_id: str, code_id: str, *, viewer: Person | None) -> results.Code:
        """One code with its text, for owners. Raises `NotFound`, `Forbidden`."""
        self._core.people.require(viewer, account_id, MANAGES, "codes")
        return code_of(self._row(account_id, code_id)._mapping, self._core.clock(), self._core.texts, is_told=True)

    def update(self, account_id: str, code_id: str, changes: Mapping[str, Any], *, actor: Actor) -> results.Code:
        """Change label, tracking id, value, expiry or limits; a later `expires_at` extends the code. Commits.

        Raises `NotFound`, `Forbidden`; `Invalid` for a value below what is used, for the value of a reserved code,
        and for a reserved code that would outlive its earliest slice.
        """
        self._core.people.require(actor, account_id, MANAGES, "codes")
        row = self._row(account_id, code_id)
        values = dict(changes)
        if "value" in values and values["value"] is not None:
            values["value"] = to_hundredths(values["value"])

        def work(unit: Unit) -> None:
            open_book(unit, account_id, self._core.clock)
            current = unit.execute(select(codes).where(codes.c.id == code_id)).one()
            self._check_change(unit, current, values)
            unit.execute(update(codes).where(codes.c.id == code_id).values(**values, revision=codes.c.revision + 1))

        if values:
            self._core.units.run(work)
        return self.get(account_id, row.id, viewer=None)

    def _check_change(self, unit: Unit, row: Any, values: Mapping[str, Any]) -> None:
        if row.revoked_at is not None:
            raise Invalid.field("id", "A revoked code stays revoked; issue a new one.")
        starts_at, expires_at = values.get("starts_at", row.starts_at), values.get("expires_at", row.expires_at)
        if starts_at is not None and expires_at is not None and expires_at <= starts_at:
            raise Invalid.field("expires_at", "The code would expire before it starts.")
        if values.get("expires_at") is not None and expires_at <= self._core.clock():
            raise Invalid.field("expires_at", "This moment has passed; revoke the code to end it now.")
        if "value" in values:
            if row.funding == "reserved":
                raise Invalid.field("value", "The value of a reserved code is fixed; revoke it and issue another.")
            if values["value"] is not None and values["value"] < row.used:
                used = from_hundredths(row.used)
                raise Invalid.field("value", f"{used} credits of this code are used already; give at least that.")
        if row.funding == "reserved" and "expires_at" in values:
            if row.expires_at is not None and row.expires_at <= self._core.clock():
                raise Invalid.field("expires_at", "This code has expired and its credits went back; issue another.")
            slices = holds.held_by(unit.execute, [row.id])[row.id]
            ends = [piece.expires_at for piece in slices if piece.expires_at is not None]
            if ends and (expires_at is None or expires_at > min(ends)):
                raise Invalid.field("expires_at", f"Its reserved credits end at {min(ends).isoformat()}.")

    def revoke(self, account_id: str, code_id: str, *, actor: Actor) -> results.Code:
        """Revoke a code for good; what it had reserved goes back to its account. Commits."""
        self._core.people.require(actor, account_id, MANAGES, "codes")
        self._row(account_id, code_id)

        def work(unit: Unit) -> None:
            book = open_book(unit, account_id, self._core.clock)
            holds.settle(book)
            holds.release(book, [code_id], actor_id(actor), "code revoked")
            book.close()
            unit.execute(
                update(codes)
                .where(codes.c.id == code_id, codes.c.revoked_at.is_(None))
                .values(revoked_at=book.now, revision=codes.c.revision + 1)
            )

        self._core.units.run(work)
        return self.get(account_id, code_id, viewer=None)

    def is_credit_code(self, text: str) -> bool:
        """True when the text is one of our codes or passkeys. Asks no database."""
        return self._core.texts.read("code", text) is not None or self._core.texts.read("passkey", text) is not None

    def _row(self, account_id: str, code_id: str) -> Any:
        query = select(codes).where(codes.c.id == code_id, codes.c.account_id == account_id)
        row = self._core.store.execute(query).one_or_none()
        if row is None:
            raise NotFound
        return row

    def _page(
        self, account_id: str, kind: str, limit: int, cursor: str | None, *, is_told: bool
    ) -> results.Page[results.Code]:
        after = decode_cursor(cursor, str)
        query = select(codes).where(codes.c.account_id == account_id, codes.c.kind == kind)
        if after:
            query = query.where(codes.c.id < after[0])
        rows = self._core.store.execute(query.order_by(codes.c.id.desc()).limit(limit + 1)).all()
        now, texts = self._core.clock(), self._core.texts
        return page_of(
            rows, limit, lambda row: (row.id,), lambda row: code_of(row._mapping, now, texts, is_told=is_told)
        )
