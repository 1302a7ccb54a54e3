"""Credits that have expired cannot be spent, job or no job, and their expiry is booked once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from flask_training_credits import Item, Refused
from flask_training_credits.testing import START, offering, person
from tests.support.books import balances, every_row, journal, lines

ADA = person(id="ada")
INSTANT = timedelta(microseconds=1)
TODAY = START.date()


@pytest.fixture(autouse=True)
def courses(catalog: Any, users: Any) -> None:
    """A plan for 20 that can be bought again and again, and Ada to buy it."""
    users.add(ADA)
    catalog.add(offering(id="plan", repeatable=True))


def buy(credits: Any, code: Any, key: str = "k", times: int = 1) -> Any:  # as hosts call it
    """Ada's order."""
    return credits.checkout.place(ADA, [Item("plan", code=code.text)] * times, key=key)


def test_the_last_microsecond_pays_and_the_end_does_not(credits: Any, make: Any, clock: Any, app: Any) -> None:
    """The window is half open; a refused order does not book the expiry either."""
    lot = make.lot(amount=40, expires_on=TODAY)
    code = make.credit_code(lot.account_id)
    clock.set(lot.expires_at - INSTANT)
    buy(credits, code, "1")
    assert balances(credits, lot.account_id) == (20, 0)
    clock.set(lot.expires_at)
    before = every_row(app)
    with pytest.raises(Refused) as refused:
        buy(credits, code, "2")
    assert refused.value.code == "insufficient_credits"
    assert every_row(app) == before
    assert balances(credits, lot.account_id) == (0, 0)
    assert journal(credits, lot.account_id)[-1][0] == "spend"


def test_people_see_the_expiry_before_anybody_books_it(credits: Any, make: Any, clock: Any) -> None:
    """The lot shows its rest as expired, the account nothing, and nothing more is expiring."""
    lot = make.lot(amount=40, expires_on=TODAY)
    assert [(row.expires_at, row.amount) for row in credits.accounts.get(lot.account_id, viewer=None).expiring] == [
        (lot.expires_at, 40)
    ]
    clock.set(lot.expires_at)
    seen = credits.lots.get(lot.id)
    account = credits.accounts.get(lot.account_id, viewer=None)
    assert (seen.available, seen.expired) == (0, 40)
    assert (account.available, account.expiring, account.upcoming) == (0, [], [])
    assert len(journal(credits, lot.account_id)) == 1


def test_the_next_writer_books_the_expiry_first(credits: Any, make: Any, clock: Any) -> None:
    """Once, with the instant at which it took effect, before its own movement."""
    lot = make.lot(amount=40, expires_on=TODAY)
    code = make.credit_code(lot.account_id)
    kept = make.lot(lot.account_id, amount=50)
    clock.set(lot.expires_at + timedelta(days=3))
    buy(credits, code, times=2)

    assert journal(credits, lot.account_id)[2:] == [("expire", 40, 50, 0), ("spend", 20, 30, 0), ("spend", 20, 10, 0)]
    assert lines(credits, lot.account_id, 3) == [(lot.id, "available", -40), (lot.id, "expired", 40)]
    assert lines(credits, lot.account_id, 4) == [(kept.id, "available", -20), (kept.id, "spent", 20)]
    booked = credits.accounts.transactions(lot.account_id, viewer=None).items[2]
    assert (booked.effective_at, booked.recorded_at, booked.actor) == (lot.expires_at, clock(), "system")


@pytest.mark.parametrize("writer", ["issue", "revoke", "reserve"])
def test_every_writer_books_what_is_due(writer: str, credits: Any, make: Any, clock: Any) -> None:
    """A new lot, a revocation and a reservation settle the account as an order does."""
    lot = make.lot(amount=40, expires_on=TODAY)
    code = make.credit_code(lot.account_id)
    make.lot(lot.account_id, amount=50)
    clock.set(lot.expires_at)
    match writer:
        case "issue":
            make.lot(lot.account_id, amount=1)
        case "revoke":
            credits.codes.revoke(lot.account_id, code.id, actor="cli")
        case "reserve":
            make.credit_code(lot.account_id, value=Decimal(50), funding="reserved")
    assert journal(credits, lot.account_id)[2] == ("expire", 40, 50, 0)


def test_the_sweeper_books_each_expiry_once(credits: Any, make: Any, clock: Any, app: Any) -> None:
    """By their ends, over several accounts; a second run finds nothing to do and writes nothing."""
    first = make.lot(amount=40, expires_on=TODAY + timedelta(days=1))
    second = make.lot(first.account_id, amount=30, expires_on=TODAY)
    other = make.lot(amount=10, expires_on=TODAY)
    clock.set(first.expires_at)
    counts = credits.jobs.run_due()
    assert counts["accounts_settled"] == 2
    assert journal(credits, first.account_id)[2:] == [("expire", 30, 40, 0), ("expire", 40, 0, 0)]
    assert lines(credits, first.account_id, 3)[0][0] == second.id
    assert journal(credits, other.account_id)[1:] == [("expire", 10, 0, 0)]

    before = every_row(app)
    assert credits.jobs.run_due()["accounts_settled"] == 0
    assert every_row(app) == before


def test_a_lot_that_has_not_started_pays_nothing(credits: Any, make: Any, clock: Any) -> None:
    """It shows as upcoming, and pays from its first instant on."""
    lot = make.lot(amount=40, starts_on=TODAY + timedelta(days=10))
    code = make.credit_code(lot.account_id)
    clock.set(lot.starts_at - INSTANT)
    account = credits.accounts.get(lot.account_id, viewer=None)
    assert (account.available, [(row.starts_at, row.amount) for row in account.upcoming]) == (0, [(lot.starts_at, 40)])
    with pytest.raises(Refused) as refused:
        buy(credits, code, "1")
    assert refused.value.code == "insufficient_credits"
    clock.set(lot.starts_at)
    buy(credits, code, "2")
    assert balances(credits, lot.account_id) == (20, 0)


def test_a_code_ends_at_its_instant(credits: Any, make: Any, clock: Any, app: Any) -> None:
    """Usable up to it, `code_expired` from it on, with credits left or not."""
    code = make.credit_code(expires_at=START + timedelta(days=1))
    clock.set(code.expires_at - INSTANT)
    buy(credits, code, "1")
    clock.set(code.expires_at)
    before = every_row(app)
    with pytest.raises(Refused) as refused:
        buy(credits, code, "2")
    assert (refused.value.code, refused.value.extra["expires_at"]) == ("code_expired", "2026-03-16T12:00:00Z")
    assert every_row(app) == before


def test_a_code_not_started_yet_says_so(credits: Any, make: Any, clock: Any) -> None:
    """And works from its first instant on."""
    code = make.credit_code(starts_at=START + timedelta(days=1))
    clock.set(code.starts_at - INSTANT)
    with pytest.raises(Refused) as refused:
        buy(credits, code, "1")
    assert refused.value.code == "code_not_started"
    clock.set(code.starts_at)
    assert buy(credits, code, "2").status == "completed"


def test_what_a_lapsed_code_held_goes_back(credits: Any, make: Any, clock: Any) -> None:
    """People see it at once; the sweeper books the release once."""
    lot = make.lot(amount=100)
    code = make.credit_code(lot.account_id, value=Decimal(80), funding="reserved", expires_at=START + timedelta(days=1))
    buy(credits, code)
    assert balances(credits, lot.account_id) == (20, 60)
    clock.set(code.expires_at)
    assert balances(credits, lot.account_id) == (80, 0)
    assert len(journal(credits, lot.account_id)) == 3
    assert credits.jobs.run_due()["accounts_settled"] == 1
    assert journal(credits, lot.account_id)[3:] == [("release", 60, 80, 0)]
    assert credits.jobs.run_due()["accounts_settled"] == 0


def test_what_a_lapsed_code_held_on_a_lot_that_ended_with_it_expires(credits: Any, make: Any, clock: Any) -> None:
    """A reserved code without an end of its own ends with its lot, and so does what it held."""
    lot = make.lot(amount=100, expires_on=TODAY)
    code = make.credit_code(lot.account_id, value=Decimal(80), funding="reserved")
    assert code.expires_at == lot.expires_at
    clock.set(lot.expires_at)
    assert balances(credits, lot.account_id) == (0, 0)
    credits.jobs.run_due()
    assert journal(credits, lot.account_id)[2:] == [("expire", 20, 0, 80), ("release", 80, 0, 0)]
    assert lines(credits, lot.account_id, 4) == [(lot.id, "held", -80), (lot.id, "expired", 80)]
    after = credits.lots.get(lot.id)
    assert (after.available, after.held, after.expired) == (0, 0, 100)


def test_what_a_lapsed_code_held_can_be_reserved_again_at_once(credits: Any, make: Any, clock: Any) -> None:
    """In the unit that books its release."""
    lot = make.lot(amount=100)
    make.credit_code(lot.account_id, value=Decimal(80), funding="reserved", expires_at=START + timedelta(days=1))
    clock.advance(days=1)
    make.credit_code(lot.account_id, value=Decimal(100), funding="reserved")
    assert journal(credits, lot.account_id)[2:] == [("release", 80, 100, 0), ("hold", 100, 0, 100)]


def test_what_a_lapsed_code_held_pays_in_its_turn(credits: Any, make: Any, clock: Any) -> None:
    """The lot it was held on ends first, so it pays first, although another one would suffice as booked."""
    soon = make.lot(amount=20, expires_on=TODAY + timedelta(days=30))
    make.credit_code(soon.account_id, value=Decimal(20), funding="reserved", expires_at=START + timedelta(days=1))
    late = make.lot(soon.account_id, amount=100)
    code = make.credit_code(soon.account_id)
    clock.advance(days=1)
    quoted = credits.checkout.quote(ADA, [Item("plan", code=code.text)])
    order = buy(credits, code)
    assert quoted.total == order.total == 20
    paid = credits.redemptions.get(order.items[0].id, viewer=None).lots
    assert [(piece.lot_id, piece.amount) for piece in paid] == [(soon.id, 20)]
    assert credits.lots.get(late.id).available == 100
    assert journal(credits, soon.account_id)[3:] == [("release", 20, 120, 0), ("spend", 20, 100, 0)]


def test_a_clock_that_steps_back_decides_and_the_journal_does_not(credits: Any, make: Any, clock: Any) -> None:
    """What is live by the clock pays; `recorded_at` never decreases."""
    lot = make.lot(amount=60, expires_on=TODAY)
    code = make.credit_code(lot.account_id, expires_at=START + timedelta(hours=2))
    clock.advance(days=2)
    other = make.lot(amount=1)
    clock.set(START + timedelta(hours=1))
    buy(credits, code, "1")
    clock.set(START - timedelta(hours=1))
    buy(credits, code, "2")
    times = [row.recorded_at for row in credits.accounts.iter_transactions(lot.account_id, viewer=None)]
    assert times == [START + timedelta(hours=1), START + timedelta(hours=1), START]
    assert credits.lots.get(other.id).available == 1


def test_a_clock_that_steps_back_behind_a_booked_movement_is_not_busy_for_ever(
    credits: Any, make: Any, clock: Any
) -> None:
    """A code and a lot that ended before the account's last movement are live again by the clock, and pay."""
    code = make.credit_code(make.account().id, expires_at=START + timedelta(days=1))
    clock.advance(days=5)
    make.lot(code.account_id, amount=1)
    clock.set(START)
    lot = make.lot(code.account_id, amount=20, expires_on=TODAY)
    order = buy(credits, code)
    assert credits.redemptions.get(order.items[0].id, viewer=None).lots[0].lot_id == lot.id
    times = [row.recorded_at for row in credits.accounts.iter_transactions(code.account_id, viewer=None)]
    assert times == [START + timedelta(days=5)] * 3


def test_an_expiry_that_was_booked_is_not_taken_back(credits: Any, make: Any, clock: Any) -> None:
    """Not even by a clock that steps back to when the lot was live."""
    lot = make.lot(amount=60, expires_on=TODAY)
    code = make.credit_code(lot.account_id)
    clock.set(lot.expires_at)
    credits.jobs.run_due()
    clock.set(START)
    assert balances(credits, lot.account_id) == (0, 0)
    with pytest.raises(Refused) as refused:
        buy(credits, code)
    assert refused.value.code == "insufficient_credits"
