"""Credit types: the programs credits belong to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import PREFIX, Base, check
from .types import JsonText, UtcDateTime, text_key


class CreditType(Base):
    """One program. JSON columns hold what the API takes and gives, validated on the way in."""

    __tablename__ = f"{PREFIX}credit_types"
    __table_args__ = (
        check("credit_types_validity", "validity_months IS NULL OR validity_months >= 0"),
        check("credit_types_from", "validity_from IN ('order', 'start', 'issue')"),
        check("credit_types_deadline", "deadline IN ('booked', 'begun', 'attended')"),
    )

    key: Mapped[str] = mapped_column(text_key(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    validity_months: Mapped[int | None] = mapped_column(Integer)
    """Months from the anchor date to a lot's last usable day; NULL: credits of this type never expire."""
    validity_from: Mapped[str] = mapped_column(String(8))
    zone: Mapped[str] = mapped_column(String(64))
    deadline: Mapped[str] = mapped_column(String(8))
    applies_to: Mapped[Any] = mapped_column(JsonText)
    home_country_for: Mapped[Any] = mapped_column(JsonText)
    sale_countries: Mapped[Any | None] = mapped_column(JsonText)
    unit_values: Mapped[Any] = mapped_column(JsonText)
    packs: Mapped[Any] = mapped_column(JsonText)
    cancellation: Mapped[Any] = mapped_column(JsonText)
    reschedule: Mapped[Any | None] = mapped_column(JsonText)
    extendable: Mapped[bool] = mapped_column(Boolean)
    transferable: Mapped[bool] = mapped_column(Boolean)
    refundable: Mapped[bool] = mapped_column(Boolean)
    grace_days: Mapped[int | None] = mapped_column(Integer)
    terms_url: Mapped[str | None] = mapped_column(String(2000))
    terms_version: Mapped[str | None] = mapped_column(String(64))
    policy_url: Mapped[str | None] = mapped_column(String(2000))
    datasheet_url: Mapped[str | None] = mapped_column(String(2000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
