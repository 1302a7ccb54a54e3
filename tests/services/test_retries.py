"""Errors that a second try may mend, on every driver, at every statement and at COMMIT: one order, or none at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pymysql
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from flask_training_credits import Item
from flask_training_credits.errors import RetryLater
from flask_training_credits.services import unit as unit_module
from flask_training_credits.services.unit import Unit, is_transient
from flask_training_credits.testing import offering, person
from tests.support.books import balances, every_row
from tests.support.host import db

ADA = person(id="ada")


# Errors as each driver shapes them.


class WithPgcode(Exception):
    """As psycopg2 has it."""

    def __init__(self, code: str) -> None:
        super().__init__("an error")
        self.pgcode = code


class WithSqlstate(Exception):
    """As psycopg and asyncpg have it."""

    def __init__(self, code: str) -> None:
        super().__init__("an error")
        self.sqlstate = code


class WithErrno(Exception):
    """As MySQL Connector has it."""

    def __init__(self, number: int) -> None:
        super().__init__("an error")
        self.errno = number


def pg8000(code: str) -> Exception:
    """As pg8000 has it: a dictionary of the server's fields."""
    return Exception({"S": "ERROR", "C": code, "M": "an error"})


def in_args(number: int) -> Exception:
    """As PyMySQL and mysqlclient have it."""
    return Exception(number, "an error")


def sqlite(code: int) -> Exception:
    """As sqlite3 has it."""
    error = sqlite3.OperationalError("an error")
    error.sqlite_errorcode = code
    return error


def wrapped(orig: Exception, statement: str | None = "UPDATE", kind: type[DBAPIError] = OperationalError) -> DBAPIError:
    """As SQLAlchemy raises it."""
    return kind(statement, {}, orig)


@pytest.mark.parametrize(
    "orig",
    [
        *(shape(code) for shape in (WithSqlstate, WithPgcode, pg8000) for code in ("40001", "40P01", "55P03")),
        *(shape(number) for shape in (WithErrno, in_args) for number in (1020, 1205, 1213)),
        *(sqlite(code) for code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_SNAPSHOT, sqlite3.SQLITE_BUSY_RECOVERY)),
        psycopg.errors.SerializationFailure("could not serialize"),
        psycopg.errors.DeadlockDetected("deadlock detected"),
        psycopg.errors.LockNotAvailable("lock timeout"),
        pymysql.err.OperationalError(1213, "Deadlock found"),
        pymysql.err.OperationalError(1205, "Lock wait timeout exceeded"),
        pymysql.err.OperationalError(1020, "Record has changed since last read"),
    ],
    ids=lambda orig: f"{type(orig).__name__}-{orig.args[0] if orig.args else ''}-{vars(orig)}",
)
def test_what_a_second_try_may_mend(orig: Exception) -> None:
    """Serialization failures, deadlocks, lock time-outs and busy files, whichever driver tells of them."""
    assert is_transient(wrapped(orig))


@pytest.mark.parametrize(
    "error",
    [
        *(wrapped(shape("23505"), kind=IntegrityError) for shape in (WithSqlstate, WithPgcode, pg8000)),
        *(wrapped(shape(1062), kind=IntegrityError) for shape in (WithErrno, in_args)),
        wrapped(WithSqlstate("42P01"), kind=ProgrammingError),
        wrapped(in_args(4025)),
        wrapped(sqlite(sqlite3.SQLITE_CONSTRAINT), kind=IntegrityError),
        wrapped(sqlite(sqlite3.SQLITE_READONLY)),
        wrapped(Exception()),
        wrapped(WithSqlstate("23505"), None, IntegrityError),
    ],
    ids=str,
)
def test_what_no_second_try_mends(error: DBAPIError) -> None:
    """Constraints, missing tables and read-only files are told at once."""
    assert not is_transient(error)


def test_lost_connections_are_tried_again() -> None:
    """Whether SQLAlchemy noticed it at a statement, or it happened while connecting or in COMMIT."""
    lost = OperationalError("UPDATE", {}, Exception("gone"), connection_invalidated=True)
    assert is_transient(lost)
    assert is_transient(wrapped(Exception("gone"), None))


# Injected into a running unit.

ERRORS: dict[str, dict[str, Callable[[], Exception]]] = {
    "postgresql": {
        "serialization": lambda: psycopg.errors.SerializationFailure("could not serialize"),
        "deadlock": lambda: psycopg.errors.DeadlockDetected("deadlock detected"),
        "lock timeout": lambda: psycopg.errors.LockNotAvailable("lock timeout"),
        "lost": lambda: psycopg.OperationalError("server closed the connection unexpectedly"),
    },
    "mariadb": {
        "serialization": lambda: pymysql.err.OperationalError(1020, "Record has changed"),
        "deadlock": lambda: pymysql.err.OperationalError(1213, "Deadlock found"),
        "lock timeout": lambda: pymysql.err.OperationalError(1205, "Lock wait timeout exceeded"),
        "lost": lambda: pymysql.err.OperationalError(2013, "Lost connection to server during query"),
    },
    "sqlite": {kind: lambda: sqlite(sqlite3.SQLITE_BUSY) for kind in ("serialization", "deadlock", "lock timeout")},
}
_IN_COMMIT = -2
KINDS = ("serialization", "deadlock", "lock timeout", "lost")


class Faults:
    """Raises an error once, at the nth statement inside units; `at=0` is the first. -1 raises nowhere."""

    def __init__(self, engine: sa.Engine) -> None:
        self.at = -1
        self.error: Callable[[], Exception] = lambda: Exception("none")
        self.is_down = False
        self.is_armed = False
        self.seen = 0
        self._engine = engine
        sa.event.listen(engine, "do_execute", self._statement)
        sa.event.listen(engine, "do_executemany", self._statement)
        sa.event.listen(engine, "do_connect", self._connect)
        commit = engine.dialect.do_commit

        def do_commit(raw: Any) -> None:
            if self.at != _IN_COMMIT or not self.is_armed:
                commit(raw)
                return
            self.at = -1
            if self.takes_effect:
                commit(raw)
            if self.loses:
                raw.driver_connection.close()
            raise self.error()

        engine.dialect.do_commit = do_commit  # type: ignore[method-assign]

    def at_statement(self, number: int, error: Callable[[], Exception]) -> None:
        """Raise at this statement of the next unit, once."""
        self.at, self.error, self.seen, self.is_armed = number, error, 0, False

    def in_commit(self, error: Callable[[], Exception], *, takes_effect: bool, loses: bool) -> None:
        """Raise in the next COMMIT of a unit, once, after or without carrying it out."""
        self.at, self.error, self.is_armed = _IN_COMMIT, error, False
        self.takes_effect, self.loses = takes_effect, loses

    def _statement(self, cursor: Any, *_: object) -> None:
        if self.is_down:
            self._strike(cursor)
        if self.is_armed and self.at >= 0:
            self.seen += 1
            if self.seen > self.at:
                self.at = -1
                self._strike(cursor)

    def _strike(self, cursor: Any) -> None:
        error = self.error()
        if type(error) is psycopg.OperationalError:  # a lost connection, which psycopg tells by its being closed
            cursor.connection.close()
        raise error

    def _connect(self, *_: object) -> None:
        if self.is_down:
            raise self.error()


@pytest.fixture
def host(make_app: Any, catalog: Any, users: Any, hooks: Any) -> Flask:
    """An app of its own, whose engine is tampered with."""
    users.add(ADA)
    catalog.add(offering(id="plan", repeatable=True))
    app: Flask = make_app(own=True)
    return app


@pytest.fixture
def faults(host: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    """Faults of the host's database, armed when a unit begins."""
    with host.app_context():
        faults = Faults(db.engine)
    begin = Unit.__init__

    def armed(self: Unit, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        faults.is_armed = True

    monkeypatch.setattr(Unit, "__init__", armed)
    monkeypatch.setattr(unit_module.time, "sleep", lambda seconds: None)
    yield faults
    faults.at, faults.is_down = -1, False


def buy(host: Flask, code: Any, key: str = "k") -> Any:
    """Ada's order, in a context of its own."""
    with host.app_context():
        return host.extensions["training_credits"].checkout.place(ADA, [Item("plan", code=code.text)], key=key)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_an_error_at_any_statement_is_mended(
    kind: str, host: Flask, faults: Faults, database: Any, make: Any, credits: Any, access: Any
) -> None:
    """Wherever it strikes, the order is placed once and told once."""
    if kind not in ERRORS[database.name]:
        pytest.skip("an embedded database has no connection to lose")
    code = make.credit_code(make.lot(amount=2000).account_id)
    struck = 0
    for number in range(100):
        faults.at_statement(number, ERRORS[database.name][kind])
        buy(host, code, key=f"{number}")
        if faults.at != -1:
            faults.at = -1
            break
        struck += 1
        assert balances(credits, code.account_id) == (2000 - 20 * struck, 0)
    assert struck >= 8
    credits.jobs.run_due()
    assert len({grant.redemption_id for grant in access.after_granted}) == struck + 1
    assert credits.codes.get(code.account_id, code.id, viewer=None).uses == struck + 1


@pytest.mark.parametrize("takes_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("key", ["k", None])
def test_a_connection_lost_in_commit(
    takes_effect: bool,  # noqa: FBT001
    key: str | None,
    host: Flask,
    faults: Faults,
    database: Any,
    make: Any,
    credits: Any,
) -> None:
    """Before or after it took effect: one order, and the caller gets it, with a key of the caller's or without."""
    code = make.credit_code()
    error = ERRORS[database.name].get("lost", lambda: sqlite3.OperationalError("disk I/O error"))
    faults.in_commit(error, takes_effect=takes_effect, loses=database.name != "sqlite")
    order = buy(host, code, key=key)  # type: ignore[arg-type]
    assert order.total == 20
    assert balances(credits, code.account_id) == (80, 0)
    assert credits.redemptions.get(order.items[0].id, viewer=None).state == "completed"
    assert credits.codes.get(code.account_id, code.id, viewer=None).uses == 1


@pytest.mark.parametrize("kind", ["serialization", "deadlock"])
def test_commit_itself_may_fail_and_is_tried_again(
    kind: str, host: Flask, faults: Faults, database: Any, make: Any, credits: Any
) -> None:
    """As Galera's and PostgreSQL's do."""
    code = make.credit_code()
    faults.in_commit(ERRORS[database.name][kind], takes_effect=False, loses=False)
    buy(host, code)
    assert balances(credits, code.account_id) == (80, 0)


def test_an_error_that_stays_ends_in_retry_later(
    host: Flask, database: Any, make: Any, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After six tries; nothing is left, and the same key works afterwards."""
    code = make.credit_code()
    before = every_row(host)
    tries: list[int] = []

    def fail(self: Any, unit: Unit, *_: object, **__: object) -> None:
        tries.append(unit.attempt)
        raise wrapped(ERRORS[database.name]["deadlock"]())

    with monkeypatch.context() as patch:
        patch.setattr("flask_training_credits.services.ordering.Ordering._grant", fail)
        with pytest.raises(RetryLater) as later:
            buy(host, code)
    assert (later.value.status, later.value.code, later.value.retry_after) == (503, "retry_later", 2)
    assert tries == [0, 1, 2, 3, 4, 5]
    assert every_row(host) == before
    assert buy(host, code).total == 20


@contextmanager
def down(faults: Faults, error: Callable[[], Exception]) -> Iterator[None]:
    """While the database cannot be reached."""
    faults.error, faults.is_down = error, True
    try:
        yield
    finally:
        faults.is_down = False


@pytest.mark.databases("postgresql", "mariadb")
@pytest.mark.parametrize("moment", ["before", "in the middle"])
def test_a_database_that_goes_away_leaves_nothing(
    moment: str, host: Flask, faults: Faults, database: Any, make: Any, hooks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the order or in the middle of it: `retry_later`, and everything works when it is back."""
    code = make.credit_code()
    buy(host, code, key="warm")
    before = every_row(host)
    error = ERRORS[database.name]["lost"]
    if moment == "before":
        with down(faults, error), pytest.raises(RetryLater):
            buy(host, code)
    else:

        def cut(self: Any, unit: Unit, *_: object, **__: object) -> None:
            faults.error, faults.is_down = error, True
            unit.execute(sa.select(1))

        with monkeypatch.context() as patch:
            patch.setattr("flask_training_credits.services.ordering.Ordering._grant", cut)
            with pytest.raises(RetryLater):
                buy(host, code)
        faults.is_down = False
    assert every_row(host) == before
    assert buy(host, code).total == 20


KILL = {"postgresql": "SELECT pg_terminate_backend({})", "mariadb": "KILL {}"}
WHO = {"postgresql": "SELECT pg_backend_pid()", "mariadb": "SELECT CONNECTION_ID()"}


@pytest.mark.databases("postgresql", "mariadb")
def test_a_connection_that_is_really_killed(
    host: Flask, database: Any, make: Any, credits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the server, in the middle of the order: tried again on another one, placed once."""
    code = make.credit_code()
    tries: list[int] = []
    tell = "flask_training_credits.services.ordering.Ordering._grant"

    def kill(self: Any, unit: Unit, *_: object, **__: object) -> None:
        tries.append(unit.attempt)
        if unit.attempt == 0:
            who = unit.connection.exec_driver_sql(WHO[database.name]).scalar_one()
            with db.engine.connect() as other:
                other.exec_driver_sql(KILL[database.name].format(who))
            unit.execute(sa.select(1))

    monkeypatch.setattr(tell, kill)
    buy(host, code)
    assert tries == [0, 1]
    assert balances(credits, code.account_id) == (80, 0)


@pytest.mark.databases("postgresql", "mariadb")
def test_a_lost_connection_is_no_trouble_for_the_hosts_own_work(host: Flask, database: Any) -> None:
    """Outside our units, too: what watches the session lets it roll back and go on."""
    with host.app_context():
        who = db.session.connection().exec_driver_sql(WHO[database.name]).scalar_one()
        with db.engine.connect() as other:
            other.exec_driver_sql(KILL[database.name].format(who))
        with pytest.raises(OperationalError):
            db.session.execute(sa.select(1))
        db.session.rollback()
        assert db.session.scalar(sa.select(1)) == 1


def test_control_without_retries_the_caller_would_see_the_deadlock(
    host: Flask, faults: Faults, database: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the recognition taken away the same fault passes through, and nothing is written."""
    code = make.credit_code()
    before = every_row(host)
    monkeypatch.setattr(unit_module, "is_transient", lambda error: False)
    faults.at_statement(1, ERRORS[database.name]["deadlock"])
    with pytest.raises((OperationalError, RetryLater)):
        buy(host, code)
    assert every_row(host) == before
