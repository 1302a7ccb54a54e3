"""What the items of one checkout use up, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, select

from ..domain.lots import LotView, take
from ..domain.refusals import Facts, Source, refuse
from ..domain.states import LIVE
from ..domain.values import Offering
from ..models import Lot, Redemption
from . import holds
from .balances import Standing, standings
from .core import Core
from .judged import Judged, pick, slot_of

lots: Table = Lot.__table__  # type: ignore[assignment]  # declarative says FromClause
redemptions: Table = Redemption.__table__  # type: ignore[assignment]


class Counting:
    """Counts what the items use of a code's value and redemptions, and of the host's seats.

    Nothing in the unit guards the seats: they are counted here in every judgement.
    """

    def __init__(self) -> None:
        self._used: dict[str, tuple[int, int]] = {}
        self._seats: dict[str, int] = {}

    def judge(self, one: Judged) -> None:
        """Judge one item after the ones before it."""
        source = one.facts.source
        if source is not None and source.code is not None and source.code_id in self._used:
            amount, count = self._used[source.code_id]
            code = replace(source.code, used=source.code.used + amount, uses=source.code.uses + count)
            one.facts.source = replace(source, code=code)
        one.facts.seats = self._seats.get(one.item.offering_id, one.facts.seats)
        one.no = refuse(one.facts)

    def remember(self, one: Judged) -> None:
        """Count what an item uses."""
        if one.source.code_id is not None:
            amount, count = self._used.get(one.source.code_id, (0, 0))
            self._used[one.source.code_id] = (amount + one.price.amount, count + 1)
        if one.facts.seats is not None:
            self._seats[one.item.offering_id] = one.facts.seats - one.item.quantity


class Running(Counting):
    """Looks at everything: lots, reservations, the learner's redemptions, the counts of codes."""

    def __init__(self, core: Core, judged: Sequence[Judged], now: datetime) -> None:
        super().__init__()
        known = [one for one in judged if one.facts.source is not None]
        accounts = sorted({one.source.account_id for one in known})
        self._now = now
        self._standings: dict[str, Standing] = standings(core.store, accounts, now)
        reserved = sorted({one.source.code_id for one in known if one.source.is_reserved and one.source.code_id})
        self._reserved = {
            code_id: {row.id: LotView.of(row) for row in rows}
            for code_id, rows in holds.held_by(core.store.execute, reserved).items()
        }
        self._slots = self._read_slots(core, known)
        self._uses = self._read_uses(core, known)
        self._countries = self._read_countries(core, known)

    def judge(self, one: Judged) -> None:
        """Judge one item after the ones before it."""
        facts = one.facts
        if facts.source is not None and facts.offering is not None:
            self._look(one, facts, facts.source, facts.offering)
        super().judge(one)
        if facts.source is not None and one.facts.sees:
            one.balance_before = self._standings[facts.source.account_id].available(self._now)

    def _look(self, one: Judged, facts: Facts, source: Source, offering: Offering) -> None:
        slot = one.slot
        if slot is not None and slot in self._slots:
            redemption_id, state, ends_at = self._slots[slot]
            has_ended = state == "completed" and ends_at is not None and ends_at <= self._now
            one.ended = redemption_id if has_ended else None
            facts.is_enrolled, facts.enrolled = one.ended is None, redemption_id
        facts.learner_uses = self._uses.get((source.code_id, facts.learner.id), 0)
        if facts.price is not None and facts.price.amount:
            lots = self._lots(source)
            facts.choice = pick(lots, one, self._now)
            known = self._countries.get(source.account_id)
            facts.has_home_lots = not known or offering.country in known

    def remember(self, one: Judged) -> None:
        """Count what an item uses, and take it from its lots."""
        super().remember(one)
        source = one.source
        if one.slot is not None:
            self._slots[one.slot] = (None, None, None)
        if source.code_id is not None:
            use = (source.code_id, one.facts.learner.id)
            self._uses[use] = self._uses.get(use, 0) + 1
        if one.facts.choice is not None:
            take(self._lots(source), one.facts.choice.slices)

    def _lots(self, source: Source) -> dict[str, LotView]:
        if source.is_reserved and source.code_id is not None:
            return self._reserved[source.code_id]
        return self._standings[source.account_id].lots

    def _read_slots(self, core: Core, judged: Sequence[Judged]) -> dict[str, Any]:
        slots = {slot_of(one.facts.learner.id, one.facts.offering) for one in judged if one.facts.offering}
        if not slots - {None}:
            return {}
        query = select(redemptions.c.slot, redemptions.c.id, redemptions.c.state, redemptions.c.access_expires_at)
        rows = core.store.execute(query.where(redemptions.c.slot.in_(slots - {None})))
        return {row.slot: (row.id, row.state, row.access_expires_at) for row in rows}

    def _read_countries(self, core: Core, known: Sequence[Judged]) -> dict[str, set[str | None]]:
        """The countries of all lots, spent ones too, of accounts that pay for something bound to its country."""
        bound = {
            one.source.account_id for one in known if one.facts.offering and one.source.needs_home_country(one.offering)
        }
        found: dict[str, set[str | None]] = {}
        if bound:
            query = select(lots.c.account_id, lots.c.country).where(lots.c.account_id.in_(bound)).distinct()
            for row in core.store.execute(query):
                found.setdefault(row.account_id, set()).add(row.country)
        return found

    def _read_uses(self, core: Core, known: Sequence[Judged]) -> dict[Any, int]:
        limited = {one.source.code_id for one in known if one.source.per_learner is not None}
        if not limited:
            return {}
        return count_uses(core.store.execute, limited, {one.facts.learner.id for one in known})


def count_uses(execute: Any, code_ids: set[str | None], user_ids: set[str]) -> dict[Any, int]:
    """How often these learners have used these codes: redemptions that are live or were."""
    query = (
        select(redemptions.c.code_id, redemptions.c.user_id, func.count())
        .where(
            redemptions.c.code_id.in_(code_ids),
            redemptions.c.user_id.in_(user_ids),
            redemptions.c.state.in_(LIVE),
        )
        .group_by(redemptions.c.code_id, redemptions.c.user_id)
    )
    return {(code_id, user_id): count for code_id, user_id, count in execute(query)}
