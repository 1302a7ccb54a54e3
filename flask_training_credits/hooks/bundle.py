"""The hooks a host passes, and the hooks our code calls."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import date, datetime

from .protocols import Access, Catalog, Notifier, OtherCodes, Payments, Permissions, Users, VoucherIssuer

Holidays = Callable[[str, int], Set[date]]
"""`holidays(country, year)`: the days on which nobody works."""

Clock = Callable[[], datetime]
"""`clock()`: the present instant, an aware datetime."""


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """The host's side as objects; every field is optional and mixes with the decorators of `TrainingCredits`."""

    catalog: Catalog | None = None
    users: Users | None = None
    access: Access | None = None
    permissions: Permissions | None = None
    payments: Payments | None = None
    notifier: Notifier | None = None
    vouchers: VoucherIssuer | None = None
    other_codes: OtherCodes | None = None
    holidays: Holidays | None = None
    clock: Clock | None = None


@dataclass(frozen=True, kw_only=True)
class ResolvedHooks:
    """The hooks of one app with every default filled in.

    What host code raises or answers passes through unchanged. `payments`, `vouchers` and `other_codes` are None when
    the host has none.
    """

    catalog: Catalog
    users: Users
    access: Access
    permissions: Permissions
    notifier: Notifier
    holidays: Holidays
    clock: Clock
    payments: Payments | None = None
    vouchers: VoucherIssuer | None = None
    other_codes: OtherCodes | None = None
