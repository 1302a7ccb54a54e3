"""Credit accounts and the people who have a role on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import PREFIX, Base, check, index, unique
from .types import JsonText, UtcDateTime, text_key


class Account(Base):
    """A credit account. Its row is the only lock: whoever moves its credits updates it first.

    `available` and `held` are booked hundredths; they may lag time (an expiry that nobody booked yet).
    `terms` counts changes to what a quote depends on besides the balance, so that a checkout can guard on it.
    """

    __tablename__ = f"{PREFIX}accounts"
    __table_args__ = (
        check("accounts_balances", "available >= 0 AND held >= 0"),
        check("accounts_kind", "kind IN ('company', 'individual', 'team')"),
        check("accounts_version", "version >= 0"),
        index("accounts_type", "credit_type", "id"),
        index("accounts_parent", "parent_id"),
    )

    id: Mapped[str] = mapped_column(text_key(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(16))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey(f"{PREFIX}accounts.id"))
    credit_type: Mapped[str] = mapped_column(ForeignKey(f"{PREFIX}credit_types.key"))
    country: Mapped[str | None] = mapped_column(String(2))
    contact: Mapped[str | None] = mapped_column(String(255))
    mail_domains: Mapped[Any | None] = mapped_column(JsonText)
    benefits: Mapped[Any | None] = mapped_column(JsonText)
    approval_policy: Mapped[Any | None] = mapped_column(JsonText)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    frozen_reason: Mapped[str | None] = mapped_column(String(1000))
    available: Mapped[int] = mapped_column(BigInteger, default=0)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    terms: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Member(Base):
    """A person's role on an account. Without `user_id` it is an invitation to whoever verified `email`."""

    __tablename__ = f"{PREFIX}members"
    __table_args__ = (
        check("members_role", "role IN ('owner', 'approver', 'member', 'viewer')"),
        check("members_who", "user_id IS NOT NULL OR email IS NOT NULL"),
        unique("members_user", "account_id", "user_id"),
        unique("members_email", "account_id", "email"),
        index("members_user", "user_id"),
        index("members_email", "email"),
    )

    id: Mapped[str] = mapped_column(text_key(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey(f"{PREFIX}accounts.id"))
    user_id: Mapped[str | None] = mapped_column(text_key(255))
    email: Mapped[str | None] = mapped_column(text_key(255))
    """In lower case; set for invitations only."""
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
