"""Judging the items of a checkout: what each costs, which lots pay, or the first reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ..domain.pricing import Price, price
from ..domain.refusals import Facts, Source, refuse, refuse_before_host
from ..domain.values import Item, Offering, Person, check_id, former_user
from ..errors import Invalid
from .core import Core
from .idempotency import Claim
from .judged import Judged, line_of
from .people import SPENDS
from .sources import Key, Sources, key_of
from .tally import Counting, Running
from .tokens import QuoteTokens

MAX_ITEMS = 200
MAX_QUANTITY = 10_000


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
        running = Running(self._core, judged, now) if is_full else Counting()
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
