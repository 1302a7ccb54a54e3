"""Tables of training credits: columns and constraints, no rules."""

from .accounts import Account, Member
from .base import Base
from .codes import Code, KeptCode, Reservation
from .credit_types import CreditType
from .journal import Entry, Lot, Transaction
from .outbox import Idempotency, Outgoing
from .redemptions import Redemption

__all__ = [
    "Account",
    "Base",
    "Code",
    "CreditType",
    "Entry",
    "Idempotency",
    "KeptCode",
    "Lot",
    "Member",
    "Outgoing",
    "Redemption",
    "Reservation",
    "Transaction",
]
