"""Races between threads: the guards decide, and without each of them the race does show."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from flask_training_credits import Item
from flask_training_credits.models import Redemption
from flask_training_credits.services import judged, ordering, posting, tally
from flask_training_credits.testing import START, offering, person
from tests.support.books import balances, fetch, journal
from tests.support.host import db
from tests.support.races import (
    Meeting,
    judge_together,
    together,
    trust_codes,
    trust_what_was_read,
    without_checks,
)

COURSES = {"networking": 20, "security": 20, "mastery": 80}


@pytest.fixture(autouse=True)
def courses(catalog: Any) -> None:
    """Courses for 20 and 80, and a plan for 5 that can be bought again and again."""
    for id_, price in COURSES.items():
        catalog.add(offering(id=id_, price_credits=Decimal(price)))
    catalog.add(offering(id="plan", price_credits=Decimal(5), repeatable=True))


@pytest.fixture
def order(app: Flask, users: Any) -> Callable[..., Callable[[], Any]]:
    """An order that waits to be placed: `order("ada", "networking", code)`."""

    def prepare(user_id: str, *pairs: Any, key: str | None = None) -> Callable[[], Any]:
        buyer = users.add(person(id=user_id))
        items = [Item(id_, code=code.text) for id_, code in zip(pairs[::2], pairs[1::2], strict=True)]
        services = app.extensions["training_credits"]
        return lambda: services.checkout.place(buyer, items, key=key or f"{user_id} {pairs[0]}")

    return prepare


def count(app: Flask) -> int:
    """How many redemptions there are."""
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Redemption)) or 0


def test_two_80s_from_100(app: Flask, order: Any, make: Any, credits: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both were judged payable; exactly one is placed, the other is told that too little is left."""
    code = make.credit_code()
    judge_together(monkeypatch, 2)
    found = together(app, [order("ada", "mastery", code), order("eve", "mastery", code)])
    assert found == {"ok": 1, "insufficient_credits": 1}
    assert journal(credits, code.account_id) == [("issue", 100, 100, 0), ("spend", 80, 20, 0)]


@pytest.mark.ledger_broken_on_purpose
def test_control_two_80s_from_100_overdraw_without_the_guard(
    app: Flask, order: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A balance that was read before the lock lets both through: the account owes 60."""
    code = make.credit_code()
    trust_what_was_read(monkeypatch, 2)
    with without_checks(app):
        found = together(app, [order("ada", "mastery", code), order("eve", "mastery", code)])
    assert found == {"ok": 2}
    assert fetch(app, "SELECT available, version FROM training_credits_accounts") == [(-6000, 3)]


def test_two_80s_from_a_code_that_reserves_100(
    app: Flask, order: Any, make: Any, credits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a code holds is spent once, although the account has as much again besides."""
    lot = make.lot(amount=200)
    code = make.credit_code(lot.account_id, value=Decimal(100), funding="reserved")
    judge_together(monkeypatch, 2)
    found = together(app, [order("ada", "mastery", code), order("eve", "mastery", code)])
    assert found == {"ok": 1, "code_value_too_low": 1}
    assert balances(credits, lot.account_id) == (100, 20)


@pytest.mark.ledger_broken_on_purpose
def test_control_a_reserved_code_overdraws_without_the_guards(
    app: Flask, order: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before the lock lets both through: 160 from 100."""
    lot = make.lot(amount=200)
    code = make.credit_code(lot.account_id, value=Decimal(100), funding="reserved")
    trust_what_was_read(monkeypatch, 2)
    trust_codes(monkeypatch)
    with without_checks(app):
        found = together(app, [order("ada", "mastery", code), order("eve", "mastery", code)])
    assert found == {"ok": 2}
    assert fetch(app, "SELECT value, used FROM training_credits_codes") == [(10000, 16000)]


def test_the_last_use_of_a_code_under_20_threads(
    app: Flask, order: Any, make: Any, credits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of twenty learners gets it."""
    code = make.credit_code(max_redemptions=1)
    judge_together(monkeypatch, 20)
    found = together(app, [order(f"user{n}", "plan", code) for n in range(20)])
    assert found == {"ok": 1, "code_used_up": 19}
    assert balances(credits, code.account_id) == (95, 0)
    assert credits.codes.get(code.account_id, code.id, viewer=None).uses == 1


def test_control_all_get_the_last_use_without_the_guard(
    app: Flask, order: Any, make: Any, credits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit that was read before the lock stops nobody."""
    code = make.credit_code(max_redemptions=1)
    judge_together(monkeypatch, 5)
    trust_codes(monkeypatch)
    assert together(app, [order(f"user{n}", "plan", code) for n in range(5)]) == {"ok": 5}
    assert credits.codes.get(code.account_id, code.id, viewer=None).uses == 5


def test_the_value_of_a_code_under_20_threads(app: Flask, order: Any, make: Any, credits: Any) -> None:
    """A value of 30 buys six plans at 5, never a seventh."""
    code = make.credit_code(value=Decimal(30))
    found = together(app, [order(f"user{n}", "plan", code) for n in range(20)])
    assert found["ok"] == 6
    assert found["code_used_up"] + found["code_value_too_low"] == 14
    assert balances(credits, code.account_id) == (70, 0)


def test_crossing_orders_over_two_accounts(
    app: Flask, order: Any, make: Any, credits: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Accounts are locked in the order of their ids, whatever the order of the items: no deadlock, exact sums."""
    left, right = make.credit_code(), make.credit_code()
    caplog.set_level(logging.WARNING, "flask_training_credits")
    calls = [
        order(f"user{n}", *(("plan", left, "networking", right) if n % 2 else ("plan", right, "networking", left)))
        for n in range(8)
    ]
    found = together(app, calls)
    assert found == {"ok": 8}
    assert balances(credits, left.account_id) == (0, 0)
    assert balances(credits, right.account_id) == (0, 0)
    assert caplog.messages == []


@pytest.mark.databases("postgresql", "mariadb")  # SQLite has one lock, which cannot be taken in two orders
def test_control_crossing_orders_deadlock_without_the_order_of_locks(
    app: Flask, order: Any, make: Any, credits: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Locked in the order of the items the two wait for each other: the database ends one, and it is tried again."""
    left, right = make.credit_code(), make.credit_code()
    caplog.set_level(logging.WARNING, "flask_training_credits")
    meeting, debit, way = Meeting(2), ordering.debit_book, threading.local()

    def crossed(values: Any, **options: Any) -> list[Any]:
        ordered = sorted(values, **options)
        return ordered[::-1] if getattr(way, "is_back", False) else ordered

    def pause(*args: Any, **kwargs: Any) -> Any:
        book = debit(*args, **kwargs)
        meeting.wait()  # both hold one account
        return book

    def backwards(call: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            way.is_back = True
            return call()

        return run

    monkeypatch.setattr(ordering, "sorted", crossed, raising=False)
    monkeypatch.setattr(ordering, "debit_book", pause)
    calls = [order(user_id, "networking", left, "security", right) for user_id in ("ada", "eve")]
    assert together(app, [calls[0], backwards(calls[1])]) == {"ok": 2}
    assert len(caplog.messages) == 1
    assert "deadlock" in caplog.messages[0].lower()
    assert balances(credits, left.account_id) == balances(credits, right.account_id) == (60, 0)


def test_checkout_against_expiry_at_the_boundary(
    make_app: Any, make: Any, hooks: Any, users: Any, credits: Any
) -> None:
    """Buyers a microsecond before the end race the sweeper at the end: each credit is spent or expires, once."""
    lot = make.lot(amount=100, expires_on=START.date())
    code = make.credit_code(lot.account_id)
    local = threading.local()
    moment = {True: lot.expires_at, False: lot.expires_at - timedelta(microseconds=1)}
    hooks = type(hooks)(
        catalog=hooks.catalog, users=users, access=hooks.access, clock=lambda: moment[getattr(local, "late", False)]
    )
    app = make_app(own=True, hooks=hooks)
    services = app.extensions["training_credits"]

    def sweep() -> None:
        local.late = True
        services.jobs.run_due()

    def buy(n: int) -> Callable[[], Any]:
        buyer = users.add(person(id=f"user{n}"))
        return lambda: services.checkout.place(buyer, [Item("plan", code=code.text)], key=f"{n}")

    found = together(app, [*(buy(n) for n in range(6)), sweep, sweep])
    bought = found["ok"] - 2
    assert found == Counter({"ok": bought + 2, "insufficient_credits": 6 - bought})
    with app.app_context():
        after = services.lots.get(lot.id)
    assert (after.available, after.spent, after.expired) == (0, 5 * bought, 100 - 5 * bought)
    assert [kind for kind, *_ in journal(credits, lot.account_id)].count("expire") == (bought < 20)


@pytest.mark.ledger_broken_on_purpose
def test_control_the_sweeper_expires_what_was_spent_without_the_lock(
    app: Flask, order: Any, make: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lot that was read before the lock expires in full, although part of it was spent meanwhile."""
    lot = make.lot(amount=100, expires_on=START.date())
    code = make.credit_code(lot.account_id)
    services, stale = app.extensions["training_credits"], posting.LotView
    place, opened = order("ada", "networking", code), posting._open

    def open_stale(*args: Any) -> Any:
        book = opened(*args)
        book.lots = {lot.id: stale(lot.id, 10000, lot.starts_at, lot.expires_at, False, None)}  # noqa: FBT003
        return book

    with app.app_context():
        place()
    clock.set(lot.expires_at)
    monkeypatch.setattr(posting, "_open", open_stale)
    with without_checks(app), app.app_context():
        services.jobs._core.units.run(lambda unit: services.jobs._settle_one(unit, lot.account_id))
    assert fetch(app, "SELECT available, spent, expired FROM training_credits_lots") == [(-2000, 2000, 10000)]


def test_twenty_threads_with_one_key(app: Flask, order: Any, make: Any, credits: Any) -> None:
    """One order; the others get that order or are told that it is in flight."""
    code = make.credit_code()
    ids: list[str] = []
    call = order("ada", "plan", code, key="the same")
    found = together(app, [lambda: ids.append(call().id)] * 20)
    assert found["ok"] >= 1
    assert found["ok"] + found["in_flight"] == 20
    assert len(set(ids)) == 1
    assert count(app) == 1
    assert balances(credits, code.account_id) == (95, 0)


def test_control_without_a_key_each_thread_has_its_order(app: Flask, order: Any, make: Any, credits: Any) -> None:
    """The key is what makes them one."""
    code = make.credit_code()
    calls = [order("ada", "plan", code, key=f"key {n}") for n in range(20)]
    assert together(app, calls) == {"ok": 20}
    assert balances(credits, code.account_id) == (0, 0)


def test_one_learner_buys_the_same_course_twice_at_once(
    app: Flask, order: Any, make: Any, credits: Any, access: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From two accounts, so that no account's lock decides: one enrolment, one debit."""
    left, right = make.credit_code(), make.credit_code()
    judge_together(monkeypatch, 2)
    found = together(app, [order("ada", "networking", left, key="1"), order("ada", "networking", right, key="2")])
    assert found == {"ok": 1, "already_enrolled": 1}
    assert sorted(balances(credits, code.account_id)[0] for code in (left, right)) == [80, 100]
    assert (count(app), len(access.after_granted)) == (1, 1)


def test_control_the_learner_pays_twice_without_the_slot(
    app: Flask, order: Any, make: Any, credits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judged at the same moment neither sees the other."""
    left, right = make.credit_code(), make.credit_code()
    judge_together(monkeypatch, 2)
    for module in (judged, tally):
        monkeypatch.setattr(module, "slot_of", lambda user_id, offering: None)
    found = together(app, [order("ada", "networking", left, key="1"), order("ada", "networking", right, key="2")])
    assert found == {"ok": 2}
    assert count(app) == 2
