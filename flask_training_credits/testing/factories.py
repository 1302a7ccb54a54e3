"""Things to test with: values by themselves, and rows of the current app made by its services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from ..domain.values import Offering, Person
from ..proxy import current_credits
from ..services import results

ACTOR: Final = "cli"
"""Who the factories act as: trusted host code."""


def offering(**fields: Any) -> Offering:
    """A self-paced course for 20 credits, with these fields."""
    defaults: dict[str, Any] = {
        "id": "networking",
        "title": "Introduction to Networking",
        "kind": "course",
        "price_credits": Decimal(20),
    }
    return Offering(**defaults | fields)


def person(**fields: Any) -> Person:
    """Somebody with a verified address, with these fields."""
    id_ = fields.get("id", "ada")
    defaults: dict[str, Any] = {"id": id_, "name": id_.title(), "email": f"{id_}@example.com", "email_verified": True}
    return Person(**defaults | fields)


def credit_type(**fields: Any) -> results.CreditType:
    """A credit type of the current app that pays for everything, worth 250 USD a credit, with these fields."""
    defaults = {"key": f"type-{uuid4().hex[:8]}", "name": "Training credits", "unit_values": {"USD": 25000}}
    return current_credits.credit_types.create(defaults | fields, actor=ACTOR)


def account(**fields: Any) -> results.Account:
    """A company's account of the current app, of a new credit type unless `credit_type` names one."""
    if "credit_type" not in fields:
        fields["credit_type"] = credit_type().key
    return current_credits.accounts.create(**{"name": "Example Company", **fields}, actor=ACTOR)


def lot(account_id: str | None = None, *, amount: Decimal | int = 100, **fields: Any) -> results.Lot:
    """Credits on an account of the current app, ordered today, on a new account unless one is named."""
    fields.setdefault("ordered_on", current_credits.hooks.clock().date())
    return current_credits.lots.issue(
        account_id or account().id, amount=Decimal(amount), **fields, actor=ACTOR, key=str(uuid4())
    )


def credit_code(account_id: str | None = None, **limits: Any) -> results.Code:
    """A code of the current app, with its text, on a new account with 100 credits unless one is named."""
    account_id = account_id or lot().account_id
    return current_credits.codes.issue(account_id, **limits, actor=ACTOR, key=str(uuid4()))[0]
