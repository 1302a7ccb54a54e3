"""The balance of an account as a drawing: what is available, held and still to come, what is spent and expired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ..services.results import Account, Expiring, Lot

WIDTH = 1000
"""Width of the drawing in its own units."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One stretch of the bar. `kind` is `free`, `soon`, `held`, `later`, `spent` or `expired`."""

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

    @property
    def needs_legend(self) -> bool:
        """False for a bar that says no more than the number above it."""
        return [part.kind for part in self.parts] != ["free"]


def draw(account: Account, lots: Sequence[Lot], now: datetime, soon_days: int) -> Balance | None:
    """Return the drawing; None for people who may not see the balance.

    What is spent and expired is that of `lots`, the ones listed on the page.
    """
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
        ("spent", sum((lot.spent for lot in lots), Decimal(0))),
        ("expired", sum((lot.expired for lot in lots), Decimal(0))),
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
