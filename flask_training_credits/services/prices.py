"""What an offering costs before it is known which account pays."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ..domain.amounts import from_hundredths
from ..domain.eligibility import applies
from ..domain.pricing import unit_price
from ..domain.values import Offering
from .results import CreditType


def general_price(offering: Offering, types: Iterable[CreditType]) -> Decimal | None:
    """The offering's own price, else the one that all credit types agree on that can buy it and know its value."""
    if offering.price_credits is not None:
        return offering.price_credits
    prices = {unit_price(offering, kind.unit_values) for kind in types if applies(offering, kind.applies_to)} - {None}
    agreed = prices.pop() if len(prices) == 1 else None
    return None if agreed is None else from_hundredths(agreed)
