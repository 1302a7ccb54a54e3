"""The unit of work on a host's session: what it refuses to lose, what it ends, what it leaves as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.orm import scoped_session, sessionmaker

from flask_training_credits import Item, Refused, UncommittedWork
from flask_training_credits.errors import HookFailed
from flask_training_credits.models import Account, CreditType
from flask_training_credits.testing import START, offering, person
from tests.support.books import balances, every_row, execute
from tests.support.host import db

ADA = person(id="ada")


@pytest.fixture(autouse=True)
def courses(catalog: Any, users: Any) -> None:
    """Two courses and Ada to take them."""
    users.add(ADA)
    catalog.add(offering())
    catalog.add(offering(id="next"))
    catalog.add(offering(id="mastery", price_credits=Decimal(90)))


def services(app: Flask) -> Any:
    """The services themselves, for tests that hold one context open over several calls."""
    return app.extensions["training_credits"]


def buy(app: Flask, code: Any, offering_id: str = "networking", key: str = "k") -> Any:
    """Ada's order, in the context that is open."""
    return services(app).checkout.place(ADA, [Item(offering_id, code=code.text)], key=key)


def credit_type(name: str = "New") -> CreditType:
    """A row that a host's test could have made."""
    return CreditType(
        key="new",
        name=name,
        validity_from="order",
        zone="UTC",
        deadline="booked",
        **{name: [] for name in ("applies_to", "home_country_for", "packs", "cancellation")},
        unit_values={},
        extendable=True,
        transferable=True,
        refundable=True,
        created_at=START,
    )


def first_account() -> Any:
    """An ORM object of the host's session."""
    return db.session.scalars(sa.select(Account)).first()


def _add() -> None:
    db.session.add(credit_type())


def _flush() -> None:
    db.session.add(credit_type())
    db.session.flush()


def _change() -> None:
    first_account().name = "Changed"


def _delete() -> None:
    db.session.delete(first_account())


def _bulk() -> None:
    db.session.execute(sa.insert(CreditType), [{**_values(credit_type())}])


def _values(row: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def _orm_update() -> None:
    db.session.execute(sa.update(Account).values(name="Changed"))


def _core_update() -> None:
    db.session.execute(sa.update(Account.__table__).values(name="Changed"))


def _core_on_the_connection() -> None:
    db.session.connection().execute(sa.update(Account.__table__).values(name="Changed"))


def _text() -> None:
    db.session.execute(sa.text("UPDATE training_credits_accounts SET name = 'Changed'"))


def _text_behind_a_comment() -> None:
    db.session.execute(sa.text("/* a tool's comment */ UPDATE training_credits_accounts SET name = 'Changed'"))


def _driver_sql() -> None:
    db.session.connection().exec_driver_sql("DELETE FROM training_credits_accounts WHERE 1 = 0")


def _nested() -> None:
    _core_update()
    with db.session.begin_nested():
        _core_update()


WORK = {
    "new objects": [_add],
    "changed objects": [_change],
    "deleted objects": [_delete],
    "statements that wrote": [
        *(_flush, _bulk, _orm_update, _core_update, _core_on_the_connection),
        *(_text, _text_behind_a_comment, _driver_sql, _nested),
    ],
}


@pytest.mark.parametrize(
    ("found", "work"),
    [pytest.param(found, work, id=work.__name__[1:]) for found, some in WORK.items() for work in some],
)
def test_unsaved_work_is_refused_rather_than_lost(
    found: str, work: Callable[[], None], app: Flask, credits: Any, make: Any
) -> None:
    """Whatever wrote it; it is still in the session afterwards, to be committed or rolled back by whoever made it."""
    code = make.credit_code()
    before = every_row(app)
    with app.app_context():
        work()
        with pytest.raises(UncommittedWork, match=found):
            buy(app, code)
        with pytest.raises(UncommittedWork, match=found):
            services(app).lots.issue(code.account_id, amount=1, ordered_on=START.date(), actor="cli", key="l")
        db.session.rollback()
        assert every_row(app) == before
        buy(app, code)  # the session is good for more
    assert balances(credits, code.account_id) == (80, 0)


def test_work_that_was_committed_or_rolled_back_is_no_longer_unsaved(app: Flask, credits: Any, make: Any) -> None:
    """Control: the same writes are no obstacle once the host has ended its transaction."""
    code = make.credit_code()
    with app.app_context():
        _core_update()
        db.session.commit()
        buy(app, code, key="1")
        _flush()
        db.session.rollback()
        buy(app, code, "next", key="2")
        assert first_account().name == "Changed"
    assert balances(credits, code.account_id) == (60, 0)


@pytest.mark.parametrize("own", [False, True], ids=["warm", "fresh"])
def test_the_very_first_statement_of_an_engine_is_seen(own: bool, make_app: Any, make: Any) -> None:  # noqa: FBT001
    """An engine that nobody used before is watched from its first write on."""
    code = make.credit_code()
    app = make_app(own=own)
    with app.app_context():
        _core_update()
        with pytest.raises(UncommittedWork):
            buy(app, code)
        db.session.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "  select 1",
        "WITH x AS (SELECT 1 AS n) SELECT n FROM x",
        "SELECT name FROM training_credits_accounts WHERE name = 'update'",
    ],
)
def test_reading_is_not_unsaved_work(statement: str, app: Flask, credits: Any, make: Any) -> None:
    """Selects of a user loader, as text or not, are ended with a rollback."""
    code = make.credit_code()
    with app.app_context():
        db.session.execute(sa.text(statement)).all()
        assert db.session.get(Account, code.account_id).name == "Example Company"
        buy(app, code)
    assert balances(credits, code.account_id) == (80, 0)


def test_a_user_loaders_transaction_is_ended_and_its_objects_stay_usable(app: Flask, credits: Any, make: Any) -> None:
    """What a host keeps in `g` is still in the session: it refreshes, and can be changed and committed."""
    code = make.credit_code()
    other = make.account(name="In g")
    with app.app_context():
        g.account = db.session.get(Account, other.id)
        session = db.session()
        loaded_in = session.get_transaction()
        buy(app, code)
        assert db.session() is session
        assert session.get_transaction() is not loaded_in
        assert g.account in session
        assert g.account.name == "In g"
        g.account.name = "Renamed"
        db.session.commit()
    assert credits.accounts.get(other.id, viewer=None).name == "Renamed"


def test_a_refused_order_leaves_the_session_usable_too(app: Flask, credits: Any, make: Any) -> None:
    """As do objects that were loaded before it."""
    code = make.credit_code()
    with app.app_context():
        g.account = db.session.get(Account, code.account_id)
        buy(app, code, "mastery", key="1")
        with pytest.raises(Refused):
            buy(app, code, key="2")
        assert g.account.available == 1000
        assert db.session().in_transaction()


def test_what_was_read_before_does_not_decide(app: Flask, credits: Any, make: Any) -> None:
    """A snapshot that a user loader opened is gone when the unit reads: somebody else's order counts.

    On MariaDB's REPEATABLE READ the host would go on seeing the drained lot as full.
    """
    code = make.credit_code()
    with app.app_context():
        assert db.session.get(Account, code.account_id).available == 10000
        credits.checkout.place(person(id="eve"), [Item("mastery", code=code.text)], key="eve")
        with pytest.raises(Refused) as refused:
            buy(app, code)
        assert refused.value.code == "insufficient_credits"
    assert balances(credits, code.account_id) == (10, 0)


# Hosts' test suites join the session to a transaction that they roll back.


@contextmanager
def joined(app: Flask, **options: Any) -> Iterator[sa.Connection]:
    """The session of a host's test: joined to an outer transaction that is rolled back at the end."""
    kept = db.session
    with app.app_context(), db.engine.connect() as connection:
        outer = connection.begin()
        if connection.dialect.name == "sqlite":  # else pysqlite begins none before a savepoint, and commits that
            connection.exec_driver_sql("BEGIN")
        db.session = scoped_session(sessionmaker(bind=connection, **options))
        try:
            yield connection
        finally:
            db.session.remove()
            db.session = kept
            outer.rollback()


@pytest.mark.parametrize("mode", ["conditional_savepoint", "create_savepoint"])
def test_on_a_joined_session_the_unit_uses_a_savepoint(mode: str, app: Flask, credits: Any, make: Any) -> None:
    """Its commit is seen inside the outer transaction, and gone with that; a refusal takes back only itself."""
    code = make.credit_code()
    before = every_row(app)
    with joined(app, join_transaction_mode=mode):
        buy(app, code, key="1")
        with pytest.raises(Refused) as refused:
            buy(app, code, key="2")
        assert refused.value.code == "already_enrolled"
        buy(app, code, "next", key="3")
        assert services(app).accounts.get(code.account_id, viewer=None).available == 60
        assert services(app).ledger.check() == []
    assert every_row(app) == before


def test_on_a_joined_session_a_failing_grant_takes_back_only_itself(app: Flask, make: Any, access: Any) -> None:
    """The outer transaction goes on."""
    code = make.credit_code()
    with joined(app, join_transaction_mode="create_savepoint"):
        access.error = RuntimeError("broken")
        with pytest.raises(HookFailed):
            buy(app, code, key="1")
        access.error = None
        buy(app, code, key="1")
        assert services(app).accounts.get(code.account_id, viewer=None).available == 80


# A hook cannot end our transaction.


def _commit() -> None:
    db.session.commit()


def _rollback() -> None:
    db.session.rollback()


def _close() -> None:
    db.session.close()


def _remove() -> None:
    db.session.remove()


def _commit_the_connection() -> None:
    db.session.connection().commit()


def _rollback_the_connection() -> None:
    db.session.connection().rollback()


def _commit_and_swallow() -> None:
    try:
        db.session.commit()
    except Exception:  # noqa: BLE001 - a host that does so is what is tested
        db.session.execute(sa.select(1))


def _rollback_and_swallow() -> None:
    with suppress(Exception):
        db.session.rollback()


def _rollback_the_transaction() -> None:
    db.session().get_transaction().rollback()


def _commit_the_transaction() -> None:
    db.session().get_transaction().commit()


ENDINGS = [
    *(_commit, _rollback, _close, _remove, _commit_the_connection, _rollback_the_connection),
    *(_commit_and_swallow, _rollback_and_swallow, _commit_the_transaction, _rollback_the_transaction),
]


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__[1:])
@pytest.mark.parametrize("where", ["grant", "within"])
def test_a_hook_that_ends_our_transaction_is_stopped_and_undone(
    where: str, end: Callable[[], None], make_app: Any, make: Any, hooks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Before it reaches the database: nothing of the order is left, nor of what the hook wrote, and no lock."""

    def meddle(_: object) -> None:
        db.session.execute(sa.update(CreditType).values(name="written by the hook"))
        end()

    if where == "grant":
        hooks.access.grant = meddle
    app = make_app(own=True)
    code = make.credit_code()
    before = every_row(app)
    with app.app_context(), pytest.raises(HookFailed) as failed:
        services(app).checkout.place(
            ADA, [Item("networking", code=code.text)], key="k", within=meddle if where == "within" else None
        )
    assert failed.value.code == "hook_failed"
    assert every_row(app) == before
    assert execute(app, "UPDATE training_credits_accounts SET name = 'free'") == 1


@pytest.mark.parametrize("end", [_commit, _rollback], ids=lambda end: end.__name__[1:])
def test_the_session_is_usable_after_a_hook_was_stopped(
    end: Callable[[], None], make_app: Any, make: Any, hooks: Any
) -> None:
    """In the same context: the next order, with a hook that behaves, is placed."""
    endings = [end]
    hooks.access.grant = lambda grant: endings.pop()() if endings else None
    app = make_app(own=True)
    code = make.credit_code()
    with app.app_context():
        with pytest.raises(HookFailed):
            buy(app, code)
        buy(app, code)
        assert services(app).accounts.get(code.account_id, viewer=None).available == 80


@pytest.mark.ledger_broken_on_purpose
def test_without_the_guard_a_committing_hook_would_enroll_on_its_own(
    make_app: Any, make: Any, hooks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: with the guard taken away, half of the order stays although it fails."""

    @contextmanager
    def unguarded(*_: object) -> Iterator[None]:
        yield

    def grant(_: object) -> None:
        db.session.execute(sa.update(CreditType).values(name="written by the hook"))
        db.session.commit()
        raise RuntimeError("after the commit")

    monkeypatch.setattr("flask_training_credits.services.unit.guarded", unguarded)
    hooks.access.grant = grant
    app = make_app(own=True)
    code = make.credit_code()
    with app.app_context(), pytest.raises(HookFailed):
        buy(app, code)
    with app.app_context():
        assert db.session.scalars(sa.select(CreditType.name)).all() == ["written by the hook"]
        assert [found.rule for found in services(app).ledger.check()] == ["every transaction has its event"]


def test_a_hook_may_use_savepoints_of_its_own(make_app: Any, make: Any, hooks: Any) -> None:
    """Committed or rolled back, they are the hook's: what it kept commits with the order."""

    def grant(_: object) -> None:
        with db.session.begin_nested():
            db.session.execute(sa.update(CreditType).values(name="kept"))
        savepoint = db.session.begin_nested()
        db.session.execute(sa.update(CreditType).values(name="taken back"))
        savepoint.rollback()

    hooks.access.grant = grant
    app = make_app(own=True)
    code = make.credit_code()
    with app.app_context():
        buy(app, code)
        assert db.session.scalars(sa.select(CreditType.name)).all() == ["kept"]
        assert services(app).accounts.get(code.account_id, viewer=None).available == 80


def test_what_a_hook_leaves_unflushed_commits_with_the_order(make_app: Any, make: Any, hooks: Any) -> None:
    """An enrolment that was only added to the session is there when the credits are gone."""
    hooks.access.grant = lambda grant: db.session.add(credit_type("Enrolled"))
    app = make_app(own=True)
    code = make.credit_code()
    with app.app_context():
        buy(app, code)
        db.session.rollback()
        assert db.session.get(CreditType, "new").name == "Enrolled"


def test_a_hook_cannot_move_credits_itself(make_app: Any, make: Any, hooks: Any) -> None:
    """An order inside an order is refused as what it is: our own transaction is unsaved work."""
    app: Flask

    def grant(_: object) -> None:
        services(app).lots.issue(code.account_id, amount=1, ordered_on=START.date(), actor="cli", key="inner")

    hooks.access.grant = grant
    app = make_app(own=True)
    code = make.credit_code()
    before = every_row(app)
    with app.app_context(), pytest.raises(HookFailed) as failed:
        buy(app, code)
    assert isinstance(failed.value.__cause__, UncommittedWork)
    assert every_row(app) == before


# What a host has set on its connections is as it was afterwards.


def isolation() -> str:
    """The isolation level of the session's connection, as the database has it."""
    connection = db.session.connection()
    raw: Any = connection.connection.driver_connection
    commits_itself = raw.get_autocommit() if connection.dialect.driver == "pymysql" else raw.autocommit
    return "AUTOCOMMIT" if commits_itself else connection.get_isolation_level()


@pytest.mark.databases("postgresql", "mariadb")
@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE", "AUTOCOMMIT"])
def test_the_unit_reads_committed_whatever_the_hosts_level(level: str, make_app: Any, make: Any, hooks: Any) -> None:
    """And the host's own level is back on the very same connection afterwards."""
    seen: list[str] = []
    hooks.access.grant = lambda grant: seen.append(isolation())
    app = make_app(own=True, SQLALCHEMY_ENGINE_OPTIONS={"isolation_level": level, "pool_size": 1, "max_overflow": 0})
    code = make.credit_code()
    with app.app_context():
        assert isolation() == level
        buy(app, code)
        assert seen == ["READ COMMITTED"]
        assert isolation() == level
    assert balances_of(app, code) == 80


@pytest.mark.databases("postgresql", "mariadb")
def test_an_engine_on_autocommit_still_gets_a_transaction(make_app: Any, make: Any, hooks: Any) -> None:
    """Set by execution options, too: a grant that fails undoes all of the order."""
    hooks.access.error = RuntimeError("broken")
    app = make_app(own=True, SQLALCHEMY_ENGINE_OPTIONS={"execution_options": {"isolation_level": "AUTOCOMMIT"}})
    code = make.credit_code()
    before = every_row(app)
    with app.app_context():
        with pytest.raises(HookFailed):
            buy(app, code)
        assert every_row(app) == before
        hooks.access.error = None
        buy(app, code)
        assert isolation() == "AUTOCOMMIT"
    assert balances_of(app, code) == 80


@pytest.mark.databases("sqlite")
def test_sqlite_on_autocommit_still_gets_a_transaction(make_app: Any, make: Any, hooks: Any) -> None:
    """A grant that fails undoes all of the order."""
    hooks.access.error = RuntimeError("broken")
    app = make_app(own=True, SQLALCHEMY_ENGINE_OPTIONS={"isolation_level": "AUTOCOMMIT"})
    code = make.credit_code()
    before = every_row(app)
    with app.app_context():
        with pytest.raises(HookFailed):
            buy(app, code)
        assert every_row(app) == before
        hooks.access.error = None
        buy(app, code)
    assert balances_of(app, code) == 80


def balances_of(app: Flask, code: Any) -> Decimal:
    """What is available on the code's account."""
    with app.app_context():
        return services(app).accounts.get(code.account_id, viewer=None).available  # type: ignore[no-any-return]


def pragmas() -> tuple[int, int]:
    """`synchronous` and `busy_timeout` of the session's connection."""
    raw = db.session.connection().connection.driver_connection
    return tuple(raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "busy_timeout"))  # type: ignore[union-attr, return-value]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("host", "inside"),
    [((1, 250), (2, 10000)), ((0, 0), (2, 10000)), ((2, 60000), (2, 60000)), ((3, 5000), (3, 10000))],
)
def test_sqlite_commits_durably_and_waits_then_is_as_the_host_had_it(
    host: tuple[int, int], inside: tuple[int, int], make_app: Any, make: Any, hooks: Any
) -> None:
    """At least `synchronous=FULL` and ten seconds of patience inside; the host's own pragmas before and after."""
    seen: list[tuple[int, int]] = []
    hooks.access.grant = lambda grant: seen.append(pragmas())
    app = make_app(own=True, SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 1, "max_overflow": 0})
    with app.app_context():

        @sa.event.listens_for(db.engine, "connect")
        def connect(raw: Any, record: object) -> None:
            raw.execute(f"PRAGMA synchronous = {host[0]}")
            raw.execute(f"PRAGMA busy_timeout = {host[1]}")

    code = make.credit_code()
    with app.app_context():
        assert pragmas() == host
        buy(app, code, key="1")
        assert pragmas() == host
        buy(app, code, "next", key="2")
        assert pragmas() == host
    assert seen == [inside, inside]


@pytest.mark.databases("sqlite")
def test_sqlite_pragmas_are_restored_after_a_refusal_too(make_app: Any, make: Any, hooks: Any) -> None:
    """A unit that is rolled back gives the connection back as it was."""
    hooks.access.error = Refused("prerequisite_missing")
    app = make_app(own=True, SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 1, "max_overflow": 0})
    code = make.credit_code()
    with app.app_context():
        before = pragmas()
        with pytest.raises(Refused):
            buy(app, code)
        assert pragmas() == before


@pytest.mark.databases("sqlite")
def test_sqlite_takes_its_write_lock_before_it_reads(make_app: Any, make: Any) -> None:
    """The unit begins with BEGIN IMMEDIATE: a deferred BEGIN would fail at its first write."""
    app = make_app(own=True)
    code = make.credit_code()
    statements: list[str] = []
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        buy(app, code)
    begun = statements.index("BEGIN IMMEDIATE")
    assert statements[begun + 1].startswith("UPDATE training_credits_accounts SET")
    assert not any(statement.startswith(("INSERT", "UPDATE")) for statement in statements[:begun])


@pytest.mark.databases("sqlite")
def test_a_host_that_begins_sqlite_transactions_itself_is_no_obstacle(make_app: Any, make: Any) -> None:
    """The recipe of SQLAlchemy's manual for SQLite: no BEGIN by the driver, one by a listener."""
    app = make_app(own=True)
    code = make.credit_code()
    with app.app_context():

        @sa.event.listens_for(db.engine, "connect")
        def connect(raw: Any, record: object) -> None:
            raw.isolation_level = None

        @sa.event.listens_for(db.engine, "begin")
        def begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql("BEGIN")

        buy(app, code)
        db.session.rollback()
        assert services(app).accounts.get(code.account_id, viewer=None).available == 80


def test_the_hosts_session_class_does_not_matter(app: Flask, make: Any) -> None:
    """Control for the tests above: sessions here are Flask-SQLAlchemy's own."""
    with app.app_context():
        assert isinstance(db.session(), FlaskSession)
