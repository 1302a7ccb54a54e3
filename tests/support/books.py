"""Looking at the books from outside: every row, and what the journal says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Flask

from flask_training_credits.models import Base
from tests.support.host import db


def every_row(app: Flask) -> Mapping[str, Sequence[tuple[Any, ...]]]:
    """All rows of all our tables, by table: the same before and after something that leaves nothing behind."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def execute(app: Flask, statement: str, **parameters: Any) -> int:
    """Run one statement in a transaction of its own, past everything of ours; how many rows it touched."""
    with app.app_context(), db.engine.begin() as connection:
        return connection.execute(sa.text(statement), parameters).rowcount


def fetch(app: Flask, statement: str) -> Sequence[tuple[Any, ...]]:
    """What one statement finds, past everything of ours."""
    with app.app_context(), db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(statement))]


def journal(credits: Any, account_id: str) -> list[tuple[str, Decimal, Decimal, Decimal]]:  # as hosts call it
    """Kind, amount, available and held after, of each transaction, oldest first."""
    found = list(credits.accounts.iter_transactions(account_id, viewer=None))
    assert [row.version for row in found] == list(range(len(found), 0, -1))
    return [(row.kind, row.amount, row.available_after, row.held_after) for row in reversed(found)]


def lines(credits: Any, account_id: str, version: int) -> list[tuple[str, str, Decimal]]:
    """Lot, bucket and amount of each line of one transaction."""
    found = {row.version: row for row in credits.accounts.iter_transactions(account_id, viewer=None)}
    return [(entry.lot_id, entry.bucket, entry.amount) for entry in found[version].entries]


def balances(credits: Any, account_id: str) -> tuple[Decimal, Decimal]:
    """What people see: available and held."""
    account = credits.accounts.get(account_id, viewer=None)
    return account.available, account.held
