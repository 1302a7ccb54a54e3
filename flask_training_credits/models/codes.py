"""Codes and passkeys, and the codes that learners keep for later. The text itself is never stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import PREFIX, Base, check, index, unique
from .types import JsonText, UtcDateTime, text_key


class Code(Base):
    """A code or passkey: a random 40-bit `number` that only a signed text can name.

    `revision` counts changes to its limits; a checkout that judged an older revision does not post.
    """

    __tablename__ = f"{PREFIX}codes"
    __table_args__ = (
        unique("codes_number", "number"),
        check("codes_kind", "kind IN ('code', 'passkey')"),
        check("codes_funding", "funding IN ('shared', 'reserved')"),
        check("codes_value", "value IS NULL OR (value >= 0 AND used <= value)"),
        check("codes_used", "used >= 0 AND uses >= 0"),
        index("codes_account", "account_id", "kind", "id"),
        index("codes_fingerprint", "key_fingerprint"),
    )

    id: Mapped[str] = mapped_column(text_key(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey(f"{PREFIX}accounts.id"))
    kind: Mapped[str] = mapped_column(String(8))
    number: Mapped[int] = mapped_column(BigInteger)
    key_fingerprint: Mapped[str] = mapped_column(String(16))
    last_four: Mapped[str] = mapped_column(String(4))
    label: Mapped[str | None] = mapped_column(String(255))
    tracking_id: Mapped[str | None] = mapped_column(String(255))
    value: Mapped[int | None] = mapped_column(BigInteger)
    used: Mapped[int] = mapped_column(BigInteger, default=0)
    uses: Mapped[int] = mapped_column(Integer, default=0)
    funding: Mapped[str] = mapped_column(String(8))
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    max_redemptions: Mapped[int | None] = mapped_column(Integer)
    per_learner: Mapped[int | None] = mapped_column(Integer)
    offering_ids: Mapped[Any | None] = mapped_column(JsonText)
    kinds: Mapped[Any | None] = mapped_column(JsonText)
    deliveries: Mapped[Any | None] = mapped_column(JsonText)
    learners: Mapped[Any | None] = mapped_column(JsonText)
    access_days: Mapped[int | None] = mapped_column(Integer)
    access_ends_with_code: Mapped[bool] = mapped_column(Boolean, default=False)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(text_key(255))


class Reservation(Base):
    """What a reserved code still holds on one lot."""

    __tablename__ = f"{PREFIX}reservations"
    __table_args__ = (check("reservations_amount", "amount >= 0"), index("reservations_lot", "lot_id"))

    code_id: Mapped[str] = mapped_column(ForeignKey(f"{PREFIX}codes.id"), primary_key=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey(f"{PREFIX}lots.id"), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)


class KeptCode(Base):
    """A code that a learner keeps for later."""

    __tablename__ = f"{PREFIX}kept_codes"
    __table_args__ = (unique("kept_codes", "user_id", "code_id"),)

    id: Mapped[str] = mapped_column(text_key(32), primary_key=True)
    user_id: Mapped[str] = mapped_column(text_key(255))
    code_id: Mapped[str] = mapped_column(ForeignKey(f"{PREFIX}codes.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
