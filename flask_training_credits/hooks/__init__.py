"""What the host tells us and what we ask of it: protocols, their adapters and defaults."""

from ..domain.values import OtherCode
from .bundle import Hooks, ResolvedHooks
from .decorators import HookDecorators, HookFunctions
from .protocols import Access, Catalog, Notifier, OtherCodes, Payments, Permissions, Users, VoucherIssuer
from .resolve import resolve
from .users import SQLAlchemyUsers

__all__ = [
    "Access",
    "Catalog",
    "HookDecorators",
    "HookFunctions",
    "Hooks",
    "Notifier",
    "OtherCode",
    "OtherCodes",
    "Payments",
    "Permissions",
    "ResolvedHooks",
    "SQLAlchemyUsers",
    "Users",
    "VoucherIssuer",
    "resolve",
]
