"""Databases of our own on the servers at hand: made once a session, emptied after every test.

`TRAINING_CREDITS_TEST_POSTGRESQL` and `TRAINING_CREDITS_TEST_MARIADB` say where the servers are;
`TRAINING_CREDITS_TEST_REQUIRE=all` makes one that does not answer a failure, elsewhere its tests are skipped.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

NAMES = ("sqlite", "postgresql", "mariadb")

SERVERS = {
    "postgresql": (
        "TRAINING_CREDITS_TEST_POSTGRESQL",
        "postgresql+psycopg://postgres@127.0.0.1/test?connect_timeout=3",
    ),
    # PyMySQL reads all of the system's certificates for each connection, which takes ten times as long as the rest.
    "mariadb": (
        "TRAINING_CREDITS_TEST_MARIADB",
        "mysql+pymysql://root@127.0.0.1/test?connect_timeout=3&ssl_disabled=true",
    ),
}


@dataclass(frozen=True)
class Database:
    """A database for one test: `name` is one of `NAMES`, `url` what a host puts into its configuration."""

    name: str
    url: str


class Databases:
    """All databases of one session, or of one xdist worker. `close` drops what it made."""

    def __init__(self, folder: Path, worker: str, *, required: bool) -> None:
        self._folder = folder
        self._prefix = f"ftc_{os.getpid()}_{worker}"
        self._required = required
        self._unreachable: dict[str, str] = {}
        self._servers: dict[str, sa.Engine] = {}
        self._ready: dict[str, _WithTables] = {}
        self._count = 0

    def with_tables(self, name: str, make_tables: Callable[[str], None]) -> Database:
        """The database that holds what `make_tables(url)` makes, which runs once a session, and nothing else."""
        if name not in self._ready:
            database = self.empty(name)
            make_tables(database.url)
            self._ready[name] = _WithTables(database)
        return self._ready[name].database

    def clean(self, database: Database) -> None:
        """Empty a database that `with_tables` handed out."""
        self._ready[database.name].clean()

    def empty(self, name: str) -> Database:
        """A new database without any table. Skips the test, or fails it, when the server does not answer."""
        self._count += 1
        own = f"{self._prefix}_{self._count}"
        if name == "sqlite":
            return Database(name, f"sqlite:///{self._folder / own}.sqlite")
        server = self._server(name)
        with server.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {own}{_CREATE_OPTIONS[name]}"))
            if name == "postgresql":
                # Nothing here has to survive a power cut; commits are four times as fast.
                connection.execute(sa.text(f"ALTER DATABASE {own} SET synchronous_commit = off"))
        return Database(name, server.url.set(database=own).render_as_string(hide_password=False))

    def drop(self, database: Database) -> None:
        """Remove a database for good, whoever is still connected."""
        url = sa.make_url(database.url)
        assert url.database is not None
        if database.name == "sqlite":
            Path(url.database).unlink(missing_ok=True)
            return
        force = " WITH (FORCE)" if database.name == "postgresql" else ""
        with self._server(database.name).connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {url.database}{force}"))

    def close(self) -> None:
        """Drop every shared database."""
        for ready in self._ready.values():
            ready.close()
            self.drop(ready.database)

    def _server(self, name: str) -> sa.Engine:
        """The server to make databases on, asked once whether it answers."""
        if name not in self._servers and name not in self._unreachable:
            variable, default = SERVERS[name]
            server = sa.create_engine(
                os.environ.get(variable, default), isolation_level="AUTOCOMMIT", poolclass=NullPool
            )
            try:
                server.connect().close()
            except OperationalError as error:
                self._unreachable[name] = (
                    f"{name} does not answer at {server.url!r}; start it there or set {variable}: {error.orig}"
                )
            else:
                self._servers[name] = server
        if name in self._unreachable:
            (pytest.fail if self._required else pytest.skip)(self._unreachable[name])
        return self._servers[name]


_CREATE_OPTIONS = {"postgresql": "", "mariadb": " CHARACTER SET utf8mb4"}

_EMPTYING: Mapping[str, tuple[str, ...]] = {
    # Foreign keys off, so that the order of the tables does not matter; a test that left a lock behind fails soon.
    "postgresql": ("SET LOCAL session_replication_role = replica", "SET LOCAL lock_timeout = '10s'"),
    "sqlite": (),
    "mariadb": ("SET SESSION foreign_key_checks = 0", "SET SESSION innodb_lock_wait_timeout = 10"),
}


class _WithTables:
    """A database whose tables stay and whose rows go."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._engine = sa.create_engine(database.url)
        with self._engine.connect() as connection:
            tables = sa.inspect(connection).get_table_names()
            probes = (
                sa.select(sa.literal(table)).where(sa.exists(sa.select(sa.text("1")).select_from(sa.table(table))))
                for table in tables
            )
            # As text, because compiling it anew would take as long as running it.
            self._probe = sa.text(
                str(sa.union_all(*probes).compile(connection, compile_kwargs={"literal_binds": True}))
            )
            # What making the tables wrote, such as the version of the schema, belongs to them.
            self._kept = self._used(connection)

    def clean(self) -> None:
        with self._engine.begin() as connection:
            used = self._used(connection) - self._kept
            if not used:
                return
            for statement in _EMPTYING[self.database.name]:
                connection.execute(sa.text(statement))
            # DELETE takes 4 ms for six small tables, TRUNCATE 15 to 20.
            for table in used:
                connection.execute(sa.delete(sa.table(table)))

    def close(self) -> None:
        self._engine.dispose()

    def _used(self, connection: sa.Connection) -> set[str]:
        """The tables that have a row."""
        return set(connection.scalars(self._probe))
