"""The balance of an account as a drawing: what is available, what of it expires soon, what is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ..services.results import Account, Expiring

WIDTH = 1000
"""Width of the drawing in its own units."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One stretch of the bar. `kind` is `free`, `soon`, `held` or `later`."""

    kind: str
    amount: Decimal
    x: int
    width: int


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What the account page draws and says."""

    available: Decimal
    held: Decimal
    soon: Sequence[Expiring]
    parts: Sequence[Part]


def draw(account: Account, now: datetime, soon_days: int) -> Balance | None:
    """Return the drawing; None for people who may not see the balance."""
    if account.available is None or account.held is None:
        return None
    until = now + timedelta(days=soon_days)
    soon = [expiring for expiring in account.expiring if expiring.expires_at <= until]
    expiring_amount = min(sum((e.amount for e in soon), Decimal(0)), account.available)
    upcoming = sum((u.amount for u in account.upcoming), Decimal(0))
    amounts = (
        ("soon", expiring_amount),
        ("free", account.available - expiring_amount),
        ("held", account.held),
        ("later", upcoming),
    )
    parts = _stretch(amounts)
    return Balance(available=account.available, held=account.held, soon=soon, parts=parts)


def _stretch(amounts: Sequence[tuple[str, Decimal]]) -> list[Part]:
    total = sum((amount for _, amount in amounts), Decimal(0))
    parts: list[Part] = []
    behind = Decimal(0)
    for kind, amount in amounts:
        if amount <= 0:
            continue
        start, end = int(WIDTH * behind / total), int(WIDTH * (behind + amount) / total)
        parts.append(Part(kind=kind, amount=amount, x=start, width=max(end - start, 4)))
        behind += amount
    return parts
