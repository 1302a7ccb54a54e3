"""Credits, whole numbers and flags."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from marshmallow import ValidationError

from flask_training_credits.schemas.amounts import Credits, Flag, WholeNumber


@pytest.mark.parametrize(
    ("written", "amount"), [("20", "20.00"), ("20.5", "20.50"), (20, "20.00"), ("0", "0.00"), ("0020.00", "20.00")]
)
def test_credits_are_strings_or_whole_numbers(written: Any, amount: str) -> None:
    """What is exact is read exactly."""
    assert str(Credits().deserialize(written)) == amount


@pytest.mark.parametrize(
    "written",
    [
        "NaN",
        "Infinity",
        "1e3",
        "19.999",
        "-5",
        "+5",
        "",
        " 5",
        "5 ",
        "٢٠",
        "²",
        "1_000",
        "1,5",
        20.0,
        19.99,
        True,
        [],
        {},
    ],
)
def test_other_spellings_of_credits_are_refused(written: Any) -> None:
    """Nothing is guessed or rounded."""
    with pytest.raises(ValidationError):
        Credits().deserialize(written)


@pytest.mark.parametrize("written", ["9223372036854775808", 2**63, 10**30, "1000000000000000.01"])
def test_credits_beyond_the_largest_amount_are_refused(written: Any) -> None:
    """No sum of amounts can leave a BIGINT."""
    with pytest.raises(ValidationError, match=r"more credits than can exist|at most two decimals"):
        Credits().deserialize(written)


def test_zero_is_refused_only_where_it_means_nothing() -> None:
    """Zero is a value, but a lot of nothing is none."""
    assert Credits().deserialize("0") == Decimal(0)
    with pytest.raises(ValidationError, match="more than zero"):
        Credits(positive=True).deserialize("0.00")


def test_signed_credits_may_be_negative() -> None:
    """An adjustment takes away, too."""
    assert Credits(signed=True).deserialize("-5") == Decimal("-5.00")


def test_credits_are_given_with_two_decimals() -> None:
    """`"20.00"`, whatever the amount's own precision."""
    assert Credits().serialize("amount", {"amount": Decimal(20)}) == "20.00"


@pytest.mark.parametrize("sent", ["1", 1.0, 1.5, True, None, [1], 0, 11])
def test_whole_numbers_are_integers_within_bounds(sent: Any) -> None:
    """`3.0`, `"3"` and `true` are not numbers of something."""
    with pytest.raises(ValidationError):
        WholeNumber(least=1, most=10).deserialize(sent)


@pytest.mark.parametrize(("sent", "number"), [("1", 1), ("10", 10)])
def test_in_a_query_whole_numbers_are_written(sent: str, number: int) -> None:
    """There is nothing but strings in a query."""
    assert WholeNumber(least=1, most=10, in_query=True).deserialize(sent) == number


@pytest.mark.parametrize("sent", ["", "1.0", "٣", "-1", "1_0", "9" * 5000])
def test_a_query_takes_plain_digits_only(sent: str) -> None:
    """Python's `int` would take more."""
    with pytest.raises(ValidationError):
        WholeNumber(least=1, most=10, in_query=True).deserialize(sent)


@pytest.mark.parametrize("sent", ["true", 1, 0, "yes", [], "on"])
def test_flags_are_true_or_false(sent: Any) -> None:
    """Nothing that merely looks like it."""
    with pytest.raises(ValidationError):
        Flag().deserialize(sent)
    assert Flag().deserialize(False) is False  # noqa: FBT003  # the very value under test
