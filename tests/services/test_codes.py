"""Codes: their limits and funding, their texts and keys, and the throttling of guesses."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event

from flask_training_credits import Item, Refused, current_credits, testing
from flask_training_credits.errors import Forbidden, Invalid, NotFound
from flask_training_credits.testing import START, Clock, MemoryHooks, offering
from tests.support.host import InContext
from tests.support.shop import Shop, rows

FORGED = "TC-0000-0000-0000-0000-0000-0000"

KEYS = ["first key, which is long enough", "second key, which is long enough"]


def shop_of(app: Flask, hooks: MemoryHooks) -> Shop:
    """The shop of an app with settings of its own."""
    return Shop(InContext(app, app.extensions["training_credits"]), InContext(app, testing), hooks)


def refused_codes(shop: Shop, who: Any, code: Any, *offering_ids: str) -> list[str | None]:
    """What is said to each offering, as if it were the only one."""
    found = [shop.refusal(who, Item(offering_id, code=code.text)) for offering_id in offering_ids]
    return [refusal and refusal.code for refusal in found]


# Limits


def test_a_code_without_limits_spends_all_that_the_account_has(shop: Shop) -> None:
    """It has no value and nothing remaining to tell."""
    ada = shop.person()
    shop.sell("all", 100)
    code = shop.make.credit_code()

    assert (code.value, code.remaining, code.status, code.funding) == (None, None, "active", "shared")
    shop.buy(ada, Item("all", code=code.text))
    after = shop.code(code)
    assert (after.used, after.remaining, after.uses, after.status) == (100, None, 1, "active")


def test_a_value_is_a_limit_and_no_promise(shop: Shop) -> None:
    """Two codes of 100 on 100 credits: what one has used, the other has not."""
    ada = shop.person()
    shop.sell("a", 80)
    shop.sell("b", 30)
    one = shop.make.credit_code(value=Decimal(100))
    two = shop.make.credit_code(one.account_id, value=Decimal(100))

    shop.buy(ada, Item("a", code=one.text))

    assert refused_codes(shop, ada, one, "b") == ["code_value_too_low"]
    assert refused_codes(shop, ada, two, "b") == ["insufficient_credits"]
    assert shop.code(two).remaining == Decimal(100)


def test_offerings_kinds_and_deliveries_limit_what_a_code_buys(shop: Shop) -> None:
    """Each list that is given must name the offering."""
    ada = shop.person()
    shop.sell("a", 1, kind="course")
    shop.sell("b", 1, kind="exam")
    shop.sell("c", 1, kind="course", delivery="virtual")
    lot = shop.make.lot()

    def answers(**limits: Any) -> list[bool]:
        code = shop.make.credit_code(lot.account_id, **limits)
        return [refusal is None for refusal in refused_codes(shop, ada, code, "a", "b", "c")]

    assert answers() == [True, True, True]
    assert answers(offering_ids=["a", "c"]) == [True, False, True]
    assert answers(kinds=["course"]) == [True, False, True]
    assert answers(deliveries=["virtual"]) == [False, False, True]
    assert answers(offering_ids=["a", "c"], deliveries=["virtual"]) == [False, False, True]
    assert refused_codes(shop, ada, shop.make.credit_code(lot.account_id, kinds=["exam"]), "a") == [
        "not_for_this_offering"
    ]


def test_a_code_is_usable_from_its_start_until_just_before_its_end(shop: Shop, clock: Clock) -> None:
    """Half open, to the microsecond."""
    ada = shop.person()
    shop.sell()
    starts_at, expires_at = START + timedelta(hours=1), START + timedelta(hours=2)
    code = shop.make.credit_code(starts_at=starts_at, expires_at=expires_at)
    tick = timedelta(microseconds=1)

    told = []
    for now in (starts_at - tick, starts_at, expires_at - tick, expires_at):
        clock.set(now)
        told += refused_codes(shop, ada, code, "networking")
    assert told == ["code_not_started", None, None, "code_expired"]
    assert shop.code(code).status == "expired"


def test_a_code_expires_between_quote_and_order(shop: Shop, clock: Clock) -> None:
    """The order is refused although its quote was good, and nothing is written."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code(expires_at=START + timedelta(minutes=5))
    token = shop.quote(ada, Item("networking", code=code.text)).token
    clock.advance(minutes=5)

    with pytest.raises(Refused) as refused:
        shop.buy(ada, Item("networking", code=code.text), token=token)
    assert refused.value.code == "code_expired"
    assert shop.kinds(code.account_id) == ["issue"]


def test_limits_per_learner_count_each_learner_alone(shop: Shop) -> None:
    """Ada has had her one; Bob has not."""
    ada, bob = shop.person("ada"), shop.person("bob")
    shop.sell("a", 10)
    shop.sell("b", 10)
    code = shop.make.credit_code(per_learner=1)
    shop.buy(ada, Item("a", code=code.text))

    assert refused_codes(shop, ada, code, "b") == ["limit_reached"]
    assert refused_codes(shop, bob, code, "b") == [None]
    with pytest.raises(Refused) as refused:
        shop.buy(ada, Item("b", code=code.text))
    assert refused.value.code == "limit_reached"
    assert shop.available(code.account_id) == Decimal(90)


def test_max_redemptions_count_everybody(shop: Shop) -> None:
    """The third learner of a code for two is told that it is used up."""
    shop.sell()
    code = shop.make.credit_code(max_redemptions=2)
    for user_id in ("ada", "bob"):
        shop.buy(shop.person(user_id), Item("networking", code=code.text))

    assert refused_codes(shop, shop.person("eve"), code, "networking") == ["code_used_up"]
    assert (shop.code(code).uses, shop.code(code).status) == (2, "used_up")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("learners", "let_in"),
    [
        (["ada"], True),
        (["Ada"], False),
        (["ADA@example.com"], True),
        (["example.com"], True),
        (["@EXAMPLE.com"], True),
        (["ple.com"], False),
        (["sub.example.com"], False),
        (["bob", "bob@example.com", "example.org"], False),
    ],
)
def test_learners_are_user_ids_verified_addresses_and_mail_domains(
    shop: Shop,
    learners: list[str],
    let_in: bool,  # noqa: FBT001  # pytest passes parameters by name
) -> None:
    """Ids exactly, addresses and domains without case; a domain matches whole."""
    ada = shop.person("ada", email="ada@Example.com")
    shop.sell()
    code = shop.make.credit_code(learners=learners)

    assert refused_codes(shop, ada, code, "networking") == [None if let_in else "not_for_you"]


@pytest.mark.databases("sqlite")
def test_addresses_count_only_once_they_are_verified(shop: Shop) -> None:
    """Who would be let in is told to verify; who would not, is not told so; a user id needs no address."""
    shop.sell()
    by_domain = shop.make.credit_code(learners=["example.com"])
    by_id = shop.make.credit_code(learners=["eve"])

    eve = shop.person("eve", email_verified=False)
    assert shop.refusal(eve, Item("networking", code=by_domain.text)).remedy == {"action": "verify_email"}
    with pytest.raises(Refused) as refused:
        shop.buy(eve, Item("networking", code=by_domain.text))
    assert (refused.value.code, refused.value.status) == ("email_not_verified", 422)
    assert refused_codes(
        shop, shop.person("mal", email="mal@evil.example", email_verified=False), by_domain, "networking"
    ) == ["not_for_you"]
    assert refused_codes(shop, shop.person("nomail", email=None), by_domain, "networking") == ["not_for_you"]
    assert refused_codes(shop, eve, by_id, "networking") == [None]


@pytest.mark.databases("sqlite")
def test_an_accounts_mail_domains_are_the_default_of_its_codes(shop: Shop) -> None:
    """A code that names its learners does not ask for them."""
    shop.sell()
    account = shop.make.account(mail_domains=["acme.example"])
    shop.make.lot(account.id)
    usual, own = shop.make.credit_code(account.id), shop.make.credit_code(account.id, learners=["example.com"])
    ada, olga = shop.person("ada"), shop.person("olga", email="olga@acme.example")

    assert refused_codes(shop, ada, usual, "networking") == ["not_for_you"]
    assert refused_codes(shop, olga, usual, "networking") == [None]
    assert refused_codes(shop, ada, own, "networking") == [None]
    assert refused_codes(shop, olga, own, "networking") == ["not_for_you"]


# Reserved funding


def test_a_reserved_code_always_pays(shop: Shop) -> None:
    """Its value is held at issue; what others spend does not touch it; what it spends comes from what is held."""
    ada, bob = shop.person("ada"), shop.person("bob")
    shop.sell("big", 70)
    shop.sell("small", 20)
    lot = shop.make.lot(amount=100)
    shared = shop.make.credit_code(lot.account_id)
    reserved = shop.make.credit_code(lot.account_id, value=Decimal(30), funding="reserved")

    account = shop.credits.accounts.get(lot.account_id, viewer=None)
    assert (account.available, account.held) == (70, 30)
    shop.buy(bob, Item("big", code=shared.text))
    assert refused_codes(shop, ada, shared, "small") == ["insufficient_credits"]
    shop.buy(ada, Item("small", code=reserved.text))

    account = shop.credits.accounts.get(lot.account_id, viewer=None)
    assert (account.available, account.held) == (0, 10)
    assert shop.kinds(lot.account_id) == ["issue", "hold", "spend", "spend"]
    assert (shop.lot(lot.id).spent, shop.lot(lot.id).held) == (90, 10)
    assert shop.code(reserved).remaining == Decimal(10)


def test_a_batch_of_reserved_codes_is_one_hold(app: Flask, shop: Shop) -> None:
    """Three of 20 are one transaction of 60; four more of 20 do not fit and none is issued."""
    lot = shop.make.lot(amount=100)

    def issue(count: int) -> Any:
        return shop.credits.codes.issue(
            lot.account_id, count=count, value=Decimal(20), funding="reserved", actor="cli", key=uuid4().hex
        )

    issue(3)
    newest = shop.credits.accounts.transactions(lot.account_id, viewer=None).items[0]
    assert (newest.kind, newest.amount, newest.held_after) == ("hold", 60, 60)
    before = rows(app)
    with pytest.raises(Refused) as refused:
        issue(4)
    assert refused.value.code == "insufficient_credits"
    assert (refused.value.extra["available"], refused.value.extra["required"]) == ("40.00", "80.00")
    assert rows(app) == before


def test_a_reserved_code_ends_with_its_earliest_slice(shop: Shop) -> None:
    """Without an end it takes that one; a later end is invalid, at issue as when extended."""
    account = shop.make.account()
    shop.make.lot(account.id, amount=10, expires_on=date(2026, 6, 30))
    shop.make.lot(account.id, amount=90)
    slice_end = datetime(2026, 7, 1, tzinfo=UTC)

    code = shop.make.credit_code(account.id, value=Decimal(20), funding="reserved")
    assert code.expires_at == slice_end
    with pytest.raises(Invalid) as invalid:
        shop.change_code(code, expires_at=slice_end + timedelta(seconds=1))
    assert list(invalid.value.errors) == ["expires_at"]
    shop.change_code(code, expires_at=slice_end - timedelta(days=1))
    shop.change_code(code, expires_at=slice_end)
    assert shop.code(code).expires_at == slice_end

    shop.make.lot(account.id, amount=10, expires_on=date(2026, 6, 30))
    with pytest.raises(Invalid):
        shop.make.credit_code(
            account.id, value=Decimal(5), funding="reserved", expires_at=slice_end + timedelta(days=1)
        )
    assert len(shop.credits.codes.list(account.id, viewer=None).items) == 1


def test_what_an_expired_reserved_code_held_is_available_job_or_no_job(shop: Shop, clock: Clock) -> None:
    """At once for readers and for spenders; booked by the next writer or by `run-due`, once."""
    olga = shop.person("olga")
    shop.sell("all", 100)
    account = shop.make.account(owners=["olga"])
    shop.make.lot(account.id, amount=100)
    code = shop.make.credit_code(
        account.id, value=Decimal(60), funding="reserved", expires_at=START + timedelta(days=1)
    )
    clock.advance(days=1)

    seen = shop.credits.accounts.get(account.id, viewer=None)
    assert (seen.available, seen.held) == (100, 0)
    assert shop.kinds(account.id) == ["issue", "hold"]
    shop.buy(olga, Item("all", account_id=account.id))
    assert shop.kinds(account.id) == ["issue", "hold", "release", "spend"]
    assert shop.credits.jobs.run_due()["accounts_settled"] == 0
    assert shop.code(code).status == "expired"


def test_a_revoked_code_gives_back_what_it_held_and_stays_revoked(shop: Shop) -> None:
    """What it paid for stays; credits whose lot has ended come back as expired; the text gets the flat answer."""
    ada = shop.person()
    shop.sell()
    lot = shop.make.lot(amount=100)
    code = shop.make.credit_code(lot.account_id, value=Decimal(50), funding="reserved")
    order = shop.buy(ada, Item("networking", code=code.text))

    shop.credits.codes.revoke(lot.account_id, code.id, actor="cli")
    shop.credits.codes.revoke(lot.account_id, code.id, actor="cli")

    account = shop.credits.accounts.get(lot.account_id, viewer=None)
    assert (account.available, account.held) == (80, 0)
    assert shop.kinds(lot.account_id) == ["issue", "hold", "spend", "release"]
    assert shop.credits.redemptions.get(order.items[0].id, viewer=None).state == "completed"
    assert refused_codes(shop, ada, code, "networking") == ["code_not_usable"]
    with pytest.raises(Invalid):
        shop.change_code(code, expires_at=START + timedelta(days=30))


def test_a_reserved_code_needs_a_value_that_stays(shop: Shop) -> None:
    """Without one it is invalid; a reserved value does not change."""
    lot = shop.make.lot()
    with pytest.raises(Invalid) as invalid:
        shop.make.credit_code(lot.account_id, funding="reserved")
    assert list(invalid.value.errors) == ["value"]

    code = shop.make.credit_code(lot.account_id, value=Decimal(5), funding="reserved")
    with pytest.raises(Invalid):
        shop.change_code(code, value=Decimal(6))
    assert shop.code(code).value == Decimal(5)


# Changes


def test_an_expired_code_is_extended(shop: Shop, clock: Clock) -> None:
    """It works again until its new end."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code(expires_at=START + timedelta(days=1))
    clock.advance(days=2)
    assert refused_codes(shop, ada, code, "networking") == ["code_expired"]

    shop.change_code(code, expires_at=START + timedelta(days=3))

    assert refused_codes(shop, ada, code, "networking") == [None]


def test_a_value_never_falls_below_what_is_used(shop: Shop) -> None:
    """20 are used: 20 is accepted and makes it used up, 19.99 is invalid."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code(value=Decimal(50))
    shop.buy(ada, Item("networking", code=code.text))

    with pytest.raises(Invalid) as invalid:
        shop.change_code(code, value=Decimal("19.99"))
    assert list(invalid.value.errors) == ["value"]
    shop.change_code(code, value=Decimal(20))
    assert (shop.code(code).value, shop.code(code).status) == (20, "used_up")


def test_a_change_between_quote_and_order_is_noticed(shop: Shop) -> None:
    """Limits that the owner tightened after the quote hold for the order."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    token = shop.quote(ada, Item("networking", code=code.text)).token
    shop.change_code(code, kinds=["exam"])

    with pytest.raises(Refused) as refused:
        shop.buy(ada, Item("networking", code=code.text), token=token)
    assert refused.value.code == "not_for_this_offering"


@pytest.mark.databases("sqlite")
def test_only_owners_issue_see_and_change_codes(app: Flask, shop: Shop) -> None:
    """A stranger finds nothing; the owner of another account neither."""
    olga, eve = shop.person("olga"), shop.person("eve")
    account, other = shop.make.account(owners=["olga"]), shop.make.account(owners=["eve"])
    shop.make.lot(account.id)
    code = shop.credits.codes.issue(account.id, actor=olga, key="k")[0]
    before = rows(app)

    for account_id in (account.id, other.id):
        with pytest.raises(NotFound):
            shop.credits.codes.get(account_id, code.id, viewer=eve)
        with pytest.raises(NotFound):
            shop.credits.codes.revoke(account_id, code.id, actor=eve)
        with pytest.raises(NotFound):
            shop.credits.codes.update(account_id, code.id, {"label": "mine"}, actor=eve)
    for call in (
        lambda: shop.credits.codes.list(account.id, viewer=eve),
        lambda: shop.credits.codes.issue(account.id, actor=eve, key="k"),
        lambda: list(shop.credits.codes.iter(account.id, viewer=eve)),
    ):
        with pytest.raises((NotFound, Forbidden)):
            call()
    assert rows(app) == before
    assert shop.credits.codes.get(account.id, code.id, viewer=olga).text == code.text


# Texts and keys


def test_a_text_is_looked_up_again_and_lists_show_its_end_only(shop: Shop) -> None:
    """`get` and the CSV tell it to owners; lists never do."""
    code = shop.make.credit_code()

    listed = shop.credits.codes.list(code.account_id, viewer=None).items[0]
    assert (listed.text, listed.last_four) == (None, code.text[-4:])
    assert shop.code(code).text == code.text
    assert [one.text for one in shop.credits.codes.iter(code.account_id, viewer=None)] == [code.text]


@pytest.mark.databases("sqlite")
def test_spelling_does_not_matter(shop: Shop) -> None:
    """Case, spaces, dashes; I and L read as 1, O as 0. Everything else that is not the text is refused."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    text = code.text

    for spelled in (
        text.lower(),
        text.replace("-", ""),
        text.replace("-", " "),
        f"  {text}\n",
        text[:3] + text[3:].replace("1", "I").replace("0", "O"),
        text[:3] + text[3:].replace("1", "l").replace("0", "o"),
    ):
        assert shop.credits.codes.is_credit_code(spelled), spelled
        assert refused_codes(shop, ada, type("Code", (), {"text": spelled}), "networking") == [None]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text + "0",
        lambda text: "PK" + text[2:],
        lambda text: text[2:],
        lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"),
        lambda text: text[:4] + ("0" if text[4] != "0" else "1") + text[5:],
        lambda text: text[:-1] + "U",
        lambda text: "ТС" + text[2:],
        lambda text: text.translate({ord(str(n)): chr(0x0660 + n) for n in range(10)}) + "٠",
        lambda text: FORGED,
        lambda text: "TC-" * 200,
    ],
    ids=[
        "cut", "longer", "passkey", "no prefix", "last letter", "first letter", "no such letter", "look-alikes",
        "other digits", "zeros", "very long",
    ],
)  # fmt: skip
def test_any_other_text_gets_the_flat_answer_without_a_query(app: Flask, shop: Shop, spoil: Any) -> None:
    """`is_credit_code` says no; quote, check and keep are refused alike; no statement asks for the code."""
    ada = shop.person()
    shop.sell()
    text = spoil(shop.make.credit_code().text)
    statements: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    with app.app_context():
        engine = current_credits.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert not shop.credits.codes.is_credit_code(text)
        refusals = [shop.refusal(ada, Item("networking", code=text))]
        for call in (
            lambda: shop.credits.codes.check(text, person=ada),
            lambda: shop.credits.codes.apply(text, "networking", person=ada),
            lambda: shop.credits.codes.keep(text, person=ada),
            lambda: shop.buy(ada, Item("networking", code=text)),
        ):
            with pytest.raises(Refused) as refused:
                call()
            refusals.append(refused.value)
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert {(refusal.code, refusal.message, refusal.contact) for refusal in refusals} == {
        (
            "code_not_usable",
            "This code does not work. Check that it is complete and written as you were given it.",
            None,
        )
    }
    assert [statement for statement in statements if "training_credits_codes" in statement] == []


@pytest.mark.databases("sqlite")
def test_a_code_is_no_passkey(app: Flask, shop: Shop) -> None:
    """Its text pays as a code only; as a passkey it gets the flat answer, and so does an invented passkey."""
    ada = shop.person()
    shop.sell()
    text = shop.make.credit_code().text
    before = rows(app)

    for passkey in (text, "PK" + text[2:], "PK-0000-0000-0000-0000-0000-0000"):
        assert shop.refusal(ada, Item("networking", passkey=passkey)).code == "code_not_usable"
        with pytest.raises(Refused) as refused:
            shop.buy(ada, Item("networking", passkey=passkey))
        assert refused.value.code == "code_not_usable"
    assert rows(app) == before


def test_keys_are_rotated_and_removed(make_app: Any, hooks: MemoryHooks) -> None:
    """A new key signs new codes; old ones work and can be looked up until their key goes, then neither."""
    first = shop_of(make_app(TRAINING_CREDITS_SIGNING_KEYS=KEYS[:1]), hooks)
    ada = first.person()
    first.sell("a", 1)
    first.sell("b", 1)
    old = first.make.credit_code()

    both = shop_of(make_app(TRAINING_CREDITS_SIGNING_KEYS=KEYS), hooks)
    new = both.make.credit_code(old.account_id)
    assert refused_codes(both, ada, old, "a") == refused_codes(both, ada, new, "a") == [None]
    assert both.code(old).text == old.text
    assert both.buy(ada, Item("a", code=old.text)).status == "completed"

    second = shop_of(make_app(TRAINING_CREDITS_SIGNING_KEYS=KEYS[1:]), hooks)
    assert refused_codes(second, ada, new, "b") == [None]
    assert refused_codes(second, ada, old, "b") == ["code_not_usable"]
    assert not second.credits.codes.is_credit_code(old.text)
    assert (second.code(old).text, second.code(old).status) == (None, "key_removed")
    assert (second.code(new).text, second.code(new).status) == (new.text, "active")
    assert refused_codes(first, ada, new, "b") == ["code_not_usable"]


@pytest.mark.databases("sqlite")
def test_another_sites_code_does_not_work(make_app: Any, hooks: MemoryHooks) -> None:
    """Even with the same number, a text signed with another key is no code here."""
    here = shop_of(make_app(TRAINING_CREDITS_SIGNING_KEYS=KEYS[:1]), hooks)
    there = shop_of(make_app(TRAINING_CREDITS_SIGNING_KEYS=KEYS[1:]), hooks)
    ada = here.person()
    here.sell()
    code = here.make.credit_code()

    with pytest.raises(Refused) as refused:
        there.credits.codes.check(code.text, person=ada)
    assert refused.value.code == "code_not_usable"


@pytest.mark.slow
def test_ten_thousand_codes_are_issued_in_one_call(app: Flask, shop: Shop, record_property: Any) -> None:
    """All different, all authentic; one more is invalid. How long it took is noted in the report, not asserted."""
    lot = shop.make.lot(amount=10_000)

    started = time.perf_counter()
    codes = shop.credits.codes.issue(
        lot.account_id, count=10_000, value=Decimal(1), funding="reserved", actor="cli", key="k"
    )
    record_property("seconds", round(time.perf_counter() - started, 2))

    assert len({code.text for code in codes}) == 10_000
    assert all(shop.credits.codes.is_credit_code(code.text) for code in codes[::1000])
    account = shop.credits.accounts.get(lot.account_id, viewer=None)
    assert (account.available, account.held) == (0, 10_000)
    assert shop.kinds(lot.account_id) == ["issue", "hold"]
    assert len(list(shop.credits.codes.iter(lot.account_id, viewer=None))) == 10_000
    with pytest.raises(Invalid):
        shop.credits.codes.issue(lot.account_id, count=10_001, actor="cli", key="k2")


@pytest.mark.databases("sqlite")
def test_the_same_key_issues_once(shop: Shop) -> None:
    """And tells the same texts again."""
    lot = shop.make.lot()

    first = shop.credits.codes.issue(lot.account_id, count=3, actor="cli", key="k")
    again = shop.credits.codes.issue(lot.account_id, count=3, actor="cli", key="k")

    assert [code.text for code in again] == [code.text for code in first]
    assert len(shop.credits.codes.list(lot.account_id, viewer=None).items) == 3


# Kept for later, and the shared box


def test_a_learner_keeps_a_code(shop: Shop) -> None:
    """Once, without its text; it goes when dropped or revoked; others do not see it."""
    ada, bob = shop.person("ada"), shop.person("bob")
    code = shop.make.credit_code(value=Decimal(50), label="Team")

    kept = shop.credits.codes.keep(code.text, person=ada)
    assert shop.credits.codes.keep(code.text, person=ada) == kept
    assert (kept.last_four, kept.label, kept.remaining) == (code.last_four, "Team", Decimal(50))
    assert shop.credits.codes.kept(ada) == [kept]
    assert shop.credits.codes.kept(bob) == []
    with pytest.raises(NotFound):
        shop.credits.codes.drop(kept.id, person=bob)
    shop.credits.codes.drop(kept.id, person=ada)
    assert shop.credits.codes.kept(ada) == []
    shop.credits.codes.keep(code.text, person=ada)
    shop.credits.codes.revoke(code.account_id, code.id, actor="cli")
    assert shop.credits.codes.kept(ada) == []


def test_a_check_tells_what_is_left_and_what_it_buys(shop: Shop) -> None:
    """Without naming the account, its balance or its people; who may not use it is told so precisely."""
    ada, bob = shop.person("ada"), shop.person("bob")
    shop.sell()
    code = shop.make.credit_code(value=Decimal(50), label="Team", kinds=["course"], learners=["ada"])
    shop.buy(ada, Item("networking", code=code.text))

    checked = shop.credits.codes.check(code.text, person=ada)

    assert (checked.remaining, checked.label, checked.expires_at) == (30, "Team", None)
    assert (checked.applies_to.kinds, checked.applies_to.offering_ids) == (["course"], None)
    with pytest.raises(Refused) as refused:
        shop.credits.codes.check(code.text, person=bob)
    assert refused.value.code == "not_for_you"


# Throttling


def guess(shop: Shop, who: Any, times: int, address: str | None = None, text: str = FORGED) -> list[str]:
    """What each of several checks of a text is told."""
    told = []
    for _ in range(times):
        try:
            shop.credits.codes.check(text, person=who, address=address)
            told.append("ok")
        except Refused as refused:
            told.append(refused.code)
    return told


@pytest.mark.databases("sqlite")
def test_ten_flat_answers_are_enough(shop: Shop) -> None:
    """Then even an authentic code is not looked at, on any route; others are not affected."""
    ada, bob = shop.person("ada"), shop.person("bob")
    shop.sell()
    code = shop.make.credit_code()

    assert guess(shop, ada, 11) == ["code_not_usable"] * 10 + ["too_many_attempts"]
    for call in (
        lambda: shop.credits.codes.check(code.text, person=ada),
        lambda: shop.quote(ada, Item("networking", code=code.text)),
        lambda: shop.buy(ada, Item("networking", code=code.text)),
        lambda: shop.credits.codes.keep(code.text, person=ada),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert (refused.value.code, refused.value.status) == ("too_many_attempts", 429)
        assert 0 < refused.value.remedy["seconds"] <= 601
    assert guess(shop, bob, 1, text=code.text) == ["ok"]
    assert shop.kinds(code.account_id) == ["issue"]


@pytest.mark.databases("sqlite")
def test_only_flat_answers_count_and_success_resets_nothing(shop: Shop, clock: Clock) -> None:
    """Nine guesses, any number of good or precisely refused checks, then one more guess is the last."""
    ada = shop.person()
    good = shop.make.credit_code()
    others = shop.make.credit_code(learners=["bob"])

    assert guess(shop, ada, 9) == ["code_not_usable"] * 9
    assert guess(shop, ada, 20, text=good.text) == ["ok"] * 20
    assert guess(shop, ada, 20, text=others.text) == ["not_for_you"] * 20
    assert guess(shop, ada, 2) == ["code_not_usable", "too_many_attempts"]


@pytest.mark.databases("sqlite")
def test_an_address_has_ten_times_as_many(shop: Shop) -> None:
    """A hundred guesses by ten people from one address lock that address, for everybody, and no other."""
    good = shop.make.credit_code()
    for number in range(10):
        assert guess(shop, shop.person(f"user-{number}"), 10, "10.0.0.1") == ["code_not_usable"] * 10
    fresh = shop.person("fresh")

    assert guess(shop, fresh, 1, "10.0.0.1", good.text) == ["too_many_attempts"]
    assert guess(shop, fresh, 1, "10.0.0.2", good.text) == ["ok"]


@pytest.mark.databases("sqlite")
def test_every_unknown_code_of_a_cart_counts(shop: Shop) -> None:
    """A quote of ten different forgeries is ten guesses."""
    ada = shop.person()
    shop.sell()
    forged = [f"TC-0000-0000-0000-0000-0000-000{number}" for number in range(10)]

    quote = shop.quote(ada, *(Item("networking", code=text) for text in forged))

    assert {item.refusal.code for item in quote.items} == {"code_not_usable"}
    assert guess(shop, ada, 1) == ["too_many_attempts"]


@pytest.mark.databases("sqlite")
def test_the_rate_is_a_setting(make_app: Any, hooks: MemoryHooks) -> None:
    """`CODE_ATTEMPTS="2 per minute"`."""
    shop = shop_of(make_app(TRAINING_CREDITS_CODE_ATTEMPTS="2 per minute"), hooks)

    assert guess(shop, shop.person(), 3) == ["code_not_usable", "code_not_usable", "too_many_attempts"]


@pytest.mark.databases("sqlite")
def test_guesses_are_counted_together_in_redis(make_app: Any, redis_url: str) -> None:
    """Two processes with their own memory share the count."""
    settings = {"TRAINING_CREDITS_RATE_LIMIT_STORAGE": redis_url}
    hooks = testing.memory_hooks()
    one, two = (shop_of(make_app(hooks=hooks, **settings), hooks) for _ in range(2))
    ada = one.person(f"ada-{uuid4().hex}")

    assert guess(one, ada, 6) == ["code_not_usable"] * 6
    assert guess(two, ada, 5) == ["code_not_usable"] * 4 + ["too_many_attempts"]
    assert guess(one, ada, 1) == ["too_many_attempts"]


@pytest.mark.databases("sqlite")
def test_an_account_alone_needs_no_code_and_is_not_throttled(shop: Shop) -> None:
    """Who guessed too often still pays from an account they own."""
    olga = shop.person("olga")
    hooks = shop.hooks
    hooks.catalog.add(offering())
    account = shop.make.account(owners=["olga"])
    shop.make.lot(account.id)
    guess(shop, olga, 11)

    assert shop.buy(olga, Item("networking", account_id=account.id)).status == "completed"
