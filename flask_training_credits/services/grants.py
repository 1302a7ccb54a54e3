"""Grants: what the host's access hooks get, made from a redemption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, select, update

from ..domain.amounts import from_hundredths
from ..domain.snapshots import restore
from ..domain.values import AccessGrant, Money, Offering, Person
from ..models import Account, Code, Lot, Redemption
from .asking import Host
from .posting import LotMoney
from .unit import Unit

redemptions: Table = Redemption.__table__  # type: ignore[assignment]  # declarative says FromClause
accounts: Table = Account.__table__  # type: ignore[assignment]
codes: Table = Code.__table__  # type: ignore[assignment]
lots: Table = Lot.__table__  # type: ignore[assignment]

_KEEP_RECEIPT = (
    update(redemptions).where(redemptions.c.id == bindparam("redemption")).values(receipt=bindparam("new_receipt"))
)


def money_behind(paid: Sequence[Sequence[Any]], money: Mapping[str, LotMoney]) -> Money | None:
    """The money behind `(lot id, hundredths)` pieces, in minor units rounded down; None if any of it is unknown."""
    minor, currencies = 0, set()
    for lot_id, amount in paid:
        lot = money.get(lot_id)
        if lot is None or not lot.paid or not lot.amount:
            return None
        currencies.add(lot.paid["currency"])
        minor += lot.paid["minor"] * amount // lot.amount
    return Money(minor, currencies.pop()) if len(currencies) == 1 else None


def grant_of(
    row: Mapping[str, Any],
    host: Host,
    *,
    account_name: str,
    code_label: str | None,
    tracking_id: str | None,
    money: Mapping[str, LotMoney],
    learner: Person | None = None,
    offering: Offering | None = None,
) -> AccessGrant:
    """The grant of a redemption's row; learner and offering are found by it unless they are at hand."""
    references = (money[lot_id].order_reference for lot_id, _ in row["lots"] if lot_id in money)
    return AccessGrant(
        reference=row["id"],
        order_id=row["order_id"],
        redemption_id=row["id"],
        user_id=row["user_id"],
        learner=learner or host.people([row["user_id"]])[row["user_id"]],
        offering=offering or restore(row["offering"]),
        quantity=row["quantity"],
        amount=from_hundredths(row["amount"]),
        value=money_behind(row["lots"], money),
        account_id=row["account_id"],
        account_name=account_name,
        order_reference=next((reference for reference in references if reference), None),
        code_label=code_label,
        tracking_id=tracking_id,
        decided_by=row["decided_by"],
        granted_at=row["decided_at"] or row["requested_at"],
        expires_at=row["access_expires_at"],
        receipt=row["receipt"] or {},
    )


def read_grants(execute: Any, host: Host, redemption_ids: Sequence[str]) -> dict[str, AccessGrant]:
    """The grants of stored redemptions, in two statements."""
    query = (
        select(redemptions, accounts.c.name.label("account_name"), codes.c.label, codes.c.tracking_id)
        .join(accounts, accounts.c.id == redemptions.c.account_id)
        .outerjoin(codes, codes.c.id == redemptions.c.code_id)
        .where(redemptions.c.id.in_(list(redemption_ids)))
    )
    rows = list(execute(query))
    lot_ids = {lot_id for row in rows for lot_id, _ in row.lots}
    known = execute(select(lots.c.id, lots.c.amount, lots.c.paid, lots.c.order_reference).where(lots.c.id.in_(lot_ids)))
    money = {lot.id: LotMoney(*lot[1:]) for lot in known}
    return {
        row.id: grant_of(
            row._mapping,
            host,
            account_name=row.account_name,
            code_label=row.label,
            tracking_id=row.tracking_id,
            money=money,
        )
        for row in rows
    }


def keep_receipts(unit: Unit, receipts: Mapping[str, Mapping[str, str]]) -> None:
    """Store what `grant` returned, where it returned something."""
    kept = [{"redemption": key, "new_receipt": dict(receipt)} for key, receipt in receipts.items() if receipt]
    if kept:
        unit.execute(_KEEP_RECEIPT, kept)
