"""Answers: what the schemas show is what the results hold."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from flask_training_credits.domain.values import Money
from flask_training_credits.domain.wire import to_wire
from flask_training_credits.schemas import (
    accounts,
    checkout,
    codes,
    credit_types,
    lots,
    offerings,
    orders,
    redemptions,
    transactions,
)
from flask_training_credits.schemas.base import Answer
from flask_training_credits.services import results

PAIRS: Sequence[tuple[type[Answer], type]] = [
    (accounts.Account, results.Account),
    (checkout.QuoteItem, results.QuoteItem),
    (checkout.Quote, results.Quote),
    (codes.Code, results.Code),
    (codes.CodeCheck, results.CodeCheck),
    (codes.KeptCode, results.KeptCode),
    (credit_types.CreditType, results.CreditType),
    (lots.Lot, results.Lot),
    (offerings.Offering, results.OfferingView),
    (orders.Order, results.Order),
    (orders.OrderForm, results.OrderForm),
    (redemptions.Redemption, results.Redemption),
    (transactions.Transaction, results.Transaction),
]

SAMPLES: Mapping[type, Any] = {
    str: "words",
    int: 7,
    bool: True,
    Decimal: Decimal("20.50"),
    datetime: datetime(2027, 3, 15, 12, 0, 0, 5, tzinfo=UTC),
    date: date(2027, 3, 15),
    Money: Money(25000, "USD"),
}


def sample(kind: Any, *, full: bool) -> Any:
    """A value of an annotated type: with everything there is in it, or with as little as may be."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        if not full and type(None) in arguments:
            return None
        return sample(arguments[0], full=full)
    if origin is Sequence or origin is list:
        return [sample(arguments[0], full=full)] if full and arguments[0] is not Any else []
    if origin is Mapping:
        return {}
    if is_dataclass(kind) and kind is not Money:
        hints = typing.get_type_hints(kind)
        return kind(**{f.name: sample(hints[f.name], full=full) for f in fields(kind)})
    return SAMPLES[kind]


def flat_refusals(data: Any) -> Any:
    """Wire data with the details of each refusal beside its code, as the API shows them."""
    if isinstance(data, dict):
        flat = {name: flat_refusals(value) for name, value in data.items()}
        return {**flat.pop("details"), **flat} if {"remedy", "details"} <= flat.keys() else flat
    return [flat_refusals(value) for value in data] if isinstance(data, list) else data


@pytest.mark.parametrize("full", [True, False], ids=["everything", "nothing"])
@pytest.mark.parametrize(("schema", "result"), PAIRS, ids=lambda pair: pair.__name__)
def test_answers_and_wire_data_are_equal(schema: type[Answer], result: type, full: bool) -> None:  # noqa: FBT001
    """Events tell the resource as the API shows it, and bulk answers may take the faster way."""
    value = sample(result, full=full)

    assert schema().dump(value) == flat_refusals(to_wire(value))


def test_the_numbers_of_a_refusal_stand_beside_its_code() -> None:
    """A client reads `required` where it reads `code`."""
    refusal = results.ItemRefusal(
        code="insufficient_credits",
        message="90 credits are needed, 80 are left.",
        remedy={"action": "buy_credits"},
        contact="amy@example.com",
        details={"required": "90.00", "available": Decimal(80)},
    )

    assert offerings.Refusal().dump(refusal) == {
        "code": "insufficient_credits",
        "message": "90 credits are needed, 80 are left.",
        "remedy": {"action": "buy_credits"},
        "contact": "amy@example.com",
        "required": "90.00",
        "available": "80.00",
    }
