"""Who sees and does what: visibility with and without a role, staff, invitations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from flask_training_credits import Item, Refused, testing
from flask_training_credits.errors import Forbidden, Invalid, NotFound
from flask_training_credits.testing import MemoryHooks
from tests.support.host import InContext
from tests.support.shop import Shop, rows


@pytest.fixture
def app(make_app: Any) -> Flask:
    """A host with one admin."""
    made: Flask = make_app(TRAINING_CREDITS_STAFF=("root",))
    return made


def test_an_account_is_there_for_its_people_and_for_staff_only(shop: Shop) -> None:
    """Everybody else gets the same answer as for an account that does not exist."""
    olga, eve, root = shop.person("olga"), shop.person("eve"), shop.person("root")
    account = shop.make.account(owners=["olga"])
    shop.make.lot(account.id)

    for read in (shop.credits.accounts.get, shop.credits.lots.list, shop.credits.accounts.transactions):
        with pytest.raises(NotFound) as foreign:
            read(account.id, viewer=eve)
        with pytest.raises(NotFound) as missing:
            read("acc_nothing", viewer=eve)
        assert foreign.value.message == missing.value.message
        assert read(account.id, viewer=olga)
        assert read(account.id, viewer=root)
    assert shop.credits.accounts.list(viewer=eve).items == []
    assert [one.id for one in shop.credits.accounts.list(viewer=olga).items] == [account.id]
    assert [shop.credits.accounts.role(who, account.id) for who in (olga, eve, root)] == ["owner", None, "owner"]


def test_only_staff_search_all_accounts_and_make_credits(app: Flask, shop: Shop) -> None:
    """An owner is forbidden to; nothing is written."""
    olga, root = shop.person("olga"), shop.person("root")
    account = shop.make.account(owners=["olga"])
    today = shop.hooks.clock().date()
    before = rows(app)

    for call in (
        lambda: shop.credits.accounts.search(viewer=olga),
        lambda: shop.credits.accounts.create(name="Mine", credit_type=account.credit_type, actor=olga),
        lambda: shop.credits.accounts.update(account.id, {"name": "Mine"}, actor=olga),
        lambda: shop.credits.accounts.freeze(account.id, "why not", actor=olga),
        lambda: shop.credits.lots.issue(account.id, amount=Decimal(100), ordered_on=today, actor=olga, key="k"),
        lambda: shop.credits.credit_types.create({"key": "mine", "name": "Mine"}, actor=olga),
    ):
        with pytest.raises(Forbidden):
            call()
    assert rows(app) == before
    assert [one.id for one in shop.credits.accounts.search(viewer=root).items] == [account.id]
    lot = shop.credits.lots.issue(account.id, amount=Decimal(100), ordered_on=today, actor=root, key="k")
    assert shop.credits.accounts.transactions(account.id, viewer=olga).items[0].actor == "root"
    assert lot.amount == Decimal(100)


def test_redemptions_are_there_for_their_learner_their_buyer_and_the_account(shop: Shop) -> None:
    """Lots that paid are for those who see the account; strangers find nothing."""
    olga, ada, eve = shop.person("olga"), shop.person("ada"), shop.person("eve")
    shop.sell()
    account = shop.make.account(owners=["olga"])
    lot = shop.make.lot(account.id)
    code = shop.make.credit_code(account.id)
    order = shop.buy(ada, Item("networking", code=code.text))
    redemption = order.items[0]

    assert shop.credits.redemptions.get(redemption.id, viewer=ada).lots == []
    seen = shop.credits.redemptions.get(redemption.id, viewer=olga)
    assert [(paid.lot_id, paid.amount) for paid in seen.lots] == [(lot.id, Decimal(20))]
    for read in (
        lambda: shop.credits.redemptions.get(redemption.id, viewer=eve),
        lambda: shop.credits.orders.get(order.id, viewer=eve),
        lambda: shop.credits.redemptions.get("red_nothing", viewer=eve),
    ):
        with pytest.raises(NotFound):
            read()
    assert shop.credits.redemptions.list(viewer=eve).items == []
    assert shop.credits.redemptions.list(viewer=olga).items == []


def test_the_details_page_names_the_viewers_own_accounts_only(shop: Shop) -> None:
    """Price, balance and refusal by account; visitors and strangers see none."""
    olga, eve = shop.person("olga"), shop.person("eve")
    shop.sell()
    rich = shop.make.account(name="Rich", owners=["olga"])
    shop.make.account(name="Poor", owners=["olga"])
    shop.make.lot(rich.id)
    shop.make.lot()

    view = shop.credits.checkout.offering("networking", person=olga)

    told = {one.name: (one.price_credits, one.available, one.refusal and one.refusal.code) for one in view.accounts}
    assert told == {"Rich": (20, 100, None), "Poor": (20, 0, "insufficient_credits")}
    assert shop.credits.checkout.offering("networking", person=eve).accounts == []
    assert shop.credits.checkout.offering("networking", person=None).accounts == []
    with pytest.raises(NotFound):
        shop.credits.checkout.offering("nothing", person=olga)


# Invitations


def test_an_address_nobody_has_verified_becomes_an_invitation(shop: Shop) -> None:
    """Whoever verifies it is the owner, without another step; an address that is not verified claims nothing."""
    account = shop.make.account(owners=["Olga@Acme.example"])
    shop.make.lot(account.id)
    assert shop.credits.accounts.get(account.id, viewer=None).owners == ["olga@acme.example"]

    olga = shop.person("olga", email="OLGA@acme.example", email_verified=False)
    with pytest.raises(NotFound):
        shop.credits.accounts.get(account.id, viewer=olga)
    assert shop.credits.accounts.list(viewer=olga).items == []
    with pytest.raises(NotFound):
        shop.credits.codes.issue(account.id, actor=olga, key="k")

    olga = shop.person("olga", email="OLGA@acme.example", email_verified=True)
    assert shop.credits.accounts.get(account.id, viewer=olga).role == "owner"
    assert len(shop.credits.codes.issue(account.id, actor=olga, key="k")) == 1
    shop.sell()
    assert shop.buy(olga, Item("networking", account_id=account.id)).status == "completed"


def test_an_owner_named_by_a_verified_address_is_bound_to_the_person(shop: Shop) -> None:
    """Who takes the address over later does not take the account over."""
    olga = shop.person("olga", email="olga@acme.example")
    account = shop.make.account(owners=["olga@acme.example"])
    assert shop.credits.accounts.get(account.id, viewer=None).owners == ["olga"]

    moved = shop.person("olga", email="olga@home.example")
    heir = shop.person("heir", email="olga@acme.example")

    assert olga.id == moved.id
    assert shop.credits.accounts.get(account.id, viewer=moved).role == "owner"
    with pytest.raises(NotFound):
        shop.credits.accounts.get(account.id, viewer=heir)


def test_an_owner_named_twice_is_one_member(shop: Shop) -> None:
    """By id and by address."""
    shop.person("olga", email="olga@acme.example")

    account = shop.make.account(owners=["olga", "olga@acme.example", "new@acme.example", "NEW@acme.example"])

    assert account.owners == ["olga", "new@acme.example"]


@pytest.mark.databases("sqlite")
def test_owners_must_be_somebody(app: Flask, shop: Shop) -> None:
    """An unknown or inactive user id is invalid, and there is no account."""
    shop.person("left", is_active=False)
    kind = shop.make.credit_type()
    before = rows(app)

    for owner in ("nobody", "left"):
        with pytest.raises(Invalid) as invalid:
            shop.make.account(credit_type=kind.key, owners=[owner])
        assert list(invalid.value.errors) == ["owners"]
    assert rows(app) == before


# Staff and switching off


def test_staff_may_be_named_by_a_verified_address(make_app: Any, hooks: MemoryHooks) -> None:
    """An address in `STAFF` counts for whoever has verified it only."""
    app = make_app(TRAINING_CREDITS_STAFF=("boss@example.com",))
    shop = Shop(InContext(app, app.extensions["training_credits"]), InContext(app, testing), hooks)

    verified = shop.person("boss")
    assert shop.credits.accounts.search(viewer=verified).items == []
    unverified = shop.person("boss", email_verified=False)
    with pytest.raises(Forbidden):
        shop.credits.accounts.search(viewer=unverified)


def test_staff_buy_for_a_learner_with_a_code(shop: Shop) -> None:
    """Staff pass every role check: they may name a learner, as owners may."""
    root, ada = shop.person("root"), shop.person("ada")
    shop.sell()
    code = shop.make.credit_code()

    order = shop.buy(root, Item("networking", code=code.text, learner="ada"))

    assert (order.items[0].user_id, order.status) == (ada.id, "completed")


def test_a_stranger_cannot_buy_for_a_learner(shop: Shop) -> None:
    """403 `not_for_you`."""
    eve = shop.person("eve")
    shop.person("ada")
    shop.sell()
    code = shop.make.credit_code()

    with pytest.raises(Refused) as refused:
        shop.buy(eve, Item("networking", code=code.text, learner="ada"))
    assert (refused.value.code, refused.value.status) == ("not_for_you", 403)
