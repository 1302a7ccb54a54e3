"""Fixtures: a database of each kind, and on it a small host application with our in-memory hooks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis as redis_client
from flask import Flask
from flask.testing import FlaskClient

from flask_training_credits import Person, testing
from flask_training_credits.testing import (
    Clock,
    MemoryAccess,
    MemoryCatalog,
    MemoryHooks,
    MemoryUsers,
    RecordingNotifier,
    memory_hooks,
)
from tests.support.databases import NAMES, Database, Databases
from tests.support.host import Hosts, InContext, SignedIn, dispose, make_host, make_tables

DATABASE_FIXTURES = ("database", "empty_database")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--databases`."""
    parser.addoption(
        "--databases",
        default=os.environ.get("TRAINING_CREDITS_TEST_DATABASES", ",".join(NAMES)),
        help="comma-separated: sqlite, postgresql, mariadb (default: all; those that do not answer are skipped)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for a database on each kind: of those chosen, or of those its marker names."""
    chosen = metafunc.config.getoption("--databases").split(",")
    if unknown := set(chosen).difference(NAMES):
        raise pytest.UsageError(f"--databases knows {', '.join(NAMES)}, not {', '.join(unknown)}")
    marker = metafunc.definition.get_closest_marker("databases")
    names = [name for name in chosen if marker is None or name in marker.args]
    for fixture in DATABASE_FIXTURES:
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, names, indirect=True)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The databases of this session."""
    databases = Databases(
        tmp_path_factory.mktemp("databases"),
        os.environ.get("PYTEST_XDIST_WORKER", "main"),
        required=os.environ.get("TRAINING_CREDITS_TEST_REQUIRE") == "all",
    )
    yield databases
    databases.close()


@pytest.fixture
def empty_database(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Database]:
    """A database without tables, for this test alone; for hosts and migrations, which make their own."""
    database = databases.empty(request.param)
    yield database
    databases.drop(database)


@pytest.fixture
def database(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Database]:
    """A database with the test host's tables, all empty."""
    database = databases.with_tables(request.param, make_tables)
    yield database
    databases.clean(database)


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A Redis that answers: `TRAINING_CREDITS_TEST_REDIS`, by default the one on this machine."""
    url = os.environ.get("TRAINING_CREDITS_TEST_REDIS", "redis://127.0.0.1:6379")
    try:
        with redis_client.Redis.from_url(url, socket_connect_timeout=3) as server:
            server.ping()
    except redis_client.ConnectionError as error:
        required = os.environ.get("TRAINING_CREDITS_TEST_REQUIRE") == "all"
        (pytest.fail if required else pytest.skip)(f"Redis does not answer at {url}: {error}")
    return url


@pytest.fixture
def hooks() -> MemoryHooks:
    """The host's side, in memory."""
    return memory_hooks()


@pytest.fixture
def catalog(hooks: MemoryHooks) -> MemoryCatalog:
    """What the host sells: nothing yet."""
    return hooks.catalog


@pytest.fixture
def users(hooks: MemoryHooks) -> MemoryUsers:
    """Whom the host knows: nobody yet."""
    return hooks.users


@pytest.fixture
def access(hooks: MemoryHooks) -> MemoryAccess:
    """Whom the host has let in."""
    return hooks.access


@pytest.fixture
def notifier(hooks: MemoryHooks) -> RecordingNotifier:
    """The mail that was sent."""
    return hooks.notifier


@pytest.fixture
def clock(hooks: MemoryHooks) -> Clock:
    """The time, which stands still until it is moved."""
    return hooks.clock


@pytest.fixture(scope="session")
def hosts(databases: Databases) -> Iterator[Hosts]:  # asks for `databases` to be closed before them
    """The apps of this session."""
    hosts = Hosts()
    yield hosts
    hosts.close()


@pytest.fixture
def make_app(
    request: pytest.FixtureRequest, database: Database, hosts: Hosts, hooks: MemoryHooks
) -> Iterator[Callable[..., Flask]]:
    """Makes a host on the database: `make_app(TRAINING_CREDITS_GRACE_DAYS=0)`; `hooks=` replaces the ones in memory.

    Apps are used again by other tests: a test that changes its app (a route, a signal, a setting) asks for one of its
    own with `own=True`. The test ends with the check of the whole ledger.
    """
    made: list[Flask] = []
    owned: list[Flask] = []

    def make(*, own: bool = False, hooks: MemoryHooks = hooks, **config: Any) -> Flask:
        if own:
            app = make_host(database.url, hooks, **config)
            owned.append(app)
        else:
            app = hosts.get(database.url, hooks, config, number=len(made))
        made.append(app)
        return app

    yield make
    if made and request.node.get_closest_marker("ledger_broken_on_purpose") is None:
        testing.assert_ledger(made[0])
    for app in owned:
        dispose(app)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """A host with default settings. No context is open: `credits` and `make` open one for each call."""
    return make_app()


@pytest.fixture
def credits(app: Flask) -> Any:  # noqa: A001  # as hosts call it
    """The use cases, `current_credits`: `credits.accounts.get(…)`."""
    return InContext(app, app.extensions["training_credits"])


@pytest.fixture
def make(app: Flask) -> Any:
    """The factories of `flask_training_credits.testing`: `make.account()`, `make.lot()`, `make.credit_code()`."""
    return InContext(app, testing)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser."""
    return app.test_client()


@pytest.fixture
def login(app: Flask, users: MemoryUsers) -> Callable[[Person], FlaskClient]:
    """Signs somebody in: `login(person(id="ada")).get(…)`. Every call is a browser of its own."""

    def sign_in(person: Person) -> FlaskClient:
        return app.test_client(user=SignedIn(users.add(person).id))

    return sign_in
