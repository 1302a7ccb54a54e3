"""Redemptions. An order is the redemptions that share its id."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import PREFIX, Base, check, index, unique
from .types import JsonText, UtcDateTime, text_key


class Redemption(Base):
    """One cart item paid with credits. `slot` is set while it is live and makes a second one impossible."""

    __tablename__ = f"{PREFIX}redemptions"
    __table_args__ = (
        unique("redemptions_slot", "slot"),
        unique("redemptions_order", "order_id", "position"),
        check("redemptions_amounts", "amount >= 0 AND refunded >= 0 AND refunded <= amount AND quantity >= 1"),
        check(
            "redemptions_state",
            "state IN ('pending', 'completed', 'fulfilling', 'declined', 'withdrawn', 'lapsed', 'cancelled')",
        ),
        index("redemptions_user", "user_id", "id"),
        index("redemptions_buyer", "placed_by", "order_id"),
        index("redemptions_account", "account_id", "id"),
        index("redemptions_code", "code_id", "user_id"),
        index("redemptions_offering", "user_id", "offering_id"),
    )

    id: Mapped[str] = mapped_column(text_key(32), primary_key=True)
    order_id: Mapped[str] = mapped_column(text_key(32))
    position: Mapped[int] = mapped_column(Integer)
    placed_by: Mapped[str] = mapped_column(text_key(255))
    user_id: Mapped[str] = mapped_column(text_key(255))
    account_id: Mapped[str] = mapped_column(ForeignKey(f"{PREFIX}accounts.id"))
    code_id: Mapped[str | None] = mapped_column(ForeignKey(f"{PREFIX}codes.id"))
    offering_id: Mapped[str] = mapped_column(text_key(255))
    title: Mapped[str] = mapped_column(Text)
    offering: Mapped[Any] = mapped_column(JsonText)
    """The offering as it was at redemption, in wire form."""
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    refunded: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(String(16))
    slot: Mapped[str | None] = mapped_column(String(64))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(text_key(255))
    reason: Mapped[str | None] = mapped_column(Text)
    access_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    access_ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancellation: Mapped[Any] = mapped_column(JsonText)
    """The tiers of the cancellation policy, stamped at the order."""
    lots: Mapped[Any] = mapped_column(JsonText)
    """The lots that paid at the order, in order of consumption: `[[lot id, hundredths], …]`."""
    receipt: Mapped[Any | None] = mapped_column(JsonText)
