"""What each movement writes: lines, balances, counters, events; and what a refused one does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from flask_training_credits import Item, Refused
from flask_training_credits.errors import HookFailed, Invalid, NotFound
from flask_training_credits.services.ordering import Ordering
from flask_training_credits.testing import offering, person
from tests.support.books import balances, every_row, journal, lines

ADA = person(id="ada")


@pytest.fixture(autouse=True)
def courses(catalog: Any, users: Any) -> None:
    """Courses for 20, for 90 and for nothing, and Ada to take them."""
    users.add(ADA)
    catalog.add(offering())
    catalog.add(offering(id="mastery", price_credits=Decimal(90)))
    catalog.add(offering(id="welcome", price_credits=Decimal(0)))
    catalog.add(offering(id="plan", price_credits=Decimal("12.50"), repeatable=True))


def buy(credits: Any, *offering_ids: str, key: str = "k", **source: str) -> Any:  # as hosts call it
    """Ada's order."""
    return credits.checkout.place(ADA, [Item(id_, **source) for id_ in offering_ids], key=key)


def test_a_whole_life_in_the_journal(credits: Any, make: Any, clock: Any) -> None:
    """Issue, hold, spend from held and from available, release, expire: each with its lines and balances after."""
    lot = make.lot(amount=100)
    reserved = make.credit_code(lot.account_id, value=Decimal(30), funding="reserved")
    shared = make.credit_code(lot.account_id)
    buy(credits, "networking", code=reserved.text, key="1")
    buy(credits, "plan", code=shared.text, key="2")
    credits.codes.revoke(lot.account_id, reserved.id, actor="cli")
    clock.set(lot.expires_at)
    credits.jobs.run_due()

    assert journal(credits, lot.account_id) == [
        ("issue", 100, 100, 0),
        ("hold", 30, 70, 30),
        ("spend", 20, 70, 10),
        ("spend", Decimal("12.50"), Decimal("57.50"), 10),
        ("release", 10, Decimal("67.50"), 0),
        ("expire", Decimal("67.50"), 0, 0),
    ]
    assert [lines(credits, lot.account_id, version) for version in range(1, 7)] == [
        [(lot.id, "source", -100), (lot.id, "available", 100)],
        [(lot.id, "available", -30), (lot.id, "held", 30)],
        [(lot.id, "held", -20), (lot.id, "spent", 20)],
        [(lot.id, "available", Decimal("-12.50")), (lot.id, "spent", Decimal("12.50"))],
        [(lot.id, "held", -10), (lot.id, "available", 10)],
        [(lot.id, "available", Decimal("-67.50")), (lot.id, "expired", Decimal("67.50"))],
    ]
    after = credits.lots.get(lot.id)
    assert (after.amount, after.available, after.held, after.spent, after.expired) == (
        *(100, 0, 0),
        *(Decimal("32.50"), Decimal("67.50")),
    )


def test_the_earliest_expiry_pays_first_over_several_lots(credits: Any, make: Any) -> None:
    """Then promotional before paid; the redemption keeps which lots paid, and their money is behind the grant."""
    account = make.account()
    last = make.lot(account.id, amount=50)
    soon = make.lot(account.id, amount=10, expires_on=date(2026, 4, 1))
    gift = make.lot(account.id, amount=15, promotional=True)
    code = make.credit_code(account.id)
    order = buy(credits, "plan", "networking", code=code.text)

    paid = [credits.redemptions.get(item.id, viewer=None).lots for item in order.items]
    assert [[(piece.lot_id, piece.amount) for piece in pieces] for pieces in paid] == [
        [(soon.id, 10), (gift.id, Decimal("2.50"))],
        [(gift.id, Decimal("12.50")), (last.id, Decimal("7.50"))],
    ]
    assert balances(credits, account.id) == (Decimal("42.50"), 0)


def test_an_order_is_one_transaction_per_item_and_one_commit(credits: Any, make: Any) -> None:
    """Several items of one account follow each other in its journal; the free one writes no entry."""
    code = make.credit_code()
    order = buy(credits, "networking", "welcome", "plan", code=code.text)
    assert order.status == "completed"
    assert [item.amount for item in order.items] == [20, 0, Decimal("12.50")]
    assert journal(credits, code.account_id)[1:] == [
        ("spend", 20, 80, 0),
        ("spend", Decimal("12.50"), Decimal("67.50"), 0),
    ]
    known = credits.codes.get(code.account_id, code.id, viewer=None)
    assert (known.used, known.uses) == (Decimal("32.50"), 3)


def test_an_order_over_two_accounts_moves_both_or_none(credits: Any, make: Any, app: Any) -> None:
    """Each account has its own journal; a refusal on the second leaves the first alone."""
    rich, poor = make.credit_code(), make.credit_code(make.lot(amount=5).account_id)
    before = every_row(app)
    items = [Item("networking", code=rich.text), Item("plan", code=poor.text)]
    with pytest.raises(Refused) as refused:
        credits.checkout.place(ADA, items, key="1")
    assert (refused.value.code, [item["index"] for item in refused.value.items or ()]) == ("insufficient_credits", [1])
    assert every_row(app) == before

    make.lot(poor.account_id, amount=10)
    credits.checkout.place(ADA, items, key="2")
    assert balances(credits, rich.account_id) == (80, 0)
    assert balances(credits, poor.account_id) == (Decimal("2.50"), 0)


def test_what_is_free_needs_no_credits(credits: Any, make: Any) -> None:
    """A zero price writes no transaction, on an account without any lot."""
    account = make.account()
    code = make.credit_code(account.id)
    order = buy(credits, "welcome", code=code.text)
    assert (order.total, order.status) == (0, "completed")
    assert journal(credits, account.id) == []


def test_a_reserved_code_pays_from_what_it_holds(credits: Any, make: Any) -> None:
    """Although the account has nothing left besides, and only up to its value."""
    lot = make.lot(amount=30)
    code = make.credit_code(lot.account_id, value=Decimal(30), funding="reserved")
    assert balances(credits, lot.account_id) == (0, 30)
    buy(credits, "networking", code=code.text, key="1")
    assert balances(credits, lot.account_id) == (0, 10)
    with pytest.raises(Refused) as refused:
        buy(credits, "plan", code=code.text, key="2")
    assert (refused.value.code, refused.value.extra["remaining"]) == ("code_value_too_low", "10.00")


def test_a_batch_of_reserved_codes_is_one_hold_over_several_lots(credits: Any, make: Any) -> None:
    """Slices are dealt out in burn order; no code outlives its earliest slice."""
    account = make.account()
    first = make.lot(account.id, amount=50, expires_on=date(2026, 4, 1))
    second = make.lot(account.id, amount=60)
    codes = credits.codes.issue(account.id, count=3, value=Decimal(30), funding="reserved", actor="cli", key="batch")
    assert journal(credits, account.id)[2:] == [("hold", 90, 20, 90)]
    assert lines(credits, account.id, 3) == [
        *((first.id, "available", -50), (first.id, "held", 50)),
        *((second.id, "available", -40), (second.id, "held", 40)),
    ]
    assert [code.expires_at for code in codes] == [first.expires_at, first.expires_at, second.expires_at]


def test_reserving_more_than_there_is_leaves_nothing(credits: Any, make: Any, app: Any) -> None:
    """The whole batch is refused, with what there is and what it takes."""
    lot = make.lot(amount=100)
    before = every_row(app)
    with pytest.raises(Refused) as refused:
        credits.codes.issue(lot.account_id, count=4, value=Decimal("25.01"), funding="reserved", actor="cli", key="k")
    assert refused.value.code == "insufficient_credits"
    assert (refused.value.extra["available"], refused.value.extra["required"]) == ("100.00", "100.04")
    assert every_row(app) == before


@pytest.mark.parametrize(
    ("error", "raised"),
    [(Refused("prerequisite_missing", "Take A first."), Refused), (RuntimeError("broken"), HookFailed)],
)
def test_a_grant_that_fails_takes_everything_back(
    error: Exception, raised: type[Exception], credits: Any, make: Any, access: Any, app: Any
) -> None:
    """A refusal passes to the learner, anything else is `hook_failed`; neither leaves a row, nor a lock."""
    code = make.credit_code()
    before = every_row(app)
    access.error = error
    with pytest.raises(raised) as failed:
        buy(credits, "networking", "plan", code=code.text, key="1")
    assert failed.value.code == ("prerequisite_missing" if raised is Refused else "hook_failed")  # type: ignore[attr-defined]
    assert every_row(app) == before

    access.error = None
    buy(credits, "networking", "plan", code=code.text, key="1")
    assert balances(credits, code.account_id) == (Decimal("67.50"), 0)


def test_what_runs_within_is_undone_with_the_order(credits: Any, make: Any, app: Any) -> None:
    """An error of the caller's own `within` passes as it is and takes credits and enrolment back."""
    code = make.credit_code()
    before = every_row(app)

    def within(order: Any) -> None:
        raise KeyError(order.items[0].offering_id)

    with pytest.raises(KeyError, match="networking"):
        credits.checkout.place(ADA, [Item("networking", code=code.text)], key="k", within=within)
    assert every_row(app) == before


def test_the_receipt_of_a_grant_is_kept(credits: Any, make: Any, access: Any) -> None:
    """What `grant` returned is on the grant that `after_grant` gets."""
    access.receipt = {"seat": "12a"}
    buy(credits, "networking", code=make.credit_code().text)
    assert [grant.receipt for grant in access.granted] == [{}]
    assert [grant.receipt for grant in access.after_granted] == [{"seat": "12a"}]


@pytest.mark.parametrize("amount", [0, Decimal("1000000000000000.01")])
def test_a_lot_of_nothing_or_too_much_is_refused(amount: Decimal, credits: Any, make: Any, app: Any) -> None:
    """Before anything is written."""
    account = make.account()
    before = every_row(app)
    with pytest.raises(Invalid) as invalid:
        credits.lots.issue(account.id, amount=amount, ordered_on=date(2026, 3, 15), actor="cli", key="k")
    assert list(invalid.value.errors) == ["amount"]
    assert every_row(app) == before


def test_an_account_holds_no_more_than_a_bigint(credits: Any, make: Any) -> None:
    """46 of the largest lots fit with room to spare, a 47th is refused instead of overflowing."""
    account = make.account()
    for _ in range(46):
        make.lot(account.id, amount=10**15)
    with pytest.raises(Invalid, match="missing or wrong"):
        make.lot(account.id, amount=10**15)
    assert balances(credits, account.id) == (46 * 10**15, 0)


def test_an_unknown_account_gets_no_lot(credits: Any, app: Any) -> None:
    """There is nothing to lock."""
    with pytest.raises(NotFound):
        credits.lots.issue("acc_none", amount=Decimal(1), ordered_on=date(2026, 3, 15), actor="cli", key="k")


def test_a_frozen_account_refuses_to_spend_and_to_reserve(credits: Any, make: Any, app: Any, clock: Any) -> None:
    """What expires is still booked, and unfreezing opens it again."""
    code = make.credit_code()
    soon = make.lot(code.account_id, amount=1, expires_on=clock().date())
    credits.accounts.freeze(code.account_id, "audit", actor="cli")
    before = every_row(app)
    with pytest.raises(Refused) as refused:
        buy(credits, "networking", code=code.text, key="1")
    assert refused.value.code == "account_frozen"
    with pytest.raises(Refused) as refused:
        make.credit_code(code.account_id)
    assert refused.value.code == "account_frozen"
    assert every_row(app) == before

    clock.set(soon.expires_at)
    credits.jobs.run_due()
    assert journal(credits, code.account_id)[-1] == ("expire", 1, 100, 0)
    credits.accounts.unfreeze(code.account_id, "audit over", actor="cli")
    buy(credits, "networking", code=code.text, key="2")
    assert balances(credits, code.account_id) == (80, 0)


def test_a_revoked_code_is_gone_for_good(credits: Any, make: Any, app: Any) -> None:
    """Revoking twice changes nothing; the text answers like any that never was."""
    code = make.credit_code()
    credits.codes.revoke(code.account_id, code.id, actor="cli")
    once = every_row(app)
    credits.codes.revoke(code.account_id, code.id, actor="cli")
    assert every_row(app) == once
    with pytest.raises(Refused) as refused:
        buy(credits, "networking", code=code.text)
    assert refused.value.code == "code_not_usable"


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], list[str]]:
    """Does something once an order is judged, before it is posted; answers what happened."""

    def arrange(act: Callable[[], Any]) -> list[str]:
        happened: list[str] = []
        post = Ordering.post

        def late(self: Ordering, *args: Any, **kwargs: Any) -> Any:
            if not happened:
                act()
            happened.append("post")
            return post(self, *args, **kwargs)

        monkeypatch.setattr(Ordering, "post", late)
        return happened

    return arrange


def test_changed_terms_are_noticed_between_judging_and_posting(credits: Any, make: Any, meanwhile: Any) -> None:
    """A benefit that staff add meanwhile counts: the guard fails and the price is judged anew."""
    code = make.credit_code()
    terms = {"benefits": [{"percent": 50}]}
    happened = meanwhile(lambda: credits.accounts.update(code.account_id, terms, actor="cli"))
    order = buy(credits, "networking", code=code.text)
    assert (order.total, happened) == (10, ["post", "post"])
    assert balances(credits, code.account_id) == (90, 0)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("limit", "not_for_this_offering"),
        ("revoke", "code_not_usable"),
        ("freeze", "account_frozen"),
        ("end", "code_expired"),
    ],
)
def test_what_changes_between_judging_and_posting_is_judged_anew(
    change: str, refusal: str, credits: Any, make: Any, meanwhile: Any, clock: Any
) -> None:
    """A code that is limited, revoked or ends meanwhile does not pay, nor does an account that is frozen."""
    code = make.credit_code(expires_at=clock() + timedelta(days=1))
    acts: dict[str, Callable[[], Any]] = {
        "limit": lambda: credits.codes.update(code.account_id, code.id, {"offering_ids": ["plan"]}, actor="cli"),
        "revoke": lambda: credits.codes.revoke(code.account_id, code.id, actor="cli"),
        "freeze": lambda: credits.accounts.freeze(code.account_id, "audit", actor="cli"),
        "end": lambda: clock.advance(days=1),
    }
    happened = meanwhile(acts[change])
    with pytest.raises(Refused) as refused:
        buy(credits, "networking", code=code.text)
    assert (refused.value.code, happened) == (refusal, ["post"])
    assert journal(credits, code.account_id) == [("issue", 100, 100, 0)]


def test_a_key_that_was_used_answers_again_and_moves_nothing(credits: Any, make: Any, app: Any) -> None:
    """The same order, the same lot, the same codes; without a key each call is a new one."""
    code = make.credit_code()
    order = buy(credits, "plan", code=code.text, key="same")
    once = every_row(app)
    assert buy(credits, "plan", code=code.text, key="same").id == order.id
    assert every_row(app) == once
    assert credits.checkout.place(ADA, [Item("plan", code=code.text)], key=None).id != order.id
    assert balances(credits, code.account_id) == (75, 0)


def test_access_that_has_run_out_can_be_bought_again(
    credits: Any, make: Any, catalog: Any, access: Any, clock: Any
) -> None:
    """Even if no job has ended it yet: the order does, before it books the new one."""
    catalog.add(offering(access_days=10))
    code = make.credit_code()
    first = buy(credits, "networking", code=code.text, key="1").items[0]
    clock.set(first.access_expires_at - timedelta(microseconds=1))
    with pytest.raises(Refused) as refused:
        buy(credits, "networking", code=code.text, key="2")
    assert refused.value.code == "already_enrolled"
    clock.set(first.access_expires_at)
    second = buy(credits, "networking", code=code.text, key="3").items[0]
    assert [grant.redemption_id for grant, _ in access.revoked] == [first.id]
    assert credits.redemptions.find("ada", "networking").id == second.id
    assert balances(credits, code.account_id) == (60, 0)
