"""Prepaid training credits for a Flask application that already has its catalog, its users and its look."""

from .domain.values import AccessGrant, Item, Money, Offering, Person, Refusal
from .errors import ConfigurationError, CreditsError, Refused, UncommittedWork
from .extension import TrainingCredits
from .hooks import Hooks, SQLAlchemyUsers
from .proxy import current_credits
from .services.results import Order, Quote

__all__ = [
    "AccessGrant",
    "ConfigurationError",
    "CreditsError",
    "Hooks",
    "Item",
    "Money",
    "Offering",
    "Order",
    "Person",
    "Quote",
    "Refusal",
    "Refused",
    "SQLAlchemyUsers",
    "TrainingCredits",
    "UncommittedWork",
    "current_credits",
]
