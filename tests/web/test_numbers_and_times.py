"""Amounts, money and days as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from flask_training_credits import Money
from flask_training_credits.web.numbers import show_credits, show_money
from flask_training_credits.web.times import show_day, show_last_day, show_moment, zone_of

MIDNIGHT = datetime(2027, 3, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("20.00", "20"), ("20.50", "20.50"), ("1250", "1,250"), ("-20", "−20"), ("0", "0"), (None, "")],
)
def test_credits_have_no_needless_zeros(amount: str | None, shown: str) -> None:
    """A real minus sign, thousands apart."""
    assert show_credits(Decimal(amount) if amount is not None else None) == shown


@pytest.mark.parametrize(
    ("money", "shown"),
    [(Money(20000, "USD"), "$200"), (Money(19950, "EUR"), "€199.50"), (Money(500, "JPY"), "JPY 500"), (None, "")],
)
def test_money_has_its_currency(money: Money | None, shown: str) -> None:
    """A symbol where it is unmistakable, else the code."""
    assert show_money(money) == shown


def test_an_end_is_shown_as_the_last_day_before_it() -> None:
    """Midnight belongs to the day that begins with it."""
    with Flask(__name__).app_context():
        assert str(show_last_day(MIDNIGHT, UTC)) == '<time datetime="2027-03-16T00:00:00+00:00">15 March 2027</time>'
        assert "16 March 2027" in show_last_day(MIDNIGHT, ZoneInfo("Asia/Tokyo"))


def test_days_and_moments_are_local() -> None:
    """And name their zone."""
    with Flask(__name__).app_context():
        assert "15 March 2027" in show_day(MIDNIGHT, ZoneInfo("America/New_York"))
        assert "15 March 2027, 20:00 EDT" in show_moment(MIDNIGHT, ZoneInfo("America/New_York"))
        assert str(show_day(date(2028, 2, 29), UTC)) == '<time datetime="2028-02-29">29 February 2028</time>'


@pytest.mark.parametrize("name", [None, "", "Nowhere/Here", "../etc"])
def test_an_unknown_zone_is_utc(name: str | None) -> None:
    """A host's odd value breaks no page."""
    assert zone_of(name) is UTC
