"""Every refusal of a checkout: what it tells, that nothing happens, and that the first one in order is told."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from flask_training_credits import Item, Money, Refusal, Refused
from flask_training_credits.errors import Forbidden, NotFound
from flask_training_credits.testing import MemoryAccess
from tests.support.shop import SPOILERS, Shop, World

REMEDIES = {
    "code_not_usable": "check_code",
    "code_not_started": "wait",
    "code_expired": "ask_for_code",
    "code_used_up": "ask_for_code",
    "not_for_you": "ask_contact",
    "offering_not_found": "choose_another",
    "offering_closed": "choose_another",
    "assisted_only": "open_case",
    "credits_not_accepted": "pay_otherwise",
    "price_unknown": "ask_support",
    "not_for_this_offering": "choose_another",
    "wrong_country": "choose_another",
    "already_enrolled": "open",
    "sold_out": "choose_another",
    "prerequisite_missing": "ask_support",
    "account_frozen": "ask_contact",
    "limit_reached": "ask_for_code",
    "code_value_too_low": "ask_for_code",
    "credits_expire_too_soon": "choose_another",
    "insufficient_credits": "ask_contact",
}
STATUSES = {"not_for_you": 403, "already_enrolled": 409, "sold_out": 409, "account_frozen": 409}

ORDER = list(SPOILERS)

NEVER_TOGETHER = {
    ("code_not_started", "code_expired"),
    # "Too soon" says that the item is payable but for the deadline rule.
    ("credits_expire_too_soon", "insufficient_credits"),
}


def test_the_world_is_payable_before_it_is_spoiled(shop: Shop, world: World, access: MemoryAccess) -> None:
    """Ada pays 20 of 100 credits with the code and is let in."""
    assert shop.refusal(world.ada, world.item) is None

    order = shop.buy(world.ada, world.item)

    assert (order.status, order.total) == ("completed", Decimal(20))
    assert shop.available(world.account.id) == Decimal(80)
    assert [(grant.user_id, grant.offering.id) for grant in access.granted] == [("ada", world.offering.id)]


@pytest.mark.parametrize("code", ORDER)
def test_a_refusal_says_why_and_whom_to_ask_and_nothing_happens(
    code: str, shop: Shop, world: World, access: MemoryAccess
) -> None:
    """The quote and the order name the same code; no credit moves, nobody is let in, the code is not used."""
    world.spoil(code)
    kinds, granted, used = shop.kinds(world.account.id), len(access.granted), shop.code(world.code).used

    quote = shop.quote(world.ada, world.item)
    with pytest.raises(Refused) as refused:
        shop.buy(world.ada, world.item)

    refusal = quote.items[0].refusal
    assert (quote.ok, quote.token, quote.total) == (False, None, Decimal(0))
    assert (refusal.code, refusal.remedy["action"]) == (code, REMEDIES[code])
    assert refusal.message.endswith(".")
    assert "%(" not in refusal.message
    assert refusal.contact == (None if code == "code_not_usable" else "Olga, olga@example.com")
    assert (refused.value.code, refused.value.status) == (code, STATUSES.get(code, 422))
    assert (refused.value.message, refused.value.contact) == (refusal.message, refusal.contact)
    assert refused.value.remedy == refusal.remedy
    assert refused.value.items == [{"index": 0, "code": code, "message": refusal.message}]
    assert shop.kinds(world.account.id) == kinds
    assert len(access.granted) == granted
    assert shop.code(world.code).used == used
    assert shop.credits.redemptions.find("ada", world.offering.id) is None


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("first", ORDER[:-1])
def test_of_two_refusals_the_first_in_order_is_told(first: str, shop: Shop) -> None:
    """Against every later one, in the quote as in the order."""
    for second in ORDER[ORDER.index(first) + 1 :]:
        if (first, second) in NEVER_TOGETHER:
            continue
        world = World(shop, learner=f"ada-{second}")
        world.spoil(first, second)

        refusal = shop.refusal(world.ada, world.item)
        with pytest.raises(Refused) as refused:
            shop.buy(world.ada, world.item)

        assert (refusal.code, refused.value.code) == (first, first), second


@pytest.mark.databases("sqlite")
def test_an_address_that_is_not_verified_stands_where_not_for_you_does(shop: Shop, world: World) -> None:
    """After what is wrong with the code, before what is wrong with the offering."""
    world.change(open=False)
    world.change_code(learners=["example.com"])
    ada = shop.person("ada", email_verified=False)

    assert shop.refusal(ada, world.item).code == "email_not_verified"
    world.spoil("code_used_up")
    assert shop.refusal(ada, world.item).code == "code_used_up"


@pytest.mark.databases("sqlite")
def test_credits_that_do_not_suffice_anyway_do_not_expire_too_soon(shop: Shop, world: World) -> None:
    """Too soon is told only of what would be payable but for the deadline rule."""
    world.spoil("credits_expire_too_soon", "insufficient_credits")

    assert shop.refusal(world.ada, world.item).code == "insufficient_credits"


def test_a_code_worth_too_little_tells_what_is_left_and_what_is_needed(shop: Shop, world: World) -> None:
    """In the numbers of the problem and in its sentence."""
    world.change_code(value=Decimal("19.50"))

    with pytest.raises(Refused) as refused:
        shop.buy(world.ada, world.item)

    assert refused.value.code == "code_value_too_low"
    assert (refused.value.extra["remaining"], refused.value.extra["required"]) == ("19.50", "20.00")
    assert refused.value.message == "This costs 20 credits, but only 19.50 are left on the code."


def test_what_an_account_has_is_told_to_its_people_only(shop: Shop, world: World) -> None:
    """A stranger with a code learns what is needed; an owner also what eligible lots hold."""
    world.change(price_credits=Decimal(150))
    olga = shop.person("olga")
    own = shop.make.account(credit_type=world.account.credit_type, country="DE", owners=["olga"])
    shop.make.lot(own.id, amount=100)

    with pytest.raises(Refused) as to_ada:
        shop.buy(world.ada, world.item)
    with pytest.raises(Refused) as to_olga:
        shop.buy(olga, Item(world.offering.id, account_id=own.id))

    assert (to_ada.value.code, to_olga.value.code) == ("insufficient_credits", "insufficient_credits")
    assert "available" not in to_ada.value.extra
    assert to_ada.value.extra["required"] == "150.00"
    assert (to_olga.value.extra["available"], to_olga.value.extra["required"]) == ("100.00", "150.00")
    assert "100" not in to_ada.value.message


def test_available_counts_eligible_lots_only(shop: Shop) -> None:
    """Not those of another country, those that have not started, nor those that expire too soon."""
    olga = shop.person("olga")
    kind = shop.make.credit_type(deadline="attended", home_country_for=[{"deliveries": ["in_person"]}])
    account = shop.make.account(credit_type=kind.key, owners=["olga"])
    day = datetime(2026, 5, 4, 7, tzinfo=UTC)
    shop.sell("class", 50, delivery="in_person", country="DE", starts_at=day)
    shop.make.lot(account.id, amount=1, country="DE")
    shop.make.lot(account.id, amount=2, country="FR")
    shop.make.lot(account.id, amount=4, country="DE", starts_on=datetime(2026, 4, 1, tzinfo=UTC).date())
    shop.make.lot(account.id, amount=8, country="DE", expires_on=datetime(2026, 5, 3, tzinfo=UTC).date())
    shop.make.lot(account.id, amount=16)

    refusal = shop.refusal(olga, Item("class", account_id=account.id))

    assert (refusal.code, refusal.details) == ("insufficient_credits", {"available": "1.00", "required": "50.00"})


def test_an_earlier_purchase_is_named(shop: Shop, world: World) -> None:
    """`already_enrolled` carries the redemption's id; null when only the host says so."""
    order = shop.buy(world.ada, world.item)
    with pytest.raises(Refused) as refused:
        shop.buy(world.ada, world.item)
    assert refused.value.code == "already_enrolled"
    assert refused.value.extra["redemption_id"] == order.items[0].id

    other = World(shop)
    other.spoil("already_enrolled")
    with pytest.raises(Refused) as refused:
        shop.buy(other.ada, other.item)
    assert refused.value.code == "already_enrolled"
    assert refused.value.extra["redemption_id"] is None


@pytest.mark.databases("sqlite")
def test_an_expired_or_unstarted_code_names_its_moment(shop: Shop) -> None:
    """As an instant for machines, in words for people."""
    world = World(shop)
    world.spoil("code_not_started")
    refusal = shop.refusal(world.ada, world.item)
    assert refusal.details == {"starts_at": "2026-03-16T12:00:00Z"}
    assert refusal.message == "This code can be used from 2026-03-16 12:00 UTC."

    world = World(shop)
    world.spoil("code_expired")
    refusal = shop.refusal(world.ada, world.item)
    assert refusal.details == {"expires_at": "2026-03-15T12:01:00Z"}
    assert refusal.message == "This code expired on 2026-03-15 12:01 UTC."


def test_a_price_without_a_value_in_its_currency_is_unknown_and_never_free(shop: Shop) -> None:
    """A list price in euros means nothing to a type that has a value in dollars only."""
    ada = shop.person()
    code = shop.make.credit_code()
    shop.sell("course", None, list_price=Money(25000, "EUR"))

    assert shop.refusal(ada, Item("course", code=code.text)).code == "price_unknown"


def test_the_hosts_own_refusal_is_told_in_its_words(shop: Shop, world: World, access: MemoryAccess) -> None:
    """Code, sentence and remedy are the host's; a code of ours keeps its status, and its sentence if there is none."""
    access.vetoes[world.offering.id] = Refusal(
        "prerequisite_missing", "Take the basics first.", {"action": "enroll", "offering_id": "basics"}
    )
    with pytest.raises(Refused) as refused:
        shop.buy(world.ada, world.item)
    assert (refused.value.status, refused.value.message) == (422, "Take the basics first.")
    assert refused.value.remedy == {"action": "enroll", "offering_id": "basics"}

    access.vetoes[world.offering.id] = Refusal("sold_out")
    with pytest.raises(Refused) as refused:
        shop.buy(world.ada, world.item)
    assert (refused.value.status, refused.value.message) == (409, "No seats are left.")

    access.vetoes[world.offering.id] = Refusal("tuesday")
    with pytest.raises(Refused) as refused:
        shop.buy(world.ada, world.item)
    assert (refused.value.status, refused.value.message) == (422, "This is not possible right now.")


def test_an_account_that_is_not_yours_is_not_there(shop: Shop, world: World) -> None:
    """Whether it exists or not, the answer is the same."""
    for account_id in (world.account.id, "acc_nothing"):
        with pytest.raises(NotFound):
            shop.quote(world.ada, Item(world.offering.id, account_id=account_id))
        with pytest.raises(NotFound):
            shop.buy(world.ada, Item(world.offering.id, account_id=account_id))


def test_inactive_and_unknown_people_cannot_buy_or_be_bought_for(shop: Shop, world: World) -> None:
    """403 `not_for_you`, for the buyer as for the learner."""
    left = shop.person("left", is_active=False)
    assert shop.refusal(left, world.item).code == "not_for_you"

    own = shop.make.account(credit_type=world.account.credit_type, country="DE", owners=["ada"])
    shop.make.lot(own.id, amount=100)
    for learner in ("left", "nobody"):
        with pytest.raises(Refused) as refused:
            shop.buy(world.ada, Item(world.offering.id, account_id=own.id, learner=learner))
        assert (refused.value.code, refused.value.status) == ("not_for_you", 403)
    assert shop.available(own.id) == Decimal(100)


def test_codes_are_not_issued_on_a_frozen_account(shop: Shop, world: World) -> None:
    """409 `account_frozen`, and there is no new code."""
    shop.credits.accounts.freeze(world.account.id, "audit", actor="cli")

    with pytest.raises(Refused) as refused:
        shop.make.credit_code(world.account.id)

    assert (refused.value.code, refused.value.status) == ("account_frozen", 409)
    assert [code.id for code in shop.credits.codes.list(world.account.id, viewer=None).items] == [world.code.id]


def test_a_role_that_does_not_suffice_is_another_error_than_none(shop: Shop, world: World) -> None:
    """Owners issue codes; without any role the account is not there; staff are told that they are not staff."""
    stranger = shop.person("eve")

    with pytest.raises(NotFound):
        shop.credits.codes.issue(world.account.id, actor=stranger, key="k")
    with pytest.raises(Forbidden):
        shop.credits.accounts.freeze(world.account.id, "why not", actor=stranger)
    assert shop.credits.accounts.get(world.account.id, viewer=None).status == "open"
