"""What an offering costs in credits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_training_credits.domain.pricing import Price, best_benefit, price, unit_price
from flask_training_credits.domain.values import Money, Offering

UNIT_VALUES = {"USD": 25000, "JPY": 30000, "KWD": 75000}


def offering(**fields: Any) -> Offering:
    """A self-paced course without a price, with these fields."""
    return Offering(**{"id": "o", "title": "O", "kind": "course", **fields})


@pytest.mark.parametrize(
    ("amount", "currency", "hundredths"),
    [
        ("5000", "USD", 2000),
        ("100", "USD", 40),
        ("0.01", "USD", 1),
        ("2.50", "USD", 1),
        ("2.51", "USD", 2),
        ("0", "USD", 0),
        ("45000", "JPY", 150),
        ("45001", "JPY", 151),
        ("150.001", "KWD", 201),
    ],
)
def test_a_list_price_is_divided_by_the_unit_value_and_rounded_up(amount: str, currency: str, hundredths: int) -> None:
    """To a hundredth of a credit, in currencies with no, two and three decimals."""
    listed = offering(list_price=Money.of(Decimal(amount), currency))
    assert unit_price(listed, UNIT_VALUES) == hundredths


def test_an_own_price_in_credits_wins_over_the_list_price() -> None:
    """Zero too: it is a price, not a missing one."""
    money = Money.of(Decimal(5000), "USD")
    assert unit_price(offering(price_credits=Decimal("19.50"), list_price=money), UNIT_VALUES) == 1950
    assert unit_price(offering(price_credits=Decimal(0), list_price=money), UNIT_VALUES) == 0


@pytest.mark.parametrize("unpriced", [{}, {"list_price": Money(5000, "EUR")}])
def test_a_price_that_is_not_known_is_none_and_never_free(unpriced: dict[str, Any]) -> None:
    """Neither price, or a list price in a currency in which credits have no value."""
    assert unit_price(offering(**unpriced), UNIT_VALUES) is None
    assert price(offering(**unpriced), 1, UNIT_VALUES, [{"percent": 100}]) is None


def test_only_the_largest_matching_benefit_applies() -> None:
    """Benefits never add up; one for other kinds or deliveries does not count."""
    benefits = [
        {"percent": 10},
        {"percent": 25, "kinds": ["course"], "deliveries": None},
        {"percent": 50, "kinds": ["exam"]},
        {"percent": 90, "deliveries": ["in_person"]},
    ]
    assert best_benefit(offering(), benefits) == 25
    assert best_benefit(offering(kind="exam"), benefits) == 50
    assert best_benefit(offering(kind="exam", delivery="in_person"), benefits) == 90
    assert best_benefit(offering(kind="path"), benefits) == 10
    assert best_benefit(offering(), []) == 0


@pytest.mark.parametrize(
    ("unit", "quantity", "percent", "expected"),
    [
        ("20", 1, 0, Price(2000, 2000, 0)),
        ("0.33", 3, 10, Price(33, 99, 9)),
        ("0.01", 1, 99, Price(1, 1, 0)),
        ("19.99", 7, 33, Price(1999, 13993, 4617)),
        ("20", 2, 100, Price(2000, 4000, 4000)),
        ("0", 5, 50, Price(0, 0, 0)),
    ],
)
def test_the_discount_is_rounded_down_on_the_gross(unit: str, quantity: int, percent: int, expected: Price) -> None:
    """On the whole line, not on each unit: three at 0.33 with 10 percent off cost 0.90."""
    priced = offering(price_credits=Decimal(unit))
    found = price(priced, quantity, UNIT_VALUES, [{"percent": percent}])
    assert found == expected
    assert found is not None
    assert found.amount == expected.gross - expected.discount
