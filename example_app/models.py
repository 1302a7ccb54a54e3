"""The academy's own tables: people, what it sells, who is enrolled."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask_login import UserMixin
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from flask_training_credits import Money, Offering


class Base(DeclarativeBase):
    """Base of the academy's models."""


db = SQLAlchemy(model_class=Base)


class User(UserMixin, Base):  # type: ignore[misc]  # Flask-Login has no types
    """Somebody who can sign in. `persona` is how the demo's front page finds them."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(255), unique=True)
    email_verified: Mapped[bool] = mapped_column(default=True)
    company: Mapped[str] = mapped_column(String(120))
    persona: Mapped[str | None] = mapped_column(String(20), unique=True)
    is_staff: Mapped[bool] = mapped_column(default=False)


class Product(Base):
    """A course, a path, a plan or a ticket that the academy sells, in dollars and perhaps in credits."""

    __tablename__ = "product"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    delivery: Mapped[str] = mapped_column(String(20), default="self_paced")
    summary: Mapped[str]
    outline: Mapped[list[str]] = mapped_column(JSON, default=list)
    level: Mapped[str] = mapped_column(String(20))
    hours: Mapped[int]
    price_cents: Mapped[int | None]
    credits: Mapped[int | None]
    credits_only: Mapped[bool] = mapped_column(default=False)
    access_days: Mapped[int | None]
    repeatable: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]

    @property
    def price(self) -> Money | None:
        """The list price in dollars; None when it is sold for credits only."""
        return Money(self.price_cents, "USD") if self.price_cents is not None else None

    def as_offering(self, url: str) -> Offering:
        """The product as training credits see it."""
        return Offering(
            id=self.id,
            title=self.title,
            kind=self.kind,
            delivery=self.delivery,
            price_credits=Decimal(self.credits) if self.credits is not None else None,
            list_price=self.price,
            accepts_credits=self.credits is not None,
            credits_only=self.credits_only,
            access_days=self.access_days,
            repeatable=self.repeatable,
            url=url,
            description=self.summary,
        )


class Enrollment(Base):
    """Somebody may learn something. `paid_with` is `card` or `credits`; `reference` is the other side's receipt."""

    __tablename__ = "enrollment"
    __table_args__ = (UniqueConstraint("user_id", "product_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("product.id"))
    paid_with: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str | None] = mapped_column(String(40))
    since: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    until: Mapped[datetime | None]
    product: Mapped[Product] = relationship()


def find_enrollment(user_id: Any, product_id: str) -> Enrollment | None:
    """The enrollment of somebody in something, if there is one."""
    query = db.select(Enrollment).filter_by(user_id=int(user_id), product_id=product_id)
    return db.session.scalars(query).one_or_none()
