"""The same statements without any rule: what the service sent is recorded, and sent again by bare SQLAlchemy Core."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

_UNIQUE = frozenset(["id", "order_id", "scope", "slot", "transaction_id", "redemption_id", "subject_id"])
"""Columns whose values are new in every order."""


class Recording:
    """The Core statements of one order, with their parameters, in their order.

    It follows the service by itself: whatever the service sends is what it is compared with. Only ids and the
    account's version are new each time; JSON, hashes and times are sent as they were.
    """

    def __init__(self) -> None:
        self.steps: list[tuple[Any, Any]] = []
        self._new: set[str] = set()

    @classmethod
    @contextmanager
    def of(cls, engine: sa.Engine) -> Iterator[Recording]:
        """Record what is sent through the engine inside the block."""
        recording = cls()
        sa.event.listen(engine, "before_execute", recording._note)
        try:
            yield recording
        finally:
            sa.event.remove(engine, "before_execute", recording._note)

    def _note(self, connection: Any, statement: Any, many: Sequence[Any], one: Mapping[str, Any], *_: Any) -> None:
        if isinstance(statement, str):  # BEGIN IMMEDIATE
            return
        self.steps.append((statement, list(many) or one))
        if statement.is_insert:
            rows = many or [one]
            self._new |= {row[name] for row in rows for name in _UNIQUE & row.keys() if isinstance(row[name], str)}

    def send(self, connection: sa.Connection) -> None:
        """Send it all again, as a new order, in the transaction that is open."""
        new = {value: value[:4] + secrets.token_hex(len(value) // 2 - 2) for value in self._new}
        version = 0
        for statement, parameters in self.steps:
            if statement.is_insert:
                rows = parameters if isinstance(parameters, list) else [parameters]
                connection.execute(statement, [_renewed(row, new, version) for row in rows])
                continue
            result = connection.execute(statement, parameters)
            if result.returns_rows:
                found = result.all()
                version = found[0].version if statement.is_update else version

    def order(self, engine: sa.Engine) -> None:
        """Send it as a transaction of its own, of the kind that the service uses."""
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                self.send(connection)
                connection.commit()
            return
        with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
            self.send(connection)
            connection.commit()


def _renewed(row: Mapping[str, Any], new: Mapping[str, str], version: int) -> dict[str, Any]:
    values = {name: new.get(value, value) if isinstance(value, str) else value for name, value in row.items()}
    return values | {"version": version} if "version" in values else values
