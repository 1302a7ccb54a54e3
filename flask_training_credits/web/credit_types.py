"""What your credits buy: the programs and their rules, for anyone."""

from __future__ import annotations

from flask import Blueprint

from ..domain.values import Money
from ..proxy import current_credits
from ..services.results import CreditType
from .render import render


def register(blueprint: Blueprint) -> None:
    """Add these pages."""
    blueprint.add_url_rule("/types", "what_credits_buy", what_credits_buy)


def what_credits_buy() -> str:
    """Show every credit type: what it buys, what a credit is worth, how long credits last."""
    types = current_credits.credit_types.list()
    return render("credit_types.html", types=[(credit_type, unit_values(credit_type)) for credit_type in types])


def unit_values(credit_type: CreditType) -> list[Money]:
    """What one credit is worth, in each currency."""
    return [Money(minor, currency) for currency, minor in sorted(credit_type.unit_values.items())]
