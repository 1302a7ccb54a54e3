"""All endpoints of the interface, in the order in which its description lists them."""

from __future__ import annotations

from . import account_codes, accounts, checkout, codes, credit_types, lots, offerings, orders, redemptions
from .endpoints import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *offerings.routes,
    *codes.routes,
    *checkout.routes,
    *orders.routes,
    *redemptions.routes,
    *accounts.routes,
    *lots.routes,
    *account_codes.routes,
    *credit_types.routes,
)
