"""The values that cross the border between a host and us.

A host's hooks make and receive these. All are frozen; what cannot be right raises `ValueError` or `TypeError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .amounts import credits_of
from .iso import COUNTRIES, minor_digits

DELIVERIES = ("self_paced", "virtual", "in_person")
MAX_ID = 255


def check_id(value: object, name: str = "id") -> str:
    """Return a host's id unchanged.

    Raises `ValueError` unless it is a string of 1 to 255 printable characters without a slash and without
    white space at either end.
    """
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} must be a string that is not empty")
    if len(value) > MAX_ID:
        raise ValueError(f"{name} must have at most {MAX_ID} characters")
    if not value.isprintable() or value != value.strip():
        raise ValueError(f"{name} must have no control characters and no white space at its ends")
    if "/" in value:
        raise ValueError(f"{name} must have no slash")
    return value


@dataclass(frozen=True)
class Money:
    """An amount of money: whole minor units (cents) of an ISO 4217 currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise TypeError("minor must be a whole number of minor units")
        minor_digits(self.currency)

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Money:
        """Money from a decimal amount: `Money.of(Decimal("250"), "USD")` has 25000 minor units."""
        scaled = Decimal(amount).scaleb(minor_digits(currency))
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{amount} is finer than the smallest unit of {currency}")
        return cls(int(scaled), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in whole units, with the currency's number of decimals."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))


@dataclass(frozen=True, kw_only=True)
class Offering:
    """Something the host sells: a course, a path, a plan, a session, an exam.

    `price_credits` is the price of one in credits: `None` derives it from `list_price`, `Decimal(0)` is free.
    `starts_at` and `ends_at` are aware datetimes, or dates in the credit type's zone (a date in `ends_at` means the
    end of that day).
    """

    id: str
    title: str
    kind: str
    delivery: str = "self_paced"
    price_credits: Decimal | None = None
    list_price: Money | None = None
    starts_at: datetime | date | None = None
    ends_at: datetime | date | None = None
    country: str | None = None
    course_id: str | None = None
    seats_left: int | None = None
    open: bool = True
    accepts_credits: bool = True
    credits_only: bool = False
    assisted: bool = False
    voucher: bool = False
    group: bool = False
    repeatable: bool = False
    access_days: int | None = None
    access_until: datetime | None = None
    url: str | None = None
    description: str | None = None

    def __post_init__(self) -> None:
        check_id(self.id)
        texts: tuple[object, ...] = (self.title, self.kind)
        if not all(isinstance(text, str) and text for text in texts):
            raise TypeError("title and kind must be strings that are not empty")
        if self.delivery not in DELIVERIES:
            raise ValueError(f"delivery must be one of {', '.join(DELIVERIES)}")
        if self.price_credits is not None:
            object.__setattr__(self, "price_credits", credits_of(self.price_credits))
        if self.list_price is not None:
            if not isinstance(self.list_price, Money):
                raise TypeError("list_price must be Money")
            if self.list_price.minor < 0:
                raise ValueError("list_price must not be negative")
        for name in ("starts_at", "ends_at", "access_until"):
            moment = getattr(self, name)
            if isinstance(moment, datetime) and moment.utcoffset() is None:
                raise ValueError(f"{name} must be an aware datetime or a date")
            if moment is not None and not isinstance(moment, date):
                raise TypeError(f"{name} must be a datetime or a date")
        if self.country is not None and self.country not in COUNTRIES:
            raise ValueError("country must be an ISO 3166-1 alpha-2 code in capitals")


@dataclass(frozen=True)
class Person:
    """Somebody the host knows. `user` is the host's own object, outside equality and repr."""

    id: str
    name: str
    email: str | None
    email_verified: bool = False
    is_active: bool = True
    given_name: str | None = None
    family_name: str | None = None
    country: str | None = None
    locale: str | None = None
    timezone: str | None = None
    user: Any = field(default=None, compare=False, repr=False)

    @property
    def verified_email(self) -> str | None:
        """The address in lower case, if the host has verified it."""
        return self.email.lower() if self.email and self.email_verified else None


def former_user(user_id: str) -> Person:
    """Stand-in for somebody the host no longer knows."""
    return Person(user_id, "former user", None, is_active=False)


@dataclass(frozen=True)
class Item:
    """One line of a checkout: what, how many, for whom, and which source pays.

    Give one of `code`, `passkey` and `account_id`. `learner` (a user id) is only for buying for somebody else.
    """

    offering_id: str
    quantity: int = 1
    learner: str | None = None
    code: str | None = field(default=None, repr=False)
    passkey: str | None = field(default=None, repr=False)
    account_id: str | None = None


@dataclass(frozen=True)
class Refusal:
    """A hook's no: a machine code, a sentence for the learner, and what would fix it."""

    code: str
    message: str | None = None
    remedy: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class AccessGrant:
    """What a host's access hook gets: who may enter what, paid by which account, and why.

    `reference` is ASCII, at most 40 characters, unique per grant. `offering` is the snapshot taken at redemption.
    `amount` is in credits, `value` the money behind it if known. `receipt` is what `grant` returned, `{}` before.
    """

    reference: str
    order_id: str
    redemption_id: str
    user_id: str
    learner: Person
    offering: Offering
    quantity: int
    amount: Decimal
    value: Money | None
    account_id: str
    account_name: str
    order_reference: str | None
    code_label: str | None
    tracking_id: str | None
    decided_by: str | None
    granted_at: datetime
    expires_at: datetime | None
    receipt: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OtherCode:
    """The host's own promotion or license code, as the shared box shows it.

    `label` says what it does ("10 % off"), `url` is where the host's checkout goes on with it applied.
    """

    label: str
    url: str | None = None


@dataclass(frozen=True)
class MailMessage:
    """One mail, ready to send; `key` is the same whenever the same mail is handed over again."""

    to: str
    subject: str
    text: str
    html: str
    locale: str
    key: str
