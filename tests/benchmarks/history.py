"""Accounts with a long past: transactions with valid hashes, written in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa
from flask import Flask

from flask_training_credits.domain.journal import chain_hash, move
from flask_training_credits.models import Account, Entry, Lot, Transaction
from flask_training_credits.services.ids import new_id

from .host import db

_BATCH = 10_000
_EACH = 1
"""Hundredths that every transaction of the past has spent."""


def seed(app: Flask, account_id: str, transactions: int) -> None:
    """Let an account have spent a hundredth so many times, as far as journal, lots and balances go."""
    with app.app_context(), db.engine.begin() as connection:
        account = connection.execute(sa.select(Account.__table__).where(Account.id == account_id)).one()
        lot = connection.execute(sa.select(Lot.__table__).where(Lot.account_id == account_id)).one()
        last = sa.select(Transaction.__table__).where(Transaction.account_id == account_id)
        head = connection.execute(last.order_by(Transaction.version.desc()).limit(1)).one()
        past = _past(account, lot.id, head, transactions)
        while batch := list(islice(past, _BATCH)):
            _write(connection, Transaction.__table__, [row for row, _ in batch])
            _write(connection, Entry.__table__, [line for _, lines in batch for line in lines])
        spent = transactions * _EACH
        connection.execute(
            sa.update(Account)
            .where(Account.id == account_id)
            .values(available=account.available - spent, version=account.version + transactions)
        )
        connection.execute(
            sa.update(Lot).where(Lot.id == lot.id).values(available=lot.available - spent, spent=lot.spent + spent)
        )
    with app.app_context(), db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("ANALYZE")


def _past(account: Any, lot_id: str, head: Any, count: int) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    available, version, previous, now = account.available, account.version, head.hash, head.recorded_at
    lines = move(lot_id, "available", "spent", _EACH)
    for _ in range(count):
        available, version = available - _EACH, version + 1
        facts: dict[str, Any] = {
            "account_id": account.id,
            "version": version,
            "kind": "spend",
            "available_after": available,
            "held_after": 0,
            "effective_at": now,
            "recorded_at": now,
            "actor": "past",
            "reason": None,
            "redemption_id": None,
        }
        id_ = new_id("txn", now)
        previous = chain_hash(previous, transaction_id=id_, lines=lines, **facts)
        entries = [
            {"transaction_id": id_, "line": number, "lot_id": line.lot_id, "bucket": line.bucket, "amount": line.amount}
            for number, line in enumerate(lines)
        ]
        yield {**facts, "id": id_, "amount": _EACH, "hash": previous}, entries


def _write(connection: sa.Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """Insert many rows, on PostgreSQL by COPY."""
    raw: Any = connection.connection.driver_connection
    if connection.dialect.driver != "psycopg":
        connection.execute(sa.insert(table), rows)
        return
    columns = [column.name for column in table.columns if column.name in rows[0]]
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in columns])
