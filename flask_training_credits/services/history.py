"""The history of an account: its journal as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select

from ..domain.amounts import from_hundredths
from ..domain.values import Person
from ..models import Entry, Transaction
from . import results
from .core import Core
from .paging import LIMIT, MAX_LIMIT, check_limit, decode_cursor, page_of
from .people import SEES

entries: Table = Entry.__table__  # type: ignore[assignment]  # declarative says FromClause
transactions: Table = Transaction.__table__  # type: ignore[assignment]


class History:
    """Reads the journal."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def transactions(
        self, account_id: str, *, viewer: Person | None, limit: int = LIMIT, cursor: str | None = None
    ) -> results.Page[results.Transaction]:
        """The account's history, newest first. Raises `NotFound`, `Forbidden`."""
        self._core.people.require(viewer, account_id, SEES)
        check_limit(limit)
        after = decode_cursor(cursor, int)
        query = select(transactions).where(transactions.c.account_id == account_id)
        if after:
            query = query.where(transactions.c.version < after[0])
        rows = self._core.store.execute(query.order_by(transactions.c.version.desc()).limit(limit + 1)).all()
        lines = self._lines([row.id for row in rows])
        return page_of(rows, limit, lambda row: (row.version,), lambda row: transaction_of(row, lines[row.id]))

    def iter_transactions(self, account_id: str, *, viewer: Person | None) -> Iterator[results.Transaction]:
        """The whole history, newest first, a page at a time."""
        cursor: str | None = None
        while True:
            page = self.transactions(account_id, viewer=viewer, limit=MAX_LIMIT, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def _lines(self, transaction_ids: Sequence[str]) -> Mapping[str, Sequence[Any]]:
        found: dict[str, Any] = {transaction_id: [] for transaction_id in transaction_ids}
        if found:
            query = select(entries).where(entries.c.transaction_id.in_(list(found)))
            for row in self._core.store.execute(query.order_by(entries.c.transaction_id, entries.c.line)):
                found[row.transaction_id].append(row)
        return found


def transaction_of(row: Any, lines: Sequence[Any]) -> results.Transaction:
    """A transaction with its entries."""
    return results.Transaction(
        id=row.id,
        account_id=row.account_id,
        version=row.version,
        kind=row.kind,
        amount=from_hundredths(row.amount),
        available_after=from_hundredths(row.available_after),
        held_after=from_hundredths(row.held_after),
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        actor=row.actor,
        reason=row.reason,
        redemption_id=row.redemption_id,
        entries=[
            results.Entry(lot_id=line.lot_id, bucket=line.bucket, amount=from_hundredths(line.amount)) for line in lines
        ],
        hash=row.hash,
    )
