"""What a preset is made of, and the people every preset shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Persona:
    """Somebody a visitor can be. `role` says who that is; signing in leads to the endpoint `starts_at`."""

    key: str
    name: str
    email: str
    company: str
    role: str
    about: str
    starts_at: str
    is_staff: bool = False


PERSONAS: Sequence[Persona] = (
    Persona(
        key="learner",
        name="Lena Fischer",
        email="lena@acme.example",
        company="Acme Corporation",
        role="Learner",
        about="Wants to learn networking, and has a code from her company.",
        starts_at="catalog.courses",
    ),
    Persona(
        key="owner",
        name="Omar Haddad",
        email="omar@acme.example",
        company="Acme Corporation",
        role="Account owner",
        about="Looks after Acme’s training credits: the balance, the codes, where credits went.",
        starts_at="training_credits.accounts",
    ),
    Persona(
        key="admin",
        name="Ada Lindqvist",
        email="ada@northwind.example",
        company="Northwind Academy",
        role="Academy admin",
        about="Runs the academy: opens accounts, books orders, helps both sides.",
        starts_at="training_credits.admin",
        is_staff=True,
    ),
)


@dataclass(frozen=True, kw_only=True)
class ProductSeed:
    """One product of the catalog; `credits` None means that it cannot be paid with credits."""

    id: str
    title: str
    kind: str
    summary: str
    outline: Sequence[str]
    level: str
    hours: int
    dollars: int | None
    credits: int | None
    delivery: str = "self_paced"
    credits_only: bool = False
    access_days: int | None = None
    repeatable: bool = False


@dataclass(frozen=True, kw_only=True)
class LotSeed:
    """Credits that came in `days_ago`; `days_left` overrides the last day that the credit type gives."""

    amount: Decimal
    order_reference: str | None = None
    days_ago: int = 0
    days_left: int | None = None
    promotional: bool = False


@dataclass(frozen=True, kw_only=True)
class CodeSeed:
    """A code to issue; `limits` are keyword arguments of `codes.issue`."""

    label: str
    value: Decimal | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PurchaseSeed:
    """Somebody (an e-mail address) who bought something with the account's first code."""

    learner: str
    product_id: str


@dataclass(frozen=True, kw_only=True)
class AccountSeed:
    """An account with its people, credits, codes and past."""

    name: str
    owners: Sequence[str]
    contact: str
    lots: Sequence[LotSeed]
    codes: Sequence[CodeSeed]
    purchases: Sequence[PurchaseSeed] = ()


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One program: what the credit type allows, what is sold, who has credits, and what to try.

    `credit_type` is the body of `POST /admin/credit-types`. The first code of the first account is the one on the
    front page.
    """

    key: str
    name: str
    about: str
    try_this: Sequence[str]
    settings: Mapping[str, Any]
    credit_type: Mapping[str, Any]
    products: Sequence[ProductSeed]
    accounts: Sequence[AccountSeed]
