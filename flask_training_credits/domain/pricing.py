"""What an offering costs in credits. All results are hundredths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .amounts import MAX_HUNDREDTHS, ceil_div, percent_floor, to_hundredths
from .eligibility import matches
from .values import Offering


@dataclass(frozen=True, slots=True)
class Price:
    """`gross = unit * quantity`, `amount = gross - discount`, in hundredths."""

    unit: int
    gross: int
    discount: int

    @property
    def amount(self) -> int:
        """What is to be paid."""
        return self.gross - self.discount


def unit_price(offering: Offering, unit_values: Mapping[str, int]) -> int | None:
    """The price of one, or None when it is not known.

    The offering's own price in credits; else its list price divided by the credit type's unit value in that
    currency, rounded up to a hundredth.
    """
    if offering.price_credits is not None:
        return to_hundredths(offering.price_credits)
    if offering.list_price is None:
        return None
    value = unit_values.get(offering.list_price.currency)
    return None if value is None else ceil_div(offering.list_price.minor * 100, value)


def best_benefit(offering: Offering, benefits: Sequence[Mapping[str, Any]]) -> int:
    """The largest percentage of the account's benefits that match; benefits never add up."""
    return max((benefit["percent"] for benefit in benefits if matches(offering, benefit)), default=0)


def price(
    offering: Offering, quantity: int, unit_values: Mapping[str, int], benefits: Sequence[Mapping[str, Any]]
) -> Price | None:
    """Unit, gross and discount of a quantity.

    None when the price is not known (unknown is never free) or beyond what credits can be.
    """
    unit = unit_price(offering, unit_values)
    if unit is None:
        return None
    gross = unit * quantity
    if gross > MAX_HUNDREDTHS:
        return None
    return Price(unit, gross, percent_floor(gross, best_benefit(offering, benefits)))
