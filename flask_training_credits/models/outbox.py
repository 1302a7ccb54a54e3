"""What is to be told or done after a commit, and what was answered to whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import PREFIX, Base, index
from .types import JsonText, UtcDateTime, long_text, text_key


class Outgoing(Base):
    """A row of the outbox, written with the movement it speaks of.

    `kind` is `event` (told as a signal) or a piece of work for a hook: `grant`, `after_grant`. Each kind is handed on
    by itself. `done_at` is NULL while something is left to do; nobody else takes the row before `leased_until`. Rows
    are never deleted: every transaction keeps its event.
    """

    __tablename__ = f"{PREFIX}outbox"
    __table_args__ = (
        index("outbox_pending", "done_at", "id"),
        index("outbox_account", "account_id", "account_version"),
        index("outbox_subject", "subject_id"),
    )

    id: Mapped[str] = mapped_column(text_key(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    type: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[str | None] = mapped_column(text_key(32))
    account_version: Mapped[int | None] = mapped_column(BigInteger)
    subject_id: Mapped[str] = mapped_column(text_key(32))
    data: Mapped[Any] = mapped_column(JsonText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(String(255))


class Idempotency(Base):
    """The first answer to a keyed request. The row is written with what the request did, or not at all."""

    __tablename__ = f"{PREFIX}idempotency"
    __table_args__ = (index("idempotency_age", "created_at"),)

    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 over caller, method, route and key."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    body: Mapped[str] = mapped_column(long_text())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
