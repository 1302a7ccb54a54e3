"""Fixtures: a database of each kind, and on it a small host application with our in-memory hooks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import NAMES, Database, Databases

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
def database(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Database]:
    """A database with the test host's tables, all empty."""
    from tests.support.host import make_tables

    database = databases.with_tables(request.param, tmp_path, make_tables)
    yield database
    databases.clean(database)
