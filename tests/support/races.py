"""Races: the same moment in many threads or processes; and control runs, in which the guards are taken away."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from flask_training_credits.domain.lots import LotView
from flask_training_credits.errors import CreditsError
from flask_training_credits.models import Base
from flask_training_credits.services import holds, ordering, posting
from tests.support.host import db

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 20


def outcome(call: Callable[[], Any]) -> str:
    """`ok`, or the code of the refusal; whatever else is raised passes."""
    try:
        call()
    except CreditsError as error:
        return error.code
    return "ok"


def together(app: Flask, calls: Sequence[Callable[[], Any]]) -> Counter[str]:
    """How often each outcome came of these calls, made at one moment by a thread each, in contexts of their own."""
    begin = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> str:
        with app.app_context():
            begin.wait(PATIENCE)
            return outcome(call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


class Racers:
    """Processes that place orders. They are started once and wait for the next race."""

    def __init__(self) -> None:
        self._workers: list[subprocess.Popen[str]] = []

    def race(self, database_url: str, scripts: Sequence[Mapping[str, Any]]) -> Counter[str]:
        """How often each outcome came of orders that a process for each script places; all begin at one moment.

        A script has `offerings`, pairs of id and price, `repeatable` for all of them, and `orders`, lists of user id,
        key, offering id and code.
        """
        while len(self._workers) < len(scripts):
            self._workers.append(self._start())
        racers = self._workers[: len(scripts)]
        for worker in racers:
            _tell(worker, database_url)
        for worker in racers:
            assert _hear(worker) == "ready"
        for worker, script in zip(racers, scripts, strict=True):
            _tell(worker, script)
        return Counter(result for worker in racers for result in _hear(worker))

    def close(self) -> None:
        """End them all."""
        for worker in self._workers:
            worker.kill()
            with worker:  # closes the pipes and waits
                pass

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.support.race_worker"]
        return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _tell(worker: subprocess.Popen[str], message: Any) -> None:
    assert worker.stdin is not None
    worker.stdin.write(json.dumps(message) + "\n")
    worker.stdin.flush()


def _hear(worker: subprocess.Popen[str]) -> Any:
    assert worker.stdout is not None
    return json.loads(worker.stdout.readline())


class Meeting:
    """A point that each thread passes for the first time only together with all others."""

    def __init__(self, parties: int) -> None:
        self._barrier = threading.Barrier(parties)
        self._local = threading.local()

    def wait(self) -> None:
        """Wait for all others, once."""
        if not getattr(self._local, "has_met", False):
            self._local.has_met = True
            self._barrier.wait(PATIENCE)


def judge_together(monkeypatch: pytest.MonkeyPatch, parties: int) -> None:
    """Have all orders be judged before any is posted: the moment in which a race is decided."""
    meeting, post = Meeting(parties), ordering.Ordering.post

    def late(self: Any, *args: Any, **kwargs: Any) -> Any:
        meeting.wait()
        return post(self, *args, **kwargs)

    monkeypatch.setattr(ordering.Ordering, "post", late)


def trust_what_was_read(monkeypatch: pytest.MonkeyPatch, parties: int) -> None:
    """Take the guards of balances away: what was read before the lock decides, as in a read-then-write ledger."""
    meeting, local, post = Meeting(parties), threading.local(), ordering.Ordering.post
    find_held = holds.held_by

    def late(self: Any, buyer: Any, judged: Any, *args: Any, **kwargs: Any) -> Any:
        read = self._core.store.execute
        local.standing, local.lots = {}, {}
        for account_id in {one.source.account_id for one in judged}:
            here = {"account": account_id}
            local.standing[account_id] = read(posting._READ, here).one().available
            rows = read(posting._PAYING, {**here, "head": 0}).all()
            local.lots[account_id] = {row.id: LotView.of(row) for row in rows}
        reserved = [one.source.code_id for one in judged if one.source.is_reserved]
        local.held = find_held(read, reserved)
        meeting.wait()
        return post(self, buyer, judged, *args, **kwargs)

    def debit(unit: Any, account_id: str, clock: Any, **guard: Any) -> posting.Book:
        debited, unheld, movements = guard["debit"], guard["unheld"], guard["movements"]
        if local.standing[account_id] < debited:
            raise posting.TryAgain
        table = posting.accounts
        unit.execute(
            sa.update(table)
            .where(table.c.id == account_id)
            .values(
                available=table.c.available - debited,
                held=table.c.held - unheld,
                version=table.c.version + movements,
            )
        )
        now = unit.execute(posting._READ, {"account": account_id}).one()
        before = (now.available + debited, now.held + unheld, now.version - movements)
        book = posting._open(unit, account_id, clock, before)
        book.lots, book.is_debited = local.lots[account_id], True
        return book

    monkeypatch.setattr(ordering.Ordering, "post", late)
    monkeypatch.setattr(ordering, "debit_book", debit)
    monkeypatch.setattr(holds, "held_by", lambda execute, code_ids: local.held)


def trust_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the guards of codes away: their limits are those that were judged."""
    codes = ordering.codes
    unguarded = sa.update(codes).where(codes.c.id == sa.bindparam("code"))
    values = {"used": codes.c.used + sa.bindparam("spent"), "uses": codes.c.uses + sa.bindparam("times")}
    monkeypatch.setattr(ordering, "_USE_CODE", unguarded.values(**values))


@contextmanager
def without_checks(app: Flask) -> Iterator[None]:
    """The database's CHECK constraints taken away: they are the second line, behind the guards."""
    off = {"sqlite": "PRAGMA ignore_check_constraints = ON", "mysql": "SET check_constraint_checks = 0"}
    on = {"sqlite": "PRAGMA ignore_check_constraints = OFF", "mysql": "SET check_constraint_checks = 1"}
    checks = [
        (table.name, check)
        for table in Base.metadata.sorted_tables
        for check in table.constraints
        if isinstance(check, sa.CheckConstraint)
    ]
    with app.app_context():
        engine = db.engine
    name = engine.dialect.name

    def checkout(raw: Any, *_: object) -> None:
        raw.cursor().execute(off[name])

    def checkin(raw: Any, *_: object) -> None:
        if raw is not None:
            raw.cursor().execute(on[name])

    if name in off:
        sa.event.listen(engine, "checkout", checkout)
        sa.event.listen(engine, "checkin", checkin)
        try:
            yield
        finally:
            sa.event.remove(engine, "checkout", checkout)
            sa.event.remove(engine, "checkin", checkin)
        return
    with engine.begin() as connection:
        for table, check in checks:
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {check.name}")
    try:
        yield
    finally:
        with engine.begin() as connection:
            for table, check in checks:  # for rows to come; those that are there go with the test
                connection.exec_driver_sql(
                    f"ALTER TABLE {table} ADD CONSTRAINT {check.name} CHECK ({check.sqltext}) NOT VALID"
                )
