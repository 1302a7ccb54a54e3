"""The unit of work: one transaction on the host's session, retried as a whole, committed here and nowhere else."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, event, insert
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from ..errors import CreditsError, HookFailed, RetryLater
from ..models import Outgoing
from .store import Store
from .watch import EndedOurTransaction, forget_writes, guarded, refuse_unsaved, watch_sessions

T = TypeVar("T")

log = logging.getLogger("flask_training_credits")

outbox: Table = Outgoing.__table__  # type: ignore[assignment]  # declarative says FromClause

_SEND = insert(outbox)

ATTEMPTS = 6
PATIENCE_SECONDS = 20
"""No new try begins after this time: MariaDB alone waits 50 seconds for a lock before it gives up."""
_TRANSIENT_STATES = frozenset({"40001", "40P01", "55P03"})
_TRANSIENT_NUMBERS = frozenset({1020, 1205, 1213})
_SQLITE_BUSY = 5
_IN_TRANSACTION = 2
_SYNCHRONOUS_FULL = 2
_CONNECTING = (OperationalError, InterfaceError)
"""What a driver raises, without a statement, when the server cannot be reached or went away in COMMIT."""
_BUSY_TIMEOUT_MS = 10_000
_PRAGMAS = "training_credits.pragmas"


class TryAgain(Exception):
    """Raised inside a unit when what it was prepared on has changed: it is rolled back and prepared anew."""


class Unit:
    """What work inside a unit gets: the connection for Core statements, the session for host code."""

    def __init__(self, session: Session, connection: Connection, attempt: int) -> None:
        self.session = session
        self.connection = connection
        self.attempt = attempt
        """0 at the first try."""
        self.outgoing: list[dict[str, Any]] = []
        """Rows for the outbox, written last and handed on after the commit."""

    @property
    def dialect(self) -> str:
        """`sqlite`, `postgresql`, or `mysql` (MariaDB under both of its names)."""
        name = self.connection.dialect.name
        return "mysql" if name == "mariadb" else name

    def execute(self, statement: Any, parameters: Any = None) -> Any:
        """Run one Core statement."""
        return self.connection.execute(statement, parameters)

    @contextmanager
    def host_code(self) -> Iterator[None]:
        """Run host code in our transaction; what it leaves unflushed is flushed, and it cannot end the transaction.

        Raises `HookFailed` when it tries, or leaves a session that has failed.
        """
        try:
            with guarded(self.session, self.connection):
                yield
                self.session.flush()
        except EndedOurTransaction:
            log.exception("a hook ended, or went on after an error, inside a training credits transaction")
            raise HookFailed from None

    @contextmanager
    def hook(self, name: str) -> Iterator[None]:
        """Run an access hook in our transaction.

        `Refused` and our other errors pass, and a database that is busy runs the unit again. Anything else is
        `HookFailed`, with the details in the log only.
        """
        try:
            with self.host_code():
                yield
        except CreditsError:
            raise
        except Exception as error:
            if isinstance(error, DBAPIError) and is_transient(error):
                raise
            log.exception("the %s hook failed", name)
            raise HookFailed from error


class Units:
    """Runs units of work on the host's session."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.hand_on: Callable[[list[dict[str, Any]]], object] = lambda rows: None
        """Called after each commit with the outbox rows that somebody waits for."""
        watch_sessions()

    def run(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in one transaction of its own and commit it; roll back if it raises.

        What the host's session left open for reading is ended with a rollback first; uncommitted work raises
        `UncommittedWork`. Deadlocks, lock time-outs, serialization failures and lost connections run the whole
        unit again, up to five times with a random pause; then `RetryLater`. Work must be safe to repeat: after a
        connection lost in COMMIT it finds out by its idempotency key whether it already happened.
        """
        until = time.monotonic() + PATIENCE_SECONDS
        for attempt in range(ATTEMPTS):
            if attempt and time.monotonic() > until:
                break
            if attempt:
                time.sleep(random.uniform(0.0, 0.005 * 2**attempt))  # noqa: S311 - jitter, not a secret
            try:
                with self._transaction(attempt) as unit:
                    result = work(unit)
                    if unit.outgoing:
                        unit.execute(_SEND, unit.outgoing)
            except DBAPIError as error:
                if not is_transient(error):
                    raise
                log.warning("training credits unit, try %d of %d: %s", attempt + 1, ATTEMPTS, error.orig)
            else:
                self._hand_on([row for row in unit.outgoing if row["done_at"] is None])
                return result
        raise RetryLater

    def _hand_on(self, waiting: list[dict[str, Any]]) -> None:
        """Hand on what somebody waits for. Failing changes nothing: it is committed, and `run-due` tries again."""
        if not waiting:
            return
        try:
            self.hand_on(waiting)
        except Exception:
            log.exception("the outbox could not be handed on now; run-due will")

    @contextmanager
    def _transaction(self, attempt: int) -> Iterator[Unit]:
        session, bind = self._store.session, self._store.bind()
        refuse_unsaved(session)
        if isinstance(bind, Connection):
            try:
                with session.begin_nested():
                    yield Unit(session, session.connection(bind_arguments={"bind": bind}), attempt)
            except BaseException:
                forget_writes(session)
                raise
            session.commit()
            return
        _end_reading(session, bind)
        try:
            yield Unit(session, self._begin(session, bind), attempt)
            session.commit()
        except BaseException:
            with suppress(DBAPIError):  # the connection may be what was lost; the first error is the one to tell
                session.rollback()
            raise

    def _begin(self, session: Session, bind: Engine) -> Connection:
        """A fresh transaction: READ COMMITTED, or BEGIN IMMEDIATE on SQLite.

        MariaDB's REPEATABLE READ would go on reading the lots as they were before the lock was won. SQLite's
        deferred BEGIN fails at the first write whatever the busy timeout.
        """
        where = {"bind": bind}
        if bind.dialect.name != "sqlite":
            return session.connection(bind_arguments=where, execution_options={"isolation_level": "READ COMMITTED"})
        connection = session.connection(bind_arguments=where)
        if connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]  # a host's own BEGIN
            connection.exec_driver_sql("ROLLBACK")
        _set_pragmas(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return connection


def _end_reading(session: Session, bind: Engine) -> None:
    """Roll back what the session left open for reading.

    psycopg forgets its prepared statements when it rolls back, and each statement of the unit would be parsed and
    planned anew. Nothing was written, so nothing that they rest on is gone: the server is told behind its back.
    """
    is_plain = session.is_active and session.in_transaction() and not session.in_nested_transaction()
    if is_plain and bind.dialect.driver == "psycopg":
        raw: Any = session.connection(bind_arguments={"bind": bind}).connection.driver_connection
        if raw.info.transaction_status == _IN_TRANSACTION:
            raw.pgconn.exec_(b"ROLLBACK")
    session.rollback()


def _set_pragmas(connection: Connection) -> None:
    """Durable commits and patience for this unit; the pool's check-in gives the host's values back."""
    raw: Any = connection.connection.driver_connection
    synchronous = raw.execute("PRAGMA synchronous").fetchone()[0]
    timeout = raw.execute("PRAGMA busy_timeout").fetchone()[0]
    before = []
    if synchronous < _SYNCHRONOUS_FULL:
        raw.execute("PRAGMA synchronous = FULL")
        before.append(f"PRAGMA synchronous = {synchronous}")
    if timeout < _BUSY_TIMEOUT_MS:
        raw.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        before.append(f"PRAGMA busy_timeout = {timeout}")
    if before:
        connection.info[_PRAGMAS] = [*before, *connection.info.get(_PRAGMAS, [])]
        if not event.contains(connection.engine, "checkin", _restore_pragmas):
            event.listen(connection.engine, "checkin", _restore_pragmas)


def _restore_pragmas(raw: Any, record: Any) -> None:
    for pragma in record.info.pop(_PRAGMAS, ()):
        if raw is not None:
            raw.execute(pragma)


def is_transient(error: DBAPIError) -> bool:
    """True when running the same unit again may succeed; recognizes every driver of the three databases."""
    if error.connection_invalidated or (error.statement is None and isinstance(error, _CONNECTING)):
        return True
    orig: Any = error.orig
    args = getattr(orig, "args", ())
    first = args[0] if args else None
    state = getattr(orig, "sqlstate", None) or getattr(orig, "pgcode", None)
    if state is None and isinstance(first, dict):
        state = first.get("C")
    if state in _TRANSIENT_STATES:
        return True
    number = getattr(orig, "errno", None) or first
    if isinstance(number, int) and number in _TRANSIENT_NUMBERS:
        return True
    return (getattr(orig, "sqlite_errorcode", 0) & 0xFF) == _SQLITE_BUSY
