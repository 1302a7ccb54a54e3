"""What people see of an account: computed from its lots and holds at read time, job or no job."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select

from ..domain.amounts import from_hundredths
from ..domain.lots import LotView, is_live
from ..models import Account, Code, Lot, Reservation
from . import results
from .store import Store

accounts: Table = Account.__table__  # type: ignore[assignment]  # declarative says FromClause
lots: Table = Lot.__table__  # type: ignore[assignment]
codes: Table = Code.__table__  # type: ignore[assignment]
reservations: Table = Reservation.__table__  # type: ignore[assignment]


@dataclass
class Standing:
    """An account's usable lots at an instant, with what lapsed holds give back, and what is still held."""

    lots: dict[str, LotView] = field(default_factory=dict)
    held: int = 0

    def available(self, now: datetime) -> int:
        """Hundredths that can be spent now."""
        return sum(lot.available for lot in self.lots.values() if is_live(lot, now))

    def upcoming(self, now: datetime) -> list[results.Upcoming]:
        """Credits that start later, by start."""
        sums: dict[datetime, int] = {}
        for lot in self.lots.values():
            if lot.starts_at > now:
                sums[lot.starts_at] = sums.get(lot.starts_at, 0) + lot.available
        return [results.Upcoming(starts_at=at, amount=from_hundredths(sums[at])) for at in sorted(sums)]

    def expiring(self, now: datetime) -> list[results.Expiring]:
        """Credits that can be spent now, by the end of their lots."""
        sums: dict[datetime, int] = {}
        for lot in self.lots.values():
            if lot.expires_at is not None and is_live(lot, now):
                sums[lot.expires_at] = sums.get(lot.expires_at, 0) + lot.available
        return [results.Expiring(expires_at=at, amount=from_hundredths(sums[at])) for at in sorted(sums)]


def standings(store: Store, account_ids: Collection[str], now: datetime) -> dict[str, Standing]:
    """How accounts stand at `now`, in three statements for any number of them."""
    found = {account_id: Standing() for account_id in account_ids}
    if not found:
        return found
    view = (lots.c.id, lots.c.available, lots.c.starts_at, lots.c.expires_at, lots.c.promotional, lots.c.country)
    open_lots = select(*view, lots.c.account_id).where(lots.c.account_id.in_(list(found)), lots.c.drained.is_(False))
    for row in store.execute(open_lots):
        lot = LotView.of(row)
        if lot.expires_at is None or lot.expires_at > now:
            found[row.account_id].lots[lot.id] = lot
    held = select(accounts.c.id, accounts.c.held).where(accounts.c.id.in_(list(found)), accounts.c.held > 0)
    holding = {row.id: row.held for row in store.execute(held)}
    for account_id, amount in holding.items():
        found[account_id].held = amount
    for row in lapsed_reservations(store, list(holding), now) if holding else ():
        standing = found[row.account_id]
        standing.held -= row.reserved
        lot = LotView.of(row)
        if lot.expires_at is None or lot.expires_at > now:
            known = standing.lots.get(lot.id)
            total = row.reserved + (known.available if known else 0)
            standing.lots[lot.id] = LotView(lot.id, total, *row[2:6])
    return found


def lapsed_reservations(store: Any, account_ids: Collection[str], now: datetime) -> list[Any]:
    """What reserved codes still hold although they have expired: lot columns, account, code and amount."""
    view = (lots.c.id, lots.c.available, lots.c.starts_at, lots.c.expires_at, lots.c.promotional, lots.c.country)
    rows = store.execute(
        select(*view, codes.c.account_id, reservations.c.code_id, reservations.c.amount.label("reserved"))
        .join_from(codes, reservations, reservations.c.code_id == codes.c.id)
        .join(lots, lots.c.id == reservations.c.lot_id)
        .where(
            codes.c.account_id.in_(list(account_ids)),
            codes.c.funding == "reserved",
            codes.c.expires_at <= now,
            reservations.c.amount > 0,
        )
        .order_by(reservations.c.code_id, reservations.c.lot_id)
    )
    return list(rows)
