"""Races between processes, which share nothing but the database."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from flask_training_credits.models import Redemption
from tests.support.books import balances, journal
from tests.support.host import db
from tests.support.races import Racers

pytestmark = pytest.mark.slow

PRICES = [["mastery", 80], ["plan", 5]]


@pytest.fixture(scope="module")
def racers() -> Iterator[Racers]:
    """Processes that wait for a race."""
    racers = Racers()
    yield racers
    racers.close()


def scripts(*orders: list[list[str]], repeatable: bool = False) -> list[dict[str, Any]]:
    """A script for each process."""
    return [{"offerings": PRICES, "repeatable": repeatable, "orders": some} for some in orders]


def count(app: Flask) -> int:
    """How many redemptions there are."""
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Redemption)) or 0


def test_two_80s_from_100(app: Flask, database: Any, make: Any, credits: Any, racers: Racers) -> None:
    """Exactly one succeeds."""
    code = make.credit_code()
    orders = [[[user_id, "k", "mastery", code.text]] for user_id in ("ada", "eve")]
    assert racers.race(database.url, scripts(*orders)) == {"ok": 1, "insufficient_credits": 1}
    assert journal(credits, code.account_id) == [("issue", 100, 100, 0), ("spend", 80, 20, 0)]


def test_many_small_orders_from_several_processes(
    app: Flask, database: Any, make: Any, credits: Any, racers: Racers
) -> None:
    """Of 4 × 10 orders at 5, on a code worth 70 and an account with 100, fourteen are paid; nothing is lost."""
    code = make.credit_code(value=Decimal(70))
    orders = [[[f"user{p}", f"{p}.{n}", "plan", code.text] for n in range(10)] for p in range(4)]
    found = racers.race(database.url, scripts(*orders, repeatable=True))
    assert found == {"ok": 14, "code_used_up": 26}
    assert balances(credits, code.account_id) == (30, 0)
    assert count(app) == 14


def test_one_key_in_several_processes(app: Flask, database: Any, make: Any, credits: Any, racers: Racers) -> None:
    """The unique row decides: one order each time, and each process gets it."""
    code = make.credit_code()
    orders = [[["ada", f"{n}", "plan", code.text] for n in range(5)]] * 3
    assert racers.race(database.url, scripts(*orders, repeatable=True)) == {"ok": 15}
    assert (count(app), balances(credits, code.account_id)) == (5, (75, 0))


def test_one_key_for_the_last_credits_in_several_processes(
    app: Flask, database: Any, make: Any, credits: Any, racers: Racers
) -> None:
    """Who comes second finds too little left and the course taken, and still gets the order of the first."""
    code = make.credit_code()
    orders = [[["ada", "the same", "mastery", code.text]]] * 3
    assert racers.race(database.url, scripts(*orders)) == {"ok": 3}
    assert (count(app), balances(credits, code.account_id)) == (1, (20, 0))
