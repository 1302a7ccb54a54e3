"""Credits: exact, with two decimals. Whole hundredths inside, `Decimal` for people, strings on the wire."""

from __future__ import annotations

import re
from decimal import Decimal

MAX_HUNDREDTHS = 10**17
"""Largest amount: a thousand million million credits, so that sums of many stay inside a BIGINT."""

_CENT = Decimal("0.01")
_WRITTEN = re.compile(r"(-?)([0-9]{1,16})(?:\.([0-9]{1,2}))?", re.ASCII)


def parse_credits(value: object, *, signed: bool = False) -> Decimal:
    """Credits from input: an integer, or a string such as `"20"` or `"20.50"`.

    Raises `ValueError` with a sentence that says how to write it: for floats, NaN, exponents, three decimals,
    a sign where none makes sense, and what is beyond the largest amount.
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError('Write credits as a string or a whole number, for example "20.00".')
    match = _WRITTEN.fullmatch(str(value))
    if match is None:
        raise ValueError('Write credits with at most two decimals, for example "20.00".')
    if match[1] and not signed:
        raise ValueError("Credits cannot be negative here.")
    amount = Decimal(str(value)).quantize(_CENT)
    if abs(amount) * 100 > MAX_HUNDREDTHS:
        raise ValueError("That is more credits than can exist.")
    return amount + 0  # "-0" is zero


def credits_of(value: Decimal | int) -> Decimal:
    """Credits from Python: a `Decimal` or `int`, not negative, at most two decimals. Raises `ValueError`."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise TypeError("credits must be a Decimal or an int")
    amount = Decimal(value)
    if not amount.is_finite() or amount < 0 or amount != amount.quantize(_CENT):
        raise ValueError("credits must be finite, not negative, with at most two decimals")
    return amount.quantize(_CENT)


def to_hundredths(amount: Decimal | int) -> int:
    """Whole hundredths of an exact amount."""
    scaled = Decimal(amount).scaleb(2)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} has more than two decimals")
    return int(scaled)


def from_hundredths(hundredths: int) -> Decimal:
    """The amount, always with two decimals."""
    return Decimal(hundredths).scaleb(-2)


def wire(amount: Decimal) -> str:
    """The amount as JSON has it: `"20.00"`."""
    return f"{amount:.2f}"


def human(amount: Decimal) -> str:
    """The amount as people see it: `20`, `20.50`."""
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:.2f}"


def ceil_div(numerator: int, denominator: int) -> int:
    """`numerator / denominator`, rounded up."""
    return -(-numerator // denominator)


def percent_floor(hundredths: int, percent: int) -> int:
    """`percent` of an amount, rounded down to a hundredth."""
    return hundredths * percent // 100


def percent_half_up(hundredths: int, percent: int) -> int:
    """`percent` of an amount, half a hundredth rounded up."""
    return (hundredths * percent + 50) // 100
