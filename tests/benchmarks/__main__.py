"""Measure what the rules cost: `python -m tests.benchmarks [--quick] [--databases=sqlite] [--json FILE]`.

PostgreSQL is found like the tests find it; databases of our own are made and dropped. Commits are durable.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests.support.databases import SERVERS

from .report import database, machine, table
from .scenarios import Effort, Figure, everything

FULL = Effort(rounds=5, seconds=0.8, histories=(10, 10_000, 1_000_000))
QUICK = Effort(rounds=1, seconds=0.1, histories=(10, 100, 1_000), workers=2)


@contextmanager
def _databases(kind: str) -> Iterator[dict[str, str]]:
    """The addresses of two empty databases, for the service and for the bare statements, gone afterwards."""
    names = {side: f"ftc_benchmark_{side}_{os.getpid()}" for side in ("service", "bare")}
    if kind == "sqlite":
        with TemporaryDirectory() as folder:
            yield {side: f"sqlite:///{folder}/{name}.sqlite" for side, name in names.items()}
        return
    variable, default = SERVERS[kind]
    server = sa.create_engine(os.environ.get(variable, default), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        for name in names.values():
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield {
            side: server.url.set(database=name).render_as_string(hide_password=False) for side, name in names.items()
        }
    finally:
        with server.connect() as connection:
            for name in names.values():
                connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes; says little")
    parser.add_argument("--databases", default="postgresql,sqlite", help="comma-separated")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    options = parser.parse_args()
    effort, started = QUICK if options.quick else FULL, time.monotonic()
    figures: dict[str, list[Figure]] = {}
    versions = {}
    for kind in options.databases.split(","):
        with _databases(kind) as urls:
            versions[kind] = database(urls["service"])
            figures[kind] = []
            for figure in everything(urls, effort, has_http=not options.quick):
                print(f"{time.monotonic() - started:4.0f} s  {kind}: {figure.name}", file=sys.stderr, flush=True)
                figures[kind].append(figure)
        print(f"{table(kind, figures[kind])}\n", flush=True)
    about = machine() | {"databases": versions, "seconds": round(time.monotonic() - started)}
    print("\n".join(f"{name}: {value}" for name, value in about.items()))
    if options.json:
        answer = {"machine": about, **{kind: [asdict(one) for one in some] for kind, some in figures.items()}}
        options.json.write_text(json.dumps(answer, indent=2) + "\n")


if __name__ == "__main__":
    main()
