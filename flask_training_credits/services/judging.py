"""Judging the items of a checkout: what each costs, which lots pay, or the first reason why not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Table, func, select

from ..domain.cancellation import Tier, tiers
from ..domain.iso import zone
from ..domain.lots import Choice, LotView, choose, take
from ..domain.pricing import Price, price
from ..domain.refusals import Facts, No, Source, refuse, refuse_before_host
from ..domain.states import LIVE
from ..domain.validity import end_instant, start_instant
from ..domain.values import Item, Offering, Person, check_id, former_user
from ..errors import Invalid
from ..models import Lot, Redemption
from . import holds
from .balances import Standing, standings
from .core import Core
from .idempotency import Claim
from .people import SPENDS
from .sources import Key, Sources, key_of
from .tokens import Line, QuoteTokens

lots: Table = Lot.__table__  # type: ignore[assignment]  # declarative says FromClause
redemptions: Table = Redemption.__table__  # type: ignore[assignment]

T = TypeVar("T")

MAX_ITEMS = 200
MAX_QUANTITY = 10_000


@dataclass(slots=True)
class Judged:
    """One item with everything known of it; `no` is why it cannot be bought."""

    item: Item
    facts: Facts
    no: No | None
    balance_before: int | None = None
    """What the account has before this item; only for those who may see it."""
    ended: str | None = None
    """Id of an earlier redemption whose access has ended but still keeps the slot."""

    @property
    def source(self) -> Source:
        """What pays; only for items that are not refused."""
        return _known(self.facts.source)

    @property
    def offering(self) -> Offering:
        """What is bought; only for items that are not refused."""
        return _known(self.facts.offering)

    @property
    def price(self) -> Price:
        """What it costs; only for items that are not refused."""
        return _known(self.facts.price)

    @property
    def balance_after(self) -> int | None:
        """What is left after this item: on the account for those who may see it, else on the code."""
        if self.balance_before is not None:
            return self.balance_before - (0 if self.source.is_reserved else self.price.amount)
        remaining = self.source.code.remaining if self.source.code else None
        return None if remaining is None else remaining - self.price.amount

    @property
    def slot(self) -> str | None:
        """What a live redemption of this offering by this learner keeps to itself; None for what may repeat."""
        return slot_of(self.facts.learner.id, self.offering)


def _known(value: T | None) -> T:
    if value is None:
        raise AssertionError("asked of an item that is refused")
    return value


def slot_of(user_id: str, offering: Offering) -> str | None:
    """The slot of a learner and an offering; None where several may be live."""
    if offering.repeatable or offering.voucher:
        return None
    return hashlib.sha256(f"{user_id}\n{offering.id}".encode()).hexdigest()


def pick(lots: dict[str, LotView], judged: Judged, now: datetime) -> Choice:
    """The lots among `lots` that pay for an item at `now`."""
    offering, source, local = judged.offering, judged.source, zone(judged.source.zone)
    return choose(
        lots.values(),
        judged.price.amount,
        now=now,
        deadline=source.deadline,
        begins=start_instant(offering.starts_at, local) if offering.starts_at else None,
        ends=end_instant(offering.ends_at, local) if offering.ends_at else None,
        country=offering.country,
        home_country=source.needs_home_country(offering),
    )


class Judge:
    """Judges items in order; what earlier items use is gone for later ones."""

    def __init__(self, core: Core, sources: Sources, tokens: QuoteTokens) -> None:
        self._core = core
        self._sources = sources
        self._tokens = tokens

    def judge(
        self,
        buyer: Person,
        items: Sequence[Item],
        *,
        token: str | None = None,
        address: str | None = None,
        claim: Claim | None = None,
        is_full: bool = True,
        are_alternatives: bool = False,
    ) -> list[Judged]:
        """Judge what a buyer wants. `are_alternatives`: each item as if it were the only one.

        Without `is_full` the lots, the learner's other redemptions and the counts of a code are not looked at: the
        unit that posts the order guards them, and asks for a full judgement only when a guard fails.

        `claim` is looked up on the way. Raises `Invalid`, `NotFound` for a foreign account, `HookFailed`, and refuses
        with `too_many_attempts`, `quote_expired` and `price_changed`.
        """
        if not are_alternatives and len(items) > MAX_ITEMS:
            raise Invalid.field("items", f"Give at most {MAX_ITEMS} items.")
        keys = _check(items)
        has_text = any(kind != "account" for kind, _ in keys)
        if has_text:
            self._core.attempts.check(buyer.id, address)
        found = self._sources.find(buyer, dict.fromkeys(keys), claim)
        for _ in {key for key in keys if key not in found} if is_full else ():
            self._core.attempts.check(buyer.id, address)
            self._core.attempts.failed(buyer.id, address)
        sold = self._core.host.offerings(list(dict.fromkeys(item.offering_id for item in items)))
        learners = self._learners(buyer, items)
        now = self._core.clock()
        judged = [
            self._gather(buyer, learners[item.learner or buyer.id], item, found.get(key), sold.get(item.offering_id))
            for item, key in zip(items, keys, strict=True)
        ]
        for position, one in enumerate(judged):
            _check_quantity(one, position)
        if token is not None:
            self._apply_token(token, buyer, judged, now)
        for one in judged:
            self._ask_host(one)
        running = _Running(self._core, judged, now) if is_full else _Counting()
        for one in judged:
            running.judge(one)
            if one.no is None and not are_alternatives:
                running.remember(one)
        return judged

    def _learners(self, buyer: Person, items: Sequence[Item]) -> dict[str, Person]:
        """Who learns, by what the items say: a user id, or an address that somebody has verified."""
        named = {item.learner or buyer.id for item in items} - {buyer.id}
        found = {buyer.id: buyer, **self._core.host.known_people(named)}
        for learner in named - found.keys():
            by_address = self._core.host.person_by_email(learner) if "@" in learner else None
            found[learner] = by_address or former_user(learner)
        return found

    def _gather(
        self, buyer: Person, learner: Person, item: Item, source: Source | None, offering: Offering | None
    ) -> Judged:
        facts = Facts(
            buyer=buyer,
            learner=learner,
            quantity=item.quantity,
            now=self._core.clock(),
            source=source,
            offering=offering,
        )
        if source is not None:
            is_own = source.code is not None and learner.id == buyer.id
            facts.may_spend = is_own or source.role in SPENDS or self._core.people.is_staff(buyer, "accounts")
            if offering is not None:
                facts.price = price(offering, item.quantity, source.unit_values, source.benefits)
                facts.seats = offering.seats_left
        return Judged(item, facts, refuse(facts))

    def _apply_token(self, token: str, buyer: Person, judged: Sequence[Judged], now: datetime) -> None:
        """Put the prices that a quote has promised in the place of today's."""
        asked = [line_of(one)[:4] if one.facts.source else ("", 0, "", "") for one in judged]
        for one, line in zip(judged, self._tokens.read(token, buyer.id, asked, now), strict=True):
            if one.facts.offering is not None:
                one.facts.price = Price(*line[4:])

    def _ask_host(self, one: Judged) -> None:
        """Ask the host about items, unless they are refused for what comes before its answers."""
        facts = one.facts
        one.no = refuse_before_host(facts)
        if one.no is None and facts.offering is not None:
            facts.veto = self._core.host.veto(facts.learner, facts.offering, facts.quantity)
            facts.is_enrolled = one.slot is not None and self._core.host.has_access(facts.learner.id, facts.offering)


def _check(items: Sequence[Item]) -> list[Key]:
    """The sources of the items. Raises `Invalid` for what cannot be a checkout at all."""
    if not items:
        raise Invalid.field("items", "Give at least one item.")
    for position, item in enumerate(items):
        try:
            check_id(item.offering_id, "offering_id")
        except ValueError as problem:
            raise Invalid.field(f"items.{position}.offering_id", f"{problem}.") from None
        if isinstance(item.quantity, bool) or not 1 <= item.quantity <= MAX_QUANTITY:
            raise Invalid.field(f"items.{position}.quantity", f"Give a whole number from 1 to {MAX_QUANTITY}.")
    return [key_of(item, position) for position, item in enumerate(items)]


def _check_quantity(one: Judged, position: int) -> None:
    offering = one.facts.offering
    if one.item.quantity > 1 and offering is not None and not (offering.voucher or offering.group):
        problem = "Only vouchers and group offerings can be bought more than once at a time; give 1."
        raise Invalid.field(f"items.{position}.quantity", problem)


def line_of(one: Judged) -> Line:
    """What a quote token says of an item."""
    source, cost = one.source, one.facts.price or Price(0, 0, 0)
    paid_by = source.code_id or source.account_id
    return (
        one.item.offering_id,
        one.item.quantity,
        one.facts.learner.id,
        paid_by,
        cost.unit,
        cost.gross,
        cost.discount,
    )


def cancellation_tiers(core: Core, one: Judged) -> list[Tier]:
    """The tiers that a cancellation of this item would follow."""
    country = one.offering.country or ""

    def is_holiday(day: date) -> bool:
        return day in core.host.holidays(country, day.year)

    return tiers(one.offering, one.source.cancellation, zone(one.source.zone), is_holiday)


class _Counting:
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


class _Running(_Counting):
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
