"""The academy's own promotion codes, which share one box with training credits."""

from __future__ import annotations

from collections.abc import Mapping

from flask import url_for

from flask_training_credits import Money, Offering, Person
from flask_training_credits.hooks import OtherCode

PERCENT_OFF: Mapping[str, int] = {"WELCOME10": 10, "SUMMER25": 25}


def discounted(price: Money, promotion: str | None) -> Money:
    """The price after a promotion; an unknown one changes nothing."""
    percent = PERCENT_OFF.get((promotion or "").strip().upper(), 0)
    return Money(price.minor - price.minor * percent // 100, price.currency)


class Promotions:
    """Answers the shared box for what is not a credit code."""

    def apply(self, text: str, offering: Offering, person: Person | None) -> OtherCode | None:
        """What the promotion does and where the checkout goes on with it; None if there is no such promotion."""
        promotion = text.strip().upper()
        percent = PERCENT_OFF.get(promotion)
        if percent is None or offering.list_price is None or offering.credits_only:
            return None
        url = url_for("checkout.cart", product_id=offering.id, promotion=promotion)
        return OtherCode(label=f"{percent} % off the price in dollars", url=url)
