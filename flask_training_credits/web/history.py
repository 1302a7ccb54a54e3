"""The journal as people read it: what each transaction did to the credits they can spend, and who did it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..proxy import current_credits
from ..services.asking import ask
from ..services.results import Transaction


@dataclass(frozen=True, kw_only=True)
class Row:
    """A transaction, its effect on what is available, and the title of what was bought."""

    transaction: Transaction
    effect: Decimal
    title: str | None


def rows_of(transactions: Sequence[Transaction], titles: Mapping[str, str]) -> list[Row]:
    """One row for each transaction; `titles` says what each redemption bought."""
    return [
        Row(
            transaction=transaction,
            effect=effect_of(transaction),
            title=titles.get(transaction.redemption_id or ""),
        )
        for transaction in transactions
    ]


def effect_of(transaction: Transaction) -> Decimal:
    """How much more or less is available after it."""
    return sum((entry.amount for entry in transaction.entries if entry.bucket == "available"), Decimal(0))


def names_of(user_ids: Iterable[str]) -> Mapping[str, str]:
    """Names by user id; who is no user (a command, a job) is left out. Raises `HookFailed`."""
    wanted = list(set(user_ids))
    known = ask("users", lambda: current_credits.hooks.users.get_many(wanted)) if wanted else {}
    return {user_id: person.name for user_id, person in known.items()}
