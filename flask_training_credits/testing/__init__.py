"""For tests, ours and hosts': hooks that live in memory, a clock that stands still, factories, the ledger check.

::

    hooks = memory_hooks()
    TrainingCredits(hooks=hooks).init_app(app)
    hooks.catalog.add(offering(id="networking", price_credits=Decimal(20)))
    hooks.users.sign_in(person(id="ada"))

    with app.app_context():
        code = credit_code()  # on a new account with 100 credits
        ...
    assert_ledger(app)
"""

from .factories import account, credit_code, credit_type, lot, offering, person
from .ledger import assert_ledger
from .memory import (
    START,
    Clock,
    MemoryAccess,
    MemoryCatalog,
    MemoryHooks,
    MemoryUsers,
    RecordingNotifier,
    memory_hooks,
)

__all__ = [
    "START",
    "Clock",
    "MemoryAccess",
    "MemoryCatalog",
    "MemoryHooks",
    "MemoryUsers",
    "RecordingNotifier",
    "account",
    "assert_ledger",
    "credit_code",
    "credit_type",
    "lot",
    "memory_hooks",
    "offering",
    "person",
]
