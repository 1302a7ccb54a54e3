"""Codes: issued, limited, looked up and revoked by the account's owners."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, insert, select, update

from ..codes import last_four, new_number
from ..domain.amounts import from_hundredths, to_hundredths
from ..domain.eligibility import CodeLimits
from ..domain.journal import Line, move
from ..domain.lots import Slice, choose
from ..domain.values import Person
from ..errors import Invalid, NotFound, Refused
from ..models import Account, Reservation
from ..models import Code as Row
from . import holds, results
from .core import Core
from .idempotency import Claim
from .ids import new_id
from .paging import LIMIT, check_limit, decode_cursor, page_of
from .people import MANAGES, SEES, Actor, actor_id
from .posting import Book, open_book
from .unit import Unit

codes: Table = Row.__table__  # type: ignore[assignment]  # declarative says FromClause
accounts: Table = Account.__table__  # type: ignore[assignment]
reservations: Table = Reservation.__table__  # type: ignore[assignment]

MAX_COUNT = 10_000


class OwnerCodes:
    """The codes of accounts."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def issue(
        self,
        account_id: str,
        *,
        count: int = 1,
        value: Decimal | None = None,
        funding: str = "shared",
        starts_at: datetime | None = None,
        expires_at: datetime | None = None,
        actor: Actor,
        key: str | Claim | None,
        **limits: Any,
    ) -> Sequence[results.Code]:
        """Issue `count` codes with the same limits; the results carry the texts.

        `limits` are label, tracking_id, max_redemptions, per_learner, offering_ids, kinds, deliveries, learners,
        access_days and access_ends_with_code. `reserved` funding holds the value of all of them on the account's
        lots in one transaction; without `expires_at` such a code ends with its earliest slice.

        Takes the account's lock and commits. Raises `NotFound`, `Forbidden`, `Invalid`, and refuses with
        `account_frozen` or `insufficient_credits`.
        """
        self._core.people.require(actor, account_id, MANAGES)
        asked = {
            "count": count,
            "value": value,
            "funding": funding,
            "starts_at": starts_at,
            "expires_at": expires_at,
            **limits,
        }
        _check_issue(asked, self._core.clock())

        def act(claim: Claim | None) -> Sequence[results.Code]:
            return self._core.keys.run(claim, lambda unit: self._issue(unit, account_id, asked, actor_id(actor)))

        def reload(code_ids: Sequence[str]) -> Sequence[results.Code]:
            return [self.get(account_id, code_id, viewer=None) for code_id in code_ids]

        return self._core.once(key, actor, "codes.issue", {"account_id": account_id, **asked}, act=act, reload=reload)

    def _issue(self, unit: Unit, account_id: str, asked: Mapping[str, Any], actor: str) -> Sequence[results.Code]:
        book = open_book(unit, account_id, self._core.clock)
        frozen = unit.execute(select(accounts.c.frozen_at).where(accounts.c.id == account_id)).scalar_one()
        if frozen is not None:
            raise Refused("account_frozen", "This account is frozen; its credits cannot be shared out now.")
        holds.settle(book)
        value = None if asked["value"] is None else to_hundredths(asked["value"])
        rows = self._drafts(unit, account_id, {**asked, "value": value}, actor, book.now)
        held: list[dict[str, Any]] = []
        if asked["funding"] == "reserved" and value:
            slices = self._reserve(book, value * len(rows), actor)
            held = _share(slices, rows, value)
            _limit_to_slices(rows, held, slices, asked["expires_at"])
        book.close()
        unit.execute(insert(codes), rows)
        if held:
            unit.execute(insert(reservations), held)
        return [self._result(row, book.now, is_told=True) for row in rows]

    def _drafts(
        self, unit: Unit, account_id: str, asked: Mapping[str, Any], actor: str, now: datetime
    ) -> list[dict[str, Any]]:
        texts = self._core.texts
        columns = {name: asked.get(name) for name in _LIMITS}
        rows = []
        for number in self._numbers(unit, asked["count"]):
            text = texts.text("code", number, texts.newest)
            rows.append(
                {
                    **columns,
                    "id": new_id("cod", now),
                    "account_id": account_id,
                    "kind": "code",
                    "number": number,
                    "key_fingerprint": texts.newest,
                    "last_four": last_four(text or ""),
                    "used": 0,
                    "uses": 0,
                    "access_ends_with_code": bool(asked.get("access_ends_with_code")),
                    "revoked_at": None,
                    "revision": 0,
                    "created_at": now,
                    "created_by": actor,
                }
            )
        return rows

    def _numbers(self, unit: Unit, count: int) -> set[int]:
        """Fresh random numbers; one that is taken is drawn again."""
        numbers: set[int] = set()
        while len(numbers) < count:
            drawn = {new_number() for _ in range(min(count - len(numbers), 1000))} - numbers
            taken = unit.execute(select(codes.c.number).where(codes.c.number.in_(list(drawn)))).scalars()
            numbers |= drawn - set(taken)
        return numbers

    def _reserve(self, book: Book, total: int, actor: str) -> tuple[Slice, ...]:
        choice = choose(book.lots.values(), total, now=book.now)
        if choice.missing:
            raise Refused(
                "insufficient_credits",
                "The account does not have enough credits to reserve for these codes.",
                remedy={"action": "lower_value_or_count"},
                extra={
                    "available": f"{from_hundredths(choice.eligible):.2f}",
                    "required": f"{from_hundredths(total):.2f}",
                },
            )
        lines: list[Line] = []
        for piece in choice.slices:
            lines += move(piece.lot.id, "available", "held", piece.amount)
        book.post("hold", lines, amount=total, actor=actor, reason="reserved for codes")
        return choice.slices

    def list(
        self,
        account_id: str,
        *,
        viewer: Person | None,
        kind: str = "code",
        limit: int = LIMIT,
        cursor: str | None = None,
    ) -> results.Page[results.Code]:
        """The account's codes, newest first, without their texts. Raises `NotFound`, `Forbidden`."""
        self._core.people.require(viewer, account_id, SEES)
        check_limit(limit)
        return self._page(account_id, kind, limit, cursor, is_told=False)

    def iter(self, account_id: str, *, viewer: Person | None, kind: str = "code") -> Iterator[results.Code]:
        """All codes with their texts, newest first, a page at a time; for owners."""
        self._core.people.require(viewer, account_id, MANAGES)
        cursor: str | None = None
        while True:
            page = self._page(account_id, kind, 1000, cursor, is_told=True)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def get(self, account_id: str, code_id: str, *, viewer: Person | None) -> results.Code:
        """One code with its text, for owners. Raises `NotFound`, `Forbidden`."""
        self._core.people.require(viewer, account_id, MANAGES)
        return self._result(self._row(account_id, code_id)._mapping, self._core.clock(), is_told=True)

    def update(self, account_id: str, code_id: str, changes: Mapping[str, Any], *, actor: Actor) -> results.Code:
        """Change label, tracking id, value, expiry or limits; a later `expires_at` extends the code. Commits.

        Raises `NotFound`, `Forbidden`; `Invalid` for a value below what is used, for the value of a reserved code,
        and for a reserved code that would outlive its earliest slice.
        """
        self._core.people.require(actor, account_id, MANAGES)
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
        self._core.people.require(actor, account_id, MANAGES)
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
        now = self._core.clock()
        return page_of(rows, limit, lambda row: (row.id,), lambda row: self._result(row._mapping, now, is_told=is_told))

    def _result(self, row: Any, now: datetime, *, is_told: bool) -> results.Code:
        limits = limits_of(row)
        texts = self._core.texts
        has_key = row["key_fingerprint"] in texts.fingerprints
        status = "revoked" if row["revoked_at"] else limits.standing(now) if has_key else "key_removed"
        return results.Code(
            text=texts.text(row["kind"], row["number"], row["key_fingerprint"]) if is_told else None,
            value=_credits(row["value"]),
            used=from_hundredths(row["used"]),
            remaining=_credits(limits.remaining),
            status=status,
            **{name: row[name] for name in _SHOWN},
        )


_LIMITS = (
    "label",
    "tracking_id",
    "value",
    "funding",
    "starts_at",
    "expires_at",
    "max_redemptions",
    "per_learner",
    "offering_ids",
    "kinds",
    "deliveries",
    "learners",
    "access_days",
)
_SHOWN = (
    *(name for name in _LIMITS if name != "value"),
    "id",
    "account_id",
    "kind",
    "last_four",
    "uses",
    "access_ends_with_code",
    "created_at",
)


def limits_of(row: Any) -> CodeLimits:
    """The limits in a row of codes."""
    return CodeLimits(
        value=row["value"],
        used=row["used"],
        uses=row["uses"],
        max_redemptions=row["max_redemptions"],
        starts_at=row["starts_at"],
        expires_at=row["expires_at"],
        offering_ids=row["offering_ids"],
        kinds=row["kinds"],
        deliveries=row["deliveries"],
        learners=row["learners"],
    )


def _credits(amount: int | None) -> Decimal | None:
    return None if amount is None else from_hundredths(amount)


def _check_issue(asked: Mapping[str, Any], now: datetime) -> None:
    if not 1 <= asked["count"] <= MAX_COUNT:
        raise Invalid.field("count", f"Issue 1 to {MAX_COUNT} codes at a time.")
    if asked["funding"] not in ("shared", "reserved"):
        raise Invalid.field("funding", "Give shared or reserved.")
    if asked["funding"] == "reserved" and not asked["value"]:
        raise Invalid.field("value", "A reserved code needs a value.")
    starts_at, expires_at = asked["starts_at"], asked["expires_at"]
    if expires_at is not None and expires_at <= now:
        raise Invalid.field("expires_at", "This moment has passed; the code could never be used.")
    if starts_at is not None and expires_at is not None and expires_at <= starts_at:
        raise Invalid.field("expires_at", "The code would expire before it starts.")


def _share(slices: Sequence[Slice], rows: Sequence[Mapping[str, Any]], value: int) -> list[dict[str, Any]]:
    """Deal slices out to codes in order, `value` to each."""
    pieces = deque((piece.lot.id, piece.amount) for piece in slices)
    dealt = []
    for row in rows:
        missing = value
        while missing:
            lot_id, left = pieces.popleft()
            taken = min(left, missing)
            dealt.append({"code_id": row["id"], "lot_id": lot_id, "amount": taken})
            missing -= taken
            if left > taken:
                pieces.appendleft((lot_id, left - taken))
    return dealt


def _limit_to_slices(
    rows: Sequence[dict[str, Any]],
    held: Sequence[Mapping[str, Any]],
    slices: Sequence[Slice],
    expires_at: datetime | None,
) -> None:
    """A reserved code may not outlive its earliest slice; without an expiry it ends with it."""
    ends = {piece.lot.id: piece.lot.expires_at for piece in slices}
    earliest: dict[str, datetime] = {}
    for piece in held:
        end, code_id = ends[piece["lot_id"]], piece["code_id"]
        if end is not None:
            earliest[code_id] = min(end, earliest.get(code_id, end))
    for row in rows:
        end = earliest.get(row["id"])
        if end is None:
            continue
        if expires_at is None:
            row["expires_at"] = end
        elif expires_at > end:
            raise Invalid.field("expires_at", f"The credits reserved for these codes end at {end.isoformat()}.")
