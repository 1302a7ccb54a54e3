"""Credits are exact: what is taken, what is refused, and how they are written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_training_credits.domain import amounts

HUNDREDTHS = st.integers(0, amounts.MAX_HUNDREDTHS)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("20", "20.00"),
        ("20.5", "20.50"),
        ("20.50", "20.50"),
        ("0.01", "0.01"),
        ("007", "7.00"),
        ("0", "0.00"),
        (20, "20.00"),
        (0, "0.00"),
        ("1000000000000000", "1000000000000000.00"),
        ("999999999999999.99", "999999999999999.99"),
    ],
)
def test_a_whole_number_or_a_string_with_up_to_two_decimals_is_taken(written: object, amount: str) -> None:
    """The amount always has two decimals."""
    assert str(amounts.parse_credits(written)) == amount


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            " ",
            " 20",
            "20 ",
            "20\n",
            "+5",
            "-5",
            "-0.01",
            "1e3",
            "1E3",
            "NaN",
            "Infinity",
            "19.999",
            "1_000",
            "1,000",
        ),
        *(".5", "5.", "0x10", "٢٠", "²", "20€", "1000000000000000.01", "10000000000000000", "9" * 400),
        *(-5, 10**16, 20.0, 0.0, float("nan"), Decimal(20), True, False, None, [], {}, b"20"),
    ],
)
def test_anything_else_is_refused(written: object) -> None:
    """Floats, exponents, a third decimal, signs, foreign digits and what is too large raise with a sentence."""
    with pytest.raises(ValueError, match=r"^(Write credits|Credits cannot be negative|That is more credits)"):
        amounts.parse_credits(written)


@pytest.mark.parametrize(("written", "amount"), [("-5", "-5.00"), (-5, "-5.00"), ("-0", "0.00"), ("5", "5.00")])
def test_a_minus_is_taken_only_where_a_sign_makes_sense(written: object, amount: str) -> None:
    """An adjustment may be negative; minus zero is zero."""
    assert str(amounts.parse_credits(written, signed=True)) == amount


@pytest.mark.parametrize("value", [Decimal("0.001"), Decimal(-1), Decimal("NaN"), Decimal("Infinity"), -1])
def test_python_amounts_that_are_not_credits_are_refused(value: Decimal | int) -> None:
    """A hook cannot hand in three decimals, a negative or no number."""
    with pytest.raises(ValueError, match="at most two decimals"):
        amounts.credits_of(value)


@pytest.mark.parametrize("value", [1.5, "20", True, None])
def test_python_amounts_are_decimals_or_ints(value: object) -> None:
    """A float, a string and a boolean have the wrong type."""
    with pytest.raises(TypeError):
        amounts.credits_of(value)  # type: ignore[arg-type]


@given(HUNDREDTHS)
def test_hundredths_survive_every_way_of_writing_them(hundredths: int) -> None:
    """Into credits, onto the wire, through input and back: the same number of hundredths."""
    amount = amounts.from_hundredths(hundredths)
    assert amount.as_tuple().exponent == -2
    assert amounts.to_hundredths(amounts.parse_credits(amounts.wire(amount))) == hundredths
    assert amounts.to_hundredths(amounts.parse_credits(amounts.human(amount))) == hundredths
    assert amounts.to_hundredths(amounts.credits_of(amount)) == hundredths


def test_a_third_decimal_is_never_rounded_away() -> None:
    """An amount finer than a hundredth raises rather than lose anything."""
    with pytest.raises(ValueError, match=r"19\.999 has more than two decimals"):
        amounts.to_hundredths(Decimal("19.999"))


@pytest.mark.parametrize(
    ("amount", "wire", "human"),
    [("20", "20.00", "20"), ("20.50", "20.50", "20.50"), ("0", "0.00", "0"), ("1000000", "1000000.00", "1000000")],
)
def test_machines_see_two_decimals_and_people_only_those_that_matter(amount: str, wire: str, human: str) -> None:
    """`20.00` on the wire is `20` on a page."""
    assert (amounts.wire(Decimal(amount)), amounts.human(Decimal(amount))) == (wire, human)


@given(HUNDREDTHS, st.integers(0, 100))
def test_percents_round_down_for_discounts_and_half_up_for_refunds(hundredths: int, percent: int) -> None:
    """Both are exact integers within a hundredth of the true share, on their own side of it."""
    true = Decimal(hundredths) * percent / 100
    floor, half_up = amounts.percent_floor(hundredths, percent), amounts.percent_half_up(hundredths, percent)
    assert 0 <= true - floor < 1
    assert Decimal("-0.5") <= true - half_up < Decimal("0.5")


@pytest.mark.parametrize(("percent", "floor", "half_up"), [(33, 16, 17), (50, 25, 25), (1, 0, 1), (0, 0, 0)])
def test_half_a_hundredth(percent: int, floor: int, half_up: int) -> None:
    """Of 0.50 credits, 33 percent are 16.5 hundredths: 16 off the price, 17 back."""
    assert (amounts.percent_floor(50, percent), amounts.percent_half_up(50, percent)) == (floor, half_up)
