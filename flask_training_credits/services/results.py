"""What the use cases answer: frozen values, named as the API names them.

Credits are `Decimal` with two decimals, instants aware UTC. A field that the caller may not see is `None` (or empty).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from ..domain.values import Money

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; `next_cursor` fetches the next one and is None on the last."""

    items: Sequence[T]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class PayingLot:
    """A lot that pays, and how much."""

    lot_id: str
    amount: Decimal
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CancellationTier:
    """Cancelling before `until` returns `refund` credits, `percent` of the amount."""

    until: datetime
    percent: int
    refund: Decimal


@dataclass(frozen=True, kw_only=True)
class ItemRefusal:
    """Why an item cannot be bought like this: for machines (`code`), people (`message`), and what would fix it.

    `details` are the numbers of the refusal: `required`, `available`, `remaining`, `redemption_id`.
    """

    code: str
    message: str
    remedy: Mapping[str, Any] | None
    contact: str | None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class QuoteItem:
    """The price of one item and what would happen, or why it would not."""

    offering_id: str
    title: str | None
    quantity: int
    unit_price: Decimal | None
    gross: Decimal | None
    discount: Decimal | None
    amount: Decimal | None
    account_id: str | None
    account_name: str | None
    lots: Sequence[PayingLot]
    balance_after: Decimal | None
    needs_approval: bool
    cancellation: Sequence[CancellationTier]
    refusal: ItemRefusal | None


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a checkout would do. `token` fixes its prices; None when anything is refused."""

    items: Sequence[QuoteItem]
    total: Decimal
    ok: bool
    token: str | None


@dataclass(frozen=True, kw_only=True)
class RedemptionLot:
    """How much of a redemption a lot paid."""

    lot_id: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Redemption:
    """One offering paid with credits for one learner."""

    id: str
    order_id: str
    account_id: str
    user_id: str
    offering_id: str
    title: str
    quantity: int
    unit_price: Decimal
    amount: Decimal
    refunded: Decimal
    state: str
    requested_at: datetime
    deadline: datetime | None
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    access_expires_at: datetime | None
    vouchers: Sequence[Any] = ()
    lots: Sequence[RedemptionLot] = ()
    account_name: str | None = None
    url: str | None = None
    """The offering's page at redemption."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One checkout: its redemptions, and their status taken together."""

    id: str
    status: str
    total: Decimal
    created_at: datetime
    items: Sequence[Redemption]


@dataclass(frozen=True, kw_only=True)
class Upcoming:
    """Credits that become usable at `starts_at`."""

    starts_at: datetime
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Expiring:
    """Credits that can be used until `expires_at`."""

    expires_at: datetime
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Account:
    """A credit account as its people see it now, whatever has been booked. `status` is `open` or `frozen`."""

    id: str
    name: str
    kind: str
    parent_id: str | None
    credit_type: str
    country: str | None
    status: str
    available: Decimal | None
    held: Decimal | None
    upcoming: Sequence[Upcoming]
    expiring: Sequence[Expiring]
    role: str | None
    approval_policy: Mapping[str, Any] | None
    contact: str | None
    mail_domains: Sequence[str] | None = None
    benefits: Sequence[Mapping[str, Any]] | None = None
    owners: Sequence[str] | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Lot:
    """One dated inflow of credits, with every counter."""

    id: str
    account_id: str
    amount: Decimal
    available: Decimal
    held: Decimal
    spent: Decimal
    expired: Decimal
    revoked: Decimal
    moved: Decimal
    shortfall: Decimal
    starts_at: datetime
    expires_at: datetime | None
    source: str
    order_reference: str | None
    country: str | None
    promotional: bool
    paid: Money | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderForm:
    """What staff made from an order form."""

    account: Account
    lot: Lot

    @property
    def id(self) -> str:
        """The lot's id, which an idempotency key keeps."""
        return self.lot.id


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a transaction; `amount` is signed, and the lines sum to zero."""

    lot_id: str
    bucket: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """One immutable movement in the journal of an account."""

    id: str
    account_id: str
    version: int
    kind: str
    amount: Decimal
    available_after: Decimal
    held_after: Decimal
    effective_at: datetime
    recorded_at: datetime
    actor: str
    reason: str | None
    redemption_id: str | None
    entries: Sequence[Entry]
    hash: str


@dataclass(frozen=True, kw_only=True)
class Code:
    """A code or passkey of an account. `text` is None in lists and once its key is gone.

    `status` is `active`, `not_started`, `expired`, `used_up`, `revoked` or `key_removed`.
    """

    id: str
    account_id: str
    kind: str
    text: str | None = field(repr=False)
    last_four: str
    label: str | None
    tracking_id: str | None
    value: Decimal | None
    used: Decimal
    remaining: Decimal | None
    uses: int
    status: str
    funding: str
    starts_at: datetime | None
    expires_at: datetime | None
    max_redemptions: int | None
    per_learner: int | None
    offering_ids: Sequence[str] | None
    kinds: Sequence[str] | None
    deliveries: Sequence[str] | None
    learners: Sequence[str] | None
    access_days: int | None
    access_ends_with_code: bool
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class AppliesTo:
    """What a code pays for; None means no limit."""

    offering_ids: Sequence[str] | None
    kinds: Sequence[str] | None
    deliveries: Sequence[str] | None


@dataclass(frozen=True, kw_only=True)
class CodeCheck:
    """What anybody who holds an authentic code may know of it; `remaining` is None without a value."""

    remaining: Decimal | None
    expires_at: datetime | None
    label: str | None
    applies_to: AppliesTo


@dataclass(frozen=True, kw_only=True)
class KeptCode:
    """A code a learner keeps for later; its text is never shown again."""

    id: str
    last_four: str
    label: str | None
    remaining: Decimal | None
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CreditType:
    """A program: what its credits are worth, what they buy, how long they last."""

    key: str
    name: str
    description: str | None
    validity_months: int | None
    validity_from: str
    zone: str
    deadline: str
    applies_to: Sequence[Mapping[str, Any]]
    home_country_for: Sequence[Mapping[str, Any]]
    sale_countries: Sequence[str] | None
    unit_values: Mapping[str, int]
    packs: Sequence[Mapping[str, Any]]
    cancellation: Sequence[Mapping[str, Any]]
    reschedule: Mapping[str, Any] | None
    extendable: bool
    transferable: bool
    refundable: bool
    grace_days: int | None
    terms_url: str | None
    terms_version: str | None
    policy_url: str | None
    datasheet_url: str | None


@dataclass(frozen=True, kw_only=True)
class OfferingAccount:
    """What one of the caller's accounts would say to an offering."""

    account_id: str
    name: str
    price_credits: Decimal | None
    available: Decimal | None
    needs_approval: bool
    refusal: ItemRefusal | None


@dataclass(frozen=True, kw_only=True)
class OfferingView:
    """An offering with its price in credits, and the caller's accounts."""

    id: str
    title: str
    kind: str
    delivery: str
    price_credits: Decimal | None
    list_price: Money | None
    starts_at: datetime | date | None
    ends_at: datetime | date | None
    country: str | None
    open: bool
    accepts_credits: bool
    credits_only: bool
    assisted: bool
    voucher: bool
    group: bool
    repeatable: bool
    seats_left: int | None
    url: str | None
    description: str | None
    accounts: Sequence[OfferingAccount]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A broken row of the ledger: which rule, in which table and row, and what was found."""

    rule: str
    table: str
    row: str
    found: str
