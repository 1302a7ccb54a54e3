"""Lots, and the journal that explains every one of their counters. All amounts are hundredths of a credit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import PREFIX, Base, check, index, unique
from .types import JsonText, UtcDateTime, text_key


class Lot(Base):
    """One dated inflow, usable in `[starts_at, expires_at)`.

    `amount = available + held + spent + expired + revoked + moved`, always.
    """

    __tablename__ = f"{PREFIX}lots"
    __table_args__ = (
        check("lots_law", "amount = available + held + spent + expired + revoked + moved"),
        check(
            "lots_counters",
            "amount >= 0 AND available >= 0 AND held >= 0 AND spent >= 0 AND expired >= 0 AND revoked >= 0 "
            "AND moved >= 0 AND shortfall >= 0",
        ),
        check("lots_window", "expires_at IS NULL OR expires_at > starts_at"),
        check("lots_drained", "(drained AND available = 0) OR (NOT drained AND available > 0)"),
        check("lots_source", "source IN ('order', 'grant', 'transfer', 'grace')"),
        index("lots_paying", "account_id", "drained", "expires_at"),
        index("lots_account", "account_id", "id"),
        index("lots_expiry", "drained", "expires_at"),
    )

    id: Mapped[str] = mapped_column(text_key(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey(f"{PREFIX}accounts.id"))
    parent_id: Mapped[str | None] = mapped_column(text_key(32))
    """The lot that these credits were moved from."""
    amount: Mapped[int] = mapped_column(BigInteger)
    available: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    spent: Mapped[int] = mapped_column(BigInteger, default=0)
    expired: Mapped[int] = mapped_column(BigInteger, default=0)
    revoked: Mapped[int] = mapped_column(BigInteger, default=0)
    moved: Mapped[int] = mapped_column(BigInteger, default=0)
    shortfall: Mapped[int] = mapped_column(BigInteger, default=0)
    drained: Mapped[bool] = mapped_column(Boolean)
    """Nothing is available: keeps spent lots out of the index that a checkout reads."""
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(16))
    order_reference: Mapped[str | None] = mapped_column(String(255))
    country: Mapped[str | None] = mapped_column(String(2))
    promotional: Mapped[bool] = mapped_column(Boolean, default=False)
    paid: Mapped[Any | None] = mapped_column(JsonText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Transaction(Base):
    """One immutable movement, chained per account by its hash."""

    __tablename__ = f"{PREFIX}transactions"
    __table_args__ = (
        unique("transactions_version", "account_id", "version"),
        check("transactions_after", "available_after >= 0 AND held_after >= 0"),
        index("transactions_redemption", "redemption_id"),
    )

    id: Mapped[str] = mapped_column(text_key(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey(f"{PREFIX}accounts.id"))
    version: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16))
    amount: Mapped[int] = mapped_column(BigInteger)
    available_after: Mapped[int] = mapped_column(BigInteger)
    held_after: Mapped[int] = mapped_column(BigInteger)
    effective_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(text_key(255))
    reason: Mapped[str | None] = mapped_column(Text)
    redemption_id: Mapped[str | None] = mapped_column(text_key(32))
    hash: Mapped[str] = mapped_column(String(64))


class Entry(Base):
    """One line of a transaction: a signed amount in one bucket of one lot. Lines of a transaction sum to zero."""

    __tablename__ = f"{PREFIX}entries"
    __table_args__ = (
        check("entries_bucket", "bucket IN ('source', 'available', 'held', 'spent', 'expired', 'revoked', 'moved')"),
        index("entries_lot", "lot_id"),
    )

    transaction_id: Mapped[str] = mapped_column(ForeignKey(f"{PREFIX}transactions.id"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    lot_id: Mapped[str] = mapped_column(ForeignKey(f"{PREFIX}lots.id"))
    bucket: Mapped[str] = mapped_column(String(16))
    amount: Mapped[int] = mapped_column(BigInteger)
