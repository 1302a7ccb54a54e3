"""Issuing codes, singly and in bulk, on shared or reserved funding."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, insert, select

from ..codes import last_four, new_number
from ..domain.amounts import from_hundredths, to_hundredths
from ..domain.journal import Line, move
from ..domain.lots import Slice, choose
from ..errors import Invalid, Refused
from ..models import Account, Code, Reservation
from . import holds, results
from .code_rows import LIMITS, code_of
from .core import Core
from .idempotency import Claim, Replayed
from .ids import new_id
from .people import MANAGES, Actor, actor_id
from .posting import Book, open_book
from .unit import Unit

accounts: Table = Account.__table__  # type: ignore[assignment]  # declarative says FromClause
codes: Table = Code.__table__  # type: ignore[assignment]
reservations: Table = Reservation.__table__  # type: ignore[assignment]

MAX_COUNT = 10_000
_BATCH = 1000


class CodeIssue:
    """Issues codes."""

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
        access_days and access_ends_with_code. The texts are derived, never stored: not in the answer kept under the
        key either. `reserved` funding holds the value of all of them on the account's
        lots in one transaction; without `expires_at` such a code ends with its earliest slice.

        Takes the account's lock and commits. Raises `NotFound`, `Forbidden`, `Invalid`, and refuses with
        `account_frozen` or `insufficient_credits`.
        """
        self._core.people.require(actor, account_id, MANAGES, "codes")
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
            issued = self._core.keys.run(claim, lambda unit: self._issue(unit, account_id, asked, actor_id(actor)))
            texts = self._texts([code.id for code in issued])
            return [replace(code, text=texts[code.id]) for code in issued]

        def reload(code_ids: Sequence[str]) -> Sequence[results.Code]:
            texts, now = self._core.texts, self._core.clock()
            return [code_of(row._mapping, now, texts, is_told=True) for row in self._rows(code_ids)]

        try:
            given = {"account_id": account_id, **asked}
            return self._core.once(key, actor, "codes.issue", given, act=act, reload=reload)
        except Replayed as replay:
            raise self._retold(replay) from None

    def _retold(self, replay: Replayed) -> Replayed:
        """A kept answer with the texts of its codes, which no table holds; None where the key is gone."""
        answer = json.loads(replay.body)
        if "items" not in answer or "code" in answer:
            return replay
        texts = self._texts([item["id"] for item in answer["items"]])
        for item in answer["items"]:
            item["text"] = texts[item["id"]]
        return Replayed(replay.status, json.dumps(answer, ensure_ascii=False, separators=(",", ":")))

    def _texts(self, code_ids: Sequence[str]) -> dict[str, str | None]:
        texts = self._core.texts
        return {row.id: texts.text(row.kind, row.number, row.key_fingerprint) for row in self._rows(code_ids)}

    def _rows(self, code_ids: Sequence[str]) -> Iterator[Any]:
        """The rows of codes in the order of their ids as given."""
        for some in (code_ids[at : at + _BATCH] for at in range(0, len(code_ids), _BATCH)):
            rows = {row.id: row for row in self._core.store.execute(select(codes).where(codes.c.id.in_(some)))}
            yield from (rows[code_id] for code_id in some)

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
        return [code_of(row, book.now, self._core.texts, is_told=False) for row in rows]

    def _drafts(
        self, unit: Unit, account_id: str, asked: Mapping[str, Any], actor: str, now: datetime
    ) -> list[dict[str, Any]]:
        texts = self._core.texts
        columns = {name: asked.get(name) for name in LIMITS}
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
