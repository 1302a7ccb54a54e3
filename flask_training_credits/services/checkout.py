"""Checkout: a quote promises a price and writes nothing, an order does everything or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from ..domain.amounts import from_hundredths
from ..domain.values import Item, Offering, Person
from ..errors import NotFound, RetryLater
from . import results
from .core import Core
from .credit_types import CreditTypes
from .explaining import explain, refused_order
from .idempotency import Claim
from .judged import Judged, cancellation_tiers, line_of
from .judging import Judge
from .ordering import Ordering
from .prices import general_price
from .redemptions import Orders
from .tokens import QuoteTokens
from .unit import TryAgain

_ROUNDS = 5


class Checkout:
    """Quotes and orders."""

    def __init__(
        self, core: Core, judge: Judge, tokens: QuoteTokens, ordering: Ordering, *, orders: Orders, types: CreditTypes
    ) -> None:
        self._core = core
        self._judge = judge
        self._tokens = tokens
        self._ordering = ordering
        self._orders = orders
        self._types = types

    def quote(self, person: Person, items: Sequence[Item], *, address: str | None = None) -> results.Quote:
        """What buying these items would cost and do, or why not. Writes nothing.

        `address` is where the request comes from, for the throttling of guesses. Raises `Invalid`, `NotFound` for
        an account that is not the person's, `HookFailed`, and refuses with `too_many_attempts`.
        """
        judged = self._judge.judge(person, items, token=None, address=address, is_full=True)
        ok = all(one.no is None for one in judged)
        return results.Quote(
            items=[self._item(one) for one in judged],
            total=from_hundredths(sum(one.price.amount for one in judged if one.no is None)),
            ok=ok,
            token=self._tokens.sign(person.id, [line_of(one) for one in judged], self._core.clock()) if ok else None,
        )

    def place(
        self,
        person: Person,
        items: Sequence[Item],
        *,
        key: str | Claim | None,
        token: str | None = None,
        within: Callable[[results.Order], None] | None = None,
        address: str | None = None,
    ) -> results.Order:
        """Buy all of these items, or none: debit, journal, enroll, in one transaction, once per `key`.

        Prices are those of `token` if one is given. `within(order)` runs last in the transaction. Locks the paying
        accounts in order of their ids. Commits.

        Raises like `quote`; `Refused` with the first refusal when an item cannot be bought (`items` names all, and
        nothing is written); `HookFailed`; `RetryLater`; `UncommittedWork` when the session holds changes.
        """

        def act(claim: Claim | None) -> results.Order:
            return self._place(person, items, claim, token=token, within=within, address=address)

        def reload(order_id: str) -> results.Order:
            return self._orders.get(order_id, viewer=person)

        asked = {"items": items}
        return self._core.once(key, person, "checkout.place", asked, act=act, reload=reload, act_looks_up=True)

    def _place(
        self,
        person: Person,
        items: Sequence[Item],
        claim: Claim | None,
        *,
        token: str | None,
        within: Callable[[results.Order], None] | None,
        address: str | None,
    ) -> results.Order:
        """Judge lightly and post under guards; where a guard fails, judge fully: refuse, or settle and post again."""
        for attempt in range(_ROUNDS):
            judged = self._judge.judge(person, items, token=token, address=address, claim=claim, is_full=attempt > 0)
            refused = [(index, one) for index, one in enumerate(judged) if one.no is not None]
            if refused and attempt:
                raise refused_order(
                    [(n, explain(one.facts, one.no, self._core.settings)) for n, one in refused if one.no]
                )
            if refused:
                continue
            try:
                return self._ordering.post(person, judged, claim, within, must_settle=attempt > 0)
            except TryAgain:
                if attempt == _ROUNDS - 1:
                    raise RetryLater from None
        raise RetryLater

    def offering(self, offering_id: str, *, person: Person | None) -> results.OfferingView:
        """An offering with its price in credits, and what each of the person's accounts says to it.

        Visitors see no accounts. Raises `NotFound`.
        """
        found = self._core.host.offerings([offering_id]).get(offering_id)
        if found is None:
            raise NotFound
        types = self._types.list() if found.price_credits is None and found.list_price is not None else ()
        return results.OfferingView(
            price_credits=general_price(found, types),
            list_price=None if found.credits_only else found.list_price,
            accounts=self._accounts(found, person) if person else [],
            **{name: getattr(found, name) for name in _SHOWN},
        )

    def _accounts(self, offering: Offering, person: Person) -> list[results.OfferingAccount]:
        items = [Item(offering.id, account_id=account_id) for account_id in sorted(self._core.people.roles(person))]
        judged = self._judge.judge(person, items, are_alternatives=True) if items else []
        return [
            results.OfferingAccount(
                account_id=one.source.account_id,
                name=one.source.account_name,
                price_credits=_credits(one.facts.price.amount if one.facts.price else None),
                available=_credits(one.balance_before),
                needs_approval=False,
                refusal=explain(one.facts, one.no, self._core.settings) if one.no else None,
            )
            for one in judged
        ]

    def _item(self, one: Judged) -> results.QuoteItem:
        source, offering, cost = one.facts.source, one.facts.offering, one.facts.price
        slices = one.facts.choice.slices if one.facts.choice and one.facts.sees and one.no is None else ()
        return results.QuoteItem(
            offering_id=one.item.offering_id,
            title=offering.title if offering else None,
            quantity=one.item.quantity,
            unit_price=_credits(cost.unit if cost else None),
            gross=_credits(cost.gross if cost else None),
            discount=_credits(cost.discount if cost else None),
            amount=_credits(cost.amount if cost else None),
            account_id=source.account_id if source else None,
            account_name=source.account_name if source else None,
            lots=[
                results.PayingLot(
                    lot_id=piece.lot.id, amount=from_hundredths(piece.amount), expires_at=piece.lot.expires_at
                )
                for piece in slices
            ],
            balance_after=_credits(one.balance_after) if one.no is None else None,
            needs_approval=False,
            cancellation=[
                results.CancellationTier(
                    until=tier.until, percent=tier.percent, refund=from_hundredths(tier.refund(one.price.amount))
                )
                for tier in (cancellation_tiers(self._core, one) if one.no is None else ())
                if tier.until > one.facts.now
            ],
            refusal=explain(one.facts, one.no, self._core.settings) if one.no else None,
        )


_SHOWN = (
    "id",
    "title",
    "kind",
    "delivery",
    "starts_at",
    "ends_at",
    "country",
    "open",
    "accepts_credits",
    "credits_only",
    "assisted",
    "voucher",
    "group",
    "repeatable",
    "seats_left",
    "url",
    "description",
)


def _credits(amount: int | None) -> Decimal | None:
    return None if amount is None else from_hundredths(amount)
