"""Credits and money as people read them."""

from __future__ import annotations

from decimal import Decimal

from ..domain.amounts import human
from ..domain.values import Money

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


def show_credits(amount: Decimal | int | str | None) -> str:
    """`20`, not `20.00`; `20.50`; `1,250`. Nothing for None."""
    if amount is None:
        return ""
    value = Decimal(amount)
    text = human(abs(value))
    whole, point, rest = text.partition(".")
    return f"{'−' if value < 0 else ''}{int(whole):,}{point}{rest}"


def show_money(money: Money | None) -> str:
    """`$200`, `$199.50`, `SEK 200`. Nothing for None."""
    if money is None:
        return ""
    amount = money.amount
    number = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,f}"
    symbol = SYMBOLS.get(money.currency)
    return f"{symbol}{number}" if symbol else f"{money.currency} {number}"
