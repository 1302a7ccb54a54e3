"""Quotes and orders: several items, codes and accounts; what they cost; all or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from flask_training_credits import Item, Money, Order, Refused, UncommittedWork
from flask_training_credits.errors import HookFailed, IdempotencyMismatch, Invalid
from flask_training_credits.testing import Clock, MemoryAccess
from tests.support.host import db
from tests.support.shop import Shop, rows


def codes_of(refused: Refused) -> list[tuple[int, str]]:
    """Which items were refused, and why."""
    return [(item["index"], item["code"]) for item in refused.items or ()]


# Several items at once


def test_one_order_over_several_codes_and_accounts(shop: Shop, access: MemoryAccess) -> None:
    """Each item is paid by its own source; one order, one redemption an item, in the order of the cart."""
    olga = shop.person("olga")
    for offering_id in ("a", "b", "c"):
        shop.sell(offering_id, 20)
    one, two = shop.make.credit_code(), shop.make.credit_code()
    own = shop.make.account(owners=["olga"])
    shop.make.lot(own.id, amount=50)

    order = shop.buy(olga, Item("c", account_id=own.id), Item("a", code=one.text), Item("b", code=two.text))

    assert (order.status, order.total) == ("completed", Decimal(60))
    assert [(item.offering_id, item.account_id) for item in order.items] == [
        ("c", own.id),
        ("a", one.account_id),
        ("b", two.account_id),
    ]
    assert [shop.available(account) for account in (own.id, one.account_id, two.account_id)] == [30, 80, 80]
    assert [grant.offering.id for grant in access.granted] == ["c", "a", "b"]
    assert {grant.order_id for grant in access.granted} == {order.id}
    assert len({grant.reference for grant in access.granted}) == 3


def test_one_refused_item_stops_the_whole_order(app: Flask, shop: Shop, access: MemoryAccess) -> None:
    """The first refusal is the problem, all are named by their place in the cart, and nothing is written."""
    ada = shop.person()
    shop.sell("a", 20)
    shop.sell("b", 90)
    shop.sell("c", 20, open=False)
    one, two = shop.make.credit_code(), shop.make.credit_code(value=Decimal(50))
    before = rows(app)

    with pytest.raises(Refused) as refused:
        shop.buy(ada, Item("a", code=one.text), Item("b", code=two.text), Item("c", code=one.text))

    assert refused.value.code == "code_value_too_low"
    assert codes_of(refused.value) == [(1, "code_value_too_low"), (2, "offering_closed")]
    assert rows(app) == before
    assert access.granted == []
    assert (shop.code(one).used, shop.code(two).used) == (0, 0)


def test_items_use_up_a_codes_value_in_order(shop: Shop) -> None:
    """Of 30 the first takes 20; the second needs 20 and finds 10; a third that needs 10 still fits."""
    ada = shop.person()
    for offering_id, price in (("a", 20), ("b", 20), ("c", 10)):
        shop.sell(offering_id, price)
    code = shop.make.credit_code(value=Decimal(30))

    quote = shop.quote(ada, *(Item(offering_id, code=code.text) for offering_id in "abc"))

    assert [item.refusal and item.refusal.code for item in quote.items] == [None, "code_value_too_low", None]
    assert quote.items[1].refusal.details == {"remaining": "10.00", "required": "20.00"}
    assert [item.balance_after for item in quote.items] == [Decimal(10), None, Decimal(0)]
    assert (quote.ok, quote.total) == (False, Decimal(30))
    order = shop.buy(ada, Item("a", code=code.text), Item("c", code=code.text))
    assert order.total == Decimal(30)
    assert (shop.code(code).remaining, shop.code(code).uses, shop.code(code).status) == (0, 2, "used_up")


def test_items_use_up_lots_in_order(shop: Shop) -> None:
    """Two codes on one account, and the account itself, draw on the same credits."""
    olga = shop.person("olga")
    for offering_id in ("a", "b", "c"):
        shop.sell(offering_id, 40)
    account = shop.make.account(owners=["olga"])
    shop.make.lot(account.id, amount=100)
    one, two = shop.make.credit_code(account.id), shop.make.credit_code(account.id)
    items = (Item("a", code=one.text), Item("b", code=two.text), Item("c", account_id=account.id))

    quote = shop.quote(olga, *items)
    assert [item.balance_after for item in quote.items] == [60, 20, None]
    assert quote.items[2].refusal.details == {"available": "20.00", "required": "40.00"}
    with pytest.raises(Refused) as refused:
        shop.buy(olga, *items)
    assert codes_of(refused.value) == [(2, "insufficient_credits")]
    assert shop.kinds(account.id) == ["issue"]
    shop.buy(olga, *items[:2])
    assert shop.available(account.id) == Decimal(20)


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [({"max_redemptions": 1}, "code_used_up"), ({"per_learner": 1}, "limit_reached")],
)
def test_items_use_up_a_codes_redemptions_in_order(shop: Shop, limits: dict[str, int], refusal: str) -> None:
    """A code for one use pays the first item and refuses the second."""
    ada = shop.person()
    shop.sell("a", 20)
    shop.sell("b", 20)
    code = shop.make.credit_code(**limits)

    with pytest.raises(Refused) as refused:
        shop.buy(ada, Item("a", code=code.text), Item("b", code=code.text))

    assert codes_of(refused.value) == [(1, refusal)]
    assert shop.kinds(code.account_id) == ["issue"]
    assert shop.buy(ada, Item("a", code=code.text)).total == Decimal(20)


def test_items_use_up_seats_in_order(shop: Shop) -> None:
    """Three seats: two and one fit, two and two do not."""
    ada = shop.person()
    shop.sell("workshop", 10, group=True, repeatable=True, seats_left=3)
    code = shop.make.credit_code()

    with pytest.raises(Refused) as refused:
        shop.buy(ada, Item("workshop", 2, code=code.text), Item("workshop", 2, code=code.text))
    assert codes_of(refused.value) == [(1, "sold_out")]
    order = shop.buy(ada, Item("workshop", 2, code=code.text), Item("workshop", 1, code=code.text))
    assert order.total == Decimal(30)


def test_the_same_offering_twice_in_a_cart(shop: Shop) -> None:
    """The second is `already_enrolled`; there is no redemption to name yet."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()

    with pytest.raises(Refused) as refused:
        shop.buy(ada, Item("networking", code=code.text), Item("networking", code=code.text))

    assert codes_of(refused.value) == [(1, "already_enrolled")]
    assert refused.value.extra["redemption_id"] is None
    assert shop.available(code.account_id) == Decimal(100)


def test_an_order_of_a_hundred_items(shop: Shop) -> None:
    """Is one order, with a transaction and a redemption an item."""
    ada = shop.person()
    code = shop.make.credit_code()
    items = []
    for number in range(100):
        shop.sell(f"course-{number}", 1)
        items.append(Item(f"course-{number}", code=code.text))

    order = shop.buy(ada, *items)

    assert (len(order.items), order.total) == (100, Decimal(100))
    assert [item.offering_id for item in order.items] == [item.offering_id for item in items]
    assert shop.available(code.account_id) == Decimal(0)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("item", "field"),
    [
        (Item("networking"), "code"),
        (Item("networking", code="TC-X", account_id="acc_x"), "code"),
        (Item("networking", 0, code="TC-X"), "quantity"),
        (Item("networking", -1, code="TC-X"), "quantity"),
        (Item("networking", 10_001, code="TC-X"), "quantity"),
        (Item("", code="TC-X"), "offering_id"),
        (Item("x" * 300, code="TC-X"), "offering_id"),
        (Item("net\x00working", code="TC-X"), "offering_id"),
        (Item("a/b", code="TC-X"), "offering_id"),
    ],
)
def test_what_cannot_be_an_item_is_invalid(app: Flask, shop: Shop, item: Item, field: str) -> None:
    """The field is named, and nothing is written."""
    ada = shop.person()
    shop.sell()
    before = rows(app)

    with pytest.raises(Invalid) as invalid:
        shop.buy(ada, item)

    assert list(invalid.value.errors) == [f"items.0.{field}"]
    assert rows(app) == before


@pytest.mark.databases("sqlite")
def test_an_order_has_items(shop: Shop) -> None:
    """None are invalid, and so are more than 200."""
    ada = shop.person()
    shop.sell()

    for items in ([], [Item("networking", code="TC-X")] * 201):
        with pytest.raises(Invalid) as invalid:
            shop.buy(ada, *items)
        assert list(invalid.value.errors) == ["items"]


# What a quote says


def test_a_quote_says_everything_and_writes_nothing(app: Flask, shop: Shop) -> None:
    """Unit, gross, discount and amount; which lots pay; what is left; when a cancellation returns what."""
    olga = shop.person("olga")
    kind = shop.make.credit_type(cancellation=[{"tiers": [{"days": 14, "percent": 100}, {"days": 7, "percent": 50}]}])
    account = shop.make.account(credit_type=kind.key, owners=["olga"], benefits=[{"percent": 10}])
    later = shop.make.lot(account.id, amount=100, expires_on=date(2026, 12, 31))
    sooner = shop.make.lot(account.id, amount=10, expires_on=date(2026, 9, 30))
    start = datetime(2026, 6, 1, 9, tzinfo=UTC)
    shop.sell("class", 50, delivery="virtual", starts_at=start, group=True)
    before = rows(app)

    quote = shop.quote(olga, Item("class", 2, account_id=account.id))

    item = quote.items[0]
    assert (item.unit_price, item.gross, item.discount, item.amount) == (50, 100, 10, 90)
    assert [(lot.lot_id, lot.amount) for lot in item.lots] == [(sooner.id, 10), (later.id, 80)]
    assert item.balance_after == Decimal(20)
    assert (item.needs_approval, item.refusal) == (False, None)
    assert [(tier.until, tier.percent, tier.refund) for tier in item.cancellation] == [
        (datetime(2026, 5, 18, 9, tzinfo=UTC), 100, Decimal(90)),
        (datetime(2026, 5, 25, 9, tzinfo=UTC), 50, Decimal(45)),
    ]
    assert (quote.ok, quote.total) == (True, Decimal(90))
    assert rows(app) == before


def test_a_stranger_sees_what_is_left_on_the_code_and_nothing_of_the_account(shop: Shop) -> None:
    """No lots and no balance; through a code with a value what remains on it, without one nothing."""
    ada = shop.person()
    shop.sell()
    lot = shop.make.lot(amount=100)
    valued, open_ended = shop.make.credit_code(lot.account_id, value=Decimal(50)), shop.make.credit_code(lot.account_id)

    with_value = shop.quote(ada, Item("networking", code=valued.text)).items[0]
    without = shop.quote(ada, Item("networking", code=open_ended.text)).items[0]

    assert (with_value.balance_after, with_value.lots) == (Decimal(30), [])
    assert (without.balance_after, without.lots) == (None, [])
    order = shop.buy(ada, Item("networking", code=valued.text))
    assert order.items[0].lots == []


def test_credits_are_used_in_an_order_that_wastes_least(shop: Shop) -> None:
    """Earliest expiry first, lots without an end last; at the same end promotional ones first, then the oldest."""
    olga = shop.person("olga")
    kind = shop.make.credit_type(validity_months=None)
    account = shop.make.account(credit_type=kind.key, owners=["olga"])
    shop.sell("everything", 60)

    def lot(**fields: Any) -> str:
        lot_id: str = shop.make.lot(account.id, amount=10, **fields).id
        return lot_id

    endless = lot()
    late = lot(expires_on=date(2026, 12, 31))
    late_too = lot(expires_on=date(2026, 12, 31))
    late_promotional = lot(expires_on=date(2026, 12, 31), promotional=True)
    early = lot(expires_on=date(2026, 6, 30))
    lot(starts_on=date(2026, 4, 1), expires_on=date(2026, 5, 1))
    endless_promotional = lot(promotional=True)

    order = shop.buy(olga, Item("everything", account_id=account.id))

    assert [paid.lot_id for paid in order.items[0].lots] == [
        early,
        late_promotional,
        late,
        late_too,
        endless_promotional,
        endless,
    ]


# The quote's token


def test_a_token_fixes_the_price_for_15_minutes(shop: Shop, clock: Clock) -> None:
    """The price went up in between: with the token it is the old one, without it the new one."""
    ada, bob = shop.person(), shop.person("bob")
    networking = shop.sell()
    code = shop.make.credit_code()
    item = Item("networking", code=code.text)
    token = shop.quote(ada, item).token
    shop.hooks.catalog.add(replace(networking, price_credits=Decimal(30)))
    clock.advance(minutes=14, seconds=59)

    assert shop.buy(ada, item, token=token).total == Decimal(20)
    assert shop.buy(bob, item).total == Decimal(30)
    assert shop.available(code.account_id) == Decimal(50)


def test_a_token_expires(app: Flask, shop: Shop, clock: Clock) -> None:
    """At fifteen minutes sharp: 409 `quote_expired`, and nothing is written."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    token = shop.quote(ada, Item("networking", code=code.text)).token
    clock.advance(minutes=15)
    before = rows(app)

    with pytest.raises(Refused) as refused:
        shop.buy(ada, Item("networking", code=code.text), token=token)

    assert (refused.value.code, refused.value.status, refused.value.remedy) == (
        "quote_expired",
        409,
        {"action": "quote"},
    )
    assert rows(app) == before


def test_the_minutes_of_a_quote_are_a_setting(make_app: Any, hooks: Any) -> None:
    """`QUOTE_MINUTES=1`."""
    from flask_training_credits import testing
    from tests.support.host import InContext

    app = make_app(TRAINING_CREDITS_QUOTE_MINUTES=1)
    shop = Shop(InContext(app, app.extensions["training_credits"]), InContext(app, testing), hooks)
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    token = shop.quote(ada, Item("networking", code=code.text)).token
    hooks.clock.advance(minutes=1)

    with pytest.raises(Refused, match="no longer fixed"):
        shop.buy(ada, Item("networking", code=code.text), token=token)


def test_a_token_is_good_for_what_was_quoted_and_for_nothing_else(app: Flask, shop: Shop) -> None:
    """Another person, item, quantity, source, order or number of items: 409 `price_changed`, nothing written."""
    ada, bob = shop.person(), shop.person("bob")
    shop.sell("a", 20, group=True)
    shop.sell("b", 20)
    one = shop.make.credit_code()
    two = shop.make.credit_code(one.account_id)
    first, second = Item("a", code=one.text), Item("b", code=one.text)
    token = shop.quote(ada, first, second).token
    before = rows(app)

    for who, items in (
        (bob, (first, second)),
        (ada, (first,)),
        (ada, (second, first)),
        (ada, (first, second, Item("c", code=one.text))),
        (ada, (replace(first, quantity=2), second)),
        (ada, (replace(first, code=two.text), second)),
    ):
        with pytest.raises(Refused) as refused:
            shop.buy(who, *items, token=token)
        assert (refused.value.code, refused.value.status) == ("price_changed", 409)
    assert rows(app) == before
    assert shop.buy(ada, first, second, token=token).total == Decimal(40)


@pytest.mark.databases("sqlite")
def test_a_forged_token_is_invalid(app: Flask, shop: Shop) -> None:
    """A letter changed, a part cut off, another site's key, or no token at all."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    item = Item("networking", code=code.text)
    token = shop.quote(ada, item).token
    before = rows(app)

    changed = token[:5] + ("A" if token[5] != "A" else "B") + token[6:]
    for forged in (changed, token[:-6], "x", "a.b", "", token.replace(".", "")):
        with pytest.raises(Invalid) as invalid:
            shop.buy(ada, item, token=forged)
        assert list(invalid.value.errors) == ["token"]
    assert rows(app) == before


@pytest.mark.databases("sqlite")
def test_a_token_never_holds_the_code(shop: Shop) -> None:
    """Neither its text nor a part that could be typed."""
    import base64
    import zlib

    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    token = shop.quote(ada, Item("networking", code=code.text)).token

    payload = token.split(".")[1] if token.startswith(".") else token.split(".")[0]
    raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    plain = (zlib.decompress(raw) if token.startswith(".") else raw).decode()
    assert code.id in plain
    letters = code.text.replace("-", "")
    assert letters not in plain
    assert letters[-12:] not in plain
    assert code.text[3:12] not in plain


def test_a_token_promises_a_price_and_no_effect(shop: Shop) -> None:
    """What was spent in the meantime is gone."""
    ada, bob = shop.person(), shop.person("bob")
    shop.sell("a", 80)
    code = shop.make.credit_code()
    token = shop.quote(ada, Item("a", code=code.text)).token
    shop.buy(bob, Item("a", code=code.text))

    with pytest.raises(Refused) as refused:
        shop.buy(ada, Item("a", code=code.text), token=token)
    assert refused.value.code == "insufficient_credits"


# Prices


@pytest.mark.parametrize(
    ("benefits", "discount"),
    [
        ([], "0.00"),
        ([{"percent": 10}, {"percent": 15}, {"kinds": ["course"], "percent": 5}], "1.49"),
        ([{"kinds": ["course"], "percent": 20}, {"percent": 10}], "1.99"),
        ([{"kinds": ["exam"], "percent": 100}, {"deliveries": ["virtual"], "percent": 100}], "0.00"),
    ],
)
def test_only_the_largest_matching_benefit_counts(shop: Shop, benefits: list[Any], discount: str) -> None:
    """And the discount is rounded down to the hundredth: benefits never add up."""
    ada = shop.person()
    shop.sell("course", Decimal("9.99"))
    account = shop.make.account(benefits=benefits)
    shop.make.lot(account.id, amount=100)
    code = shop.make.credit_code(account.id)

    item = shop.quote(ada, Item("course", code=code.text)).items[0]

    assert (item.gross, item.discount) == (Decimal("9.99"), Decimal(discount))
    assert item.amount == Decimal("9.99") - Decimal(discount)
    assert shop.buy(ada, Item("course", code=code.text)).total == item.amount


def test_a_price_derived_from_money_is_rounded_up(shop: Shop) -> None:
    """100 USD at 250 USD a credit are 0.40; 100.01 are 0.41. An own price in credits wins over both."""
    ada = shop.person()
    shop.sell("even", None, list_price=Money(10000, "USD"))
    shop.sell("odd", None, list_price=Money(10001, "USD"))
    shop.sell("own", 3, list_price=Money(10001, "USD"))
    code = shop.make.credit_code()

    quote = shop.quote(ada, *(Item(offering_id, code=code.text) for offering_id in ("even", "odd", "own")))

    assert [item.unit_price for item in quote.items] == [Decimal("0.40"), Decimal("0.41"), Decimal("3.00")]


def test_what_costs_nothing_writes_no_entries(shop: Shop, access: MemoryAccess) -> None:
    """No lot and no credits are needed, the learner is let in, the code counts the use; the account must be open."""
    ada, bob = shop.person(), shop.person("bob")
    shop.sell("free", 0)
    account = shop.make.account()
    code = shop.make.credit_code(account.id, value=Decimal(5), max_redemptions=2)

    order = shop.buy(ada, Item("free", code=code.text))

    assert (order.status, order.total, order.items[0].amount) == ("completed", 0, 0)
    assert shop.kinds(account.id) == []
    assert [grant.user_id for grant in access.granted] == ["ada"]
    assert (shop.code(code).uses, shop.code(code).used) == (1, 0)

    shop.credits.accounts.freeze(account.id, "audit", actor="cli")
    with pytest.raises(Refused) as refused:
        shop.buy(bob, Item("free", code=code.text))
    assert refused.value.code == "account_frozen"
    assert len(access.granted) == 1


def test_a_benefit_of_100_percent_makes_it_free(shop: Shop) -> None:
    """Gross and discount are still told."""
    ada = shop.person()
    shop.sell("class", 50, delivery="virtual")
    account = shop.make.account(benefits=[{"deliveries": ["virtual"], "percent": 100}])
    code = shop.make.credit_code(account.id)

    item = shop.quote(ada, Item("class", code=code.text)).items[0]
    order = shop.buy(ada, Item("class", code=code.text))

    assert (item.gross, item.discount, item.amount) == (50, 50, 0)
    assert (order.total, shop.kinds(account.id)) == (0, [])


# How many, and how often


def test_a_quantity_is_for_vouchers_and_groups_only(app: Flask, shop: Shop) -> None:
    """Two seats of a workshop are one redemption of twice the price; two of a course are invalid."""
    ada = shop.person()
    shop.sell("workshop", 20, group=True)
    shop.sell("voucher", 5, voucher=True)
    shop.sell("course", 20)
    code = shop.make.credit_code()

    order = shop.buy(ada, Item("workshop", 2, code=code.text), Item("voucher", 3, code=code.text))
    assert [(item.quantity, item.unit_price, item.amount) for item in order.items] == [(2, 20, 40), (3, 5, 15)]
    before = rows(app)
    with pytest.raises(Invalid) as invalid:
        shop.buy(ada, Item("workshop", 1, code=code.text), Item("course", 2, code=code.text))
    assert list(invalid.value.errors) == ["items.1.quantity"]
    assert rows(app) == before


def test_repeatable_offerings_and_vouchers_may_be_bought_again(shop: Shop) -> None:
    """Everything else only when the first redemption is over."""
    ada = shop.person()
    shop.sell("plan", 10, repeatable=True)
    shop.sell("voucher", 10, voucher=True)
    shop.sell("workshop", 10, group=True)
    code = shop.make.credit_code()

    for offering_id in ("plan", "plan", "voucher", "voucher", "workshop"):
        assert shop.buy(ada, Item(offering_id, code=code.text)).status == "completed"
    assert shop.refusal(ada, Item("workshop", code=code.text)).code == "already_enrolled"
    assert shop.available(code.account_id) == Decimal(50)


# For somebody else


def test_an_owner_buys_for_a_learner_who_is_then_the_one_checked(shop: Shop, access: MemoryAccess) -> None:
    """The host is asked about the learner; the redemption is theirs, the order is the owner's."""
    olga, ada = shop.person("olga"), shop.person("ada")
    shop.sell("a")
    shop.sell("b")
    account = shop.make.account(owners=["olga"])
    shop.make.lot(account.id)
    code = shop.make.credit_code(account.id)

    order = shop.buy(
        olga, Item("a", account_id=account.id, learner="ada"), Item("b", code=code.text, learner="ada@example.com")
    )

    assert [item.user_id for item in order.items] == ["ada", "ada"]
    assert [(grant.user_id, grant.learner) for grant in access.granted] == [("ada", ada), ("ada", ada)]
    assert shop.credits.orders.list(viewer=olga).items[0].id == order.id
    assert shop.credits.orders.list(viewer=ada).items == []
    assert shop.credits.orders.get(order.id, viewer=ada).id == order.id
    assert len(shop.credits.redemptions.list(viewer=ada).items) == 2
    assert shop.refusal(olga, Item("a", account_id=account.id)) is None
    again = shop.refusal(olga, Item("a", account_id=account.id, learner="ada"))
    assert (again.code, again.details) == ("already_enrolled", {"redemption_id": order.items[0].id})


def test_strangers_buy_for_themselves_only(shop: Shop, access: MemoryAccess) -> None:
    """A code in hand does not allow to enroll somebody else; an address nobody has verified is nobody."""
    ada, olga = shop.person("ada"), shop.person("olga")
    shop.person("bob")
    shop.person("eve", email_verified=False)
    shop.sell()
    account = shop.make.account(owners=["olga"])
    shop.make.lot(account.id)
    code = shop.make.credit_code(account.id)

    for who, learner in ((ada, "bob"), (olga, "eve@example.com"), (olga, "nobody@example.com")):
        with pytest.raises(Refused) as refused:
            shop.buy(who, Item("networking", code=code.text, learner=learner))
        assert refused.value.code == "not_for_you"
    assert access.granted == []
    assert shop.buy(ada, Item("networking", code=code.text, learner="ada")).total == Decimal(20)


def test_the_hosts_veto_is_about_the_learner(shop: Shop) -> None:
    """`Access.check` and `has_access` are asked about the learner, not about who pays."""
    shop.person("ada")
    olga = shop.person("olga")
    shop.sell()
    account = shop.make.account(owners=["olga"])
    shop.make.lot(account.id)
    shop.hooks.access.entered.add(("ada", "networking"))

    assert shop.refusal(olga, Item("networking", account_id=account.id)) is None
    refusal = shop.refusal(olga, Item("networking", account_id=account.id, learner="ada"))
    assert (refusal.code, refusal.details) == ("already_enrolled", {"redemption_id": None})


# In the host's own transaction, once


def test_within_runs_last_in_the_same_transaction(app: Flask, shop: Shop, access: MemoryAccess) -> None:
    """It sees the order and what the grant wrote; what it writes is committed with the credits."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    seen: list[Order] = []

    def within(order: Order) -> None:
        assert len(access.granted) == 1
        seen.append(order)

    order = shop.buy(ada, Item("networking", code=code.text), within=within)

    assert seen == [order]


def test_within_that_fails_undoes_everything(app: Flask, shop: Shop) -> None:
    """Its own error reaches the caller; credits, code and redemption are as before."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    before = rows(app)

    class CartIsGone(Exception):
        pass

    def within(order: Order) -> None:
        raise CartIsGone

    with pytest.raises(CartIsGone):
        shop.buy(ada, Item("networking", code=code.text), within=within, key="k")
    assert rows(app) == before
    assert shop.buy(ada, Item("networking", code=code.text), key="k").status == "completed"


def test_within_cannot_end_the_transaction(app: Flask, shop: Shop) -> None:
    """A commit inside is stopped before it reaches the database."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    before = rows(app)

    with pytest.raises(HookFailed):
        shop.buy(ada, Item("networking", code=code.text), within=lambda order: db.session.commit())
    assert rows(app) == before


def test_the_same_key_places_one_order(shop: Shop, access: MemoryAccess) -> None:
    """Asked again it is the same order as it stands now; for other items the key is refused."""
    ada = shop.person()
    shop.sell("a")
    shop.sell("b")
    code = shop.make.credit_code()
    first = shop.buy(ada, Item("a", code=code.text), key="k")

    assert shop.buy(ada, Item("a", code=code.text), key="k") == first
    with pytest.raises(IdempotencyMismatch):
        shop.buy(ada, Item("b", code=code.text), key="k")
    assert shop.available(code.account_id) == Decimal(80)
    assert len(access.granted) == 1


def test_work_that_is_not_committed_is_not_lost(app: Flask, shop: Shop) -> None:
    """An order inside a host's open transaction raises `UncommittedWork` rather than roll it back."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    state = app.extensions["training_credits"]

    with app.app_context():
        db.session.execute(text("UPDATE training_credits_codes SET label = 'mine'"))
        with pytest.raises(UncommittedWork):
            state.checkout.place(ada, [Item("networking", code=code.text)], key="k")
        assert db.session.execute(text("SELECT label FROM training_credits_codes")).scalar_one() == "mine"
        db.session.rollback()
    assert shop.available(code.account_id) == Decimal(100)


def test_a_key_is_free_again_after_its_35_days(shop: Shop, clock: Clock) -> None:
    """Whether or not a job has deleted the old answer."""
    ada = shop.person()
    shop.sell("lab", repeatable=True)
    code = shop.make.credit_code()
    first = shop.buy(ada, Item("lab", code=code.text), key="k")
    assert shop.buy(ada, Item("lab", code=code.text), key="k").id == first.id

    clock.advance(days=36)
    assert shop.buy(ada, Item("lab", code=code.text), key="k").id != first.id
    assert shop.available(code.account_id) == Decimal("60.00")


def test_a_price_beyond_what_credits_can_be_is_not_known(shop: Shop) -> None:
    """Refused before it reaches a database."""
    ada = shop.person()
    shop.sell("workshop", Decimal(10**13), group=True)
    code = shop.make.credit_code()

    refusal = shop.refusal(ada, Item("workshop", quantity=10_000, code=code.text))

    assert refusal.code == "price_unknown"
    assert shop.kinds(code.account_id) == ["issue"]
