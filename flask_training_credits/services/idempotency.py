"""Idempotency keys: the same request with the same key happens once and is answered the same way again.

The row is written last in the unit that moves the credits, so both are there or neither is; its unique key decides
between twins on different machines. Twins in one process meet in a set of the running ones and need no lock.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Row, Table, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from ..errors import IdempotencyMismatch, InFlight
from ..models import Idempotency
from .store import Store
from .unit import Unit, Units

T = TypeVar("T")

answers: Table = Idempotency.__table__  # type: ignore[assignment]  # declarative says FromClause

KEPT = timedelta(days=35)

ANSWER = (
    answers.c.scope,
    answers.c.fingerprint,
    answers.c.status,
    answers.c.body,
    answers.c.created_at.label("kept_at"),
)
IS_ANSWER = answers.c.scope == bindparam("scope")
"""What `heed` needs to know: other reads join it, so that looking a key up costs no statement of its own."""

_LOOK_UP = select(*ANSWER).where(IS_ANSWER)
_KEEP = insert(answers)


class Replayed(Exception):
    """This request was carried out before; `status` and `body` are what it was answered."""

    def __init__(self, status: int, body: str) -> None:
        self.status = status
        self.body = body
        super().__init__(f"answered before with {status}")


@dataclass(frozen=True)
class Claim:
    """One keyed request: who asks, for what route, with which key, and a digest of what is asked.

    `render` makes the answer to keep from the result of the service: a status and a body.
    """

    caller: str
    method: str
    route: str
    key: str
    fingerprint: str
    render: Callable[[Any], tuple[int, str]]

    @cached_property
    def scope(self) -> str:
        """Digest that names the request."""
        parts = json.dumps([self.caller, self.method, self.route, self.key])
        return hashlib.sha256(parts.encode()).hexdigest()


class IdempotencyKeys:
    """Looks answers up, and keeps them."""

    def __init__(self, store: Store, units: Units, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._units = units
        self._clock = clock
        self._running: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def running(self, claim: Claim | None) -> Iterator[None]:
        """While the request runs. Raises `InFlight` if its twin runs in this process."""
        if claim is None:
            yield
            return
        with self._lock:
            if claim.scope in self._running:
                raise InFlight
            self._running.add(claim.scope)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(claim.scope)

    def look_up(self, claim: Claim | None, execute: Callable[..., Any] | None = None) -> None:
        """Raise `Replayed` or `IdempotencyMismatch` if the key was used before."""
        if claim is not None:
            self.heed(claim, (execute or self._store.execute)(_LOOK_UP, {"scope": claim.scope}).one_or_none())

    def heed(self, claim: Claim | None, row: Row[Any] | None) -> None:
        """Raise `Replayed` or `IdempotencyMismatch` if a row with the columns of `ANSWER` holds one."""
        if claim is None or row is None or row.scope is None or row.kept_at + KEPT <= self._clock():
            return
        if row.fingerprint != claim.fingerprint:
            raise IdempotencyMismatch
        raise Replayed(row.status, row.body)

    def run(self, claim: Claim | None, work: Callable[[Unit], T]) -> T:
        """Run a unit and keep its answer in it. A twin that was faster elsewhere makes this `Replayed`."""
        if claim is None:
            return self._units.run(work)

        def keyed(unit: Unit) -> T:
            if unit.attempt:  # the COMMIT that got lost may have been carried out
                self.look_up(claim, unit.execute)
            result = work(unit)
            self._keep(unit, claim, *claim.render(result))
            return result

        try:
            return self._units.run(keyed)
        except IntegrityError:
            self.look_up(claim)
            if not self._forget(claim):
                raise
            return self._units.run(keyed)

    def remember(self, claim: Claim, status: int, body: str) -> None:
        """Keep the answer to a refused request, in a transaction of its own. A twin's answer stands."""
        try:
            self._units.run(lambda unit: self._keep(unit, claim, status, body))
        except IntegrityError:
            self.look_up(claim)
            if self._forget(claim):
                self.remember(claim, status, body)

    def _forget(self, claim: Claim) -> bool:
        """Delete an answer that is kept no longer; false when there is none."""
        old = delete(answers).where(answers.c.scope == claim.scope, answers.c.created_at <= self._clock() - KEPT)
        gone: int = self._units.run(lambda unit: unit.execute(old).rowcount)
        return gone == 1

    def _keep(self, unit: Unit, claim: Claim, status: int, body: str) -> None:
        row = {"scope": claim.scope, "fingerprint": claim.fingerprint, "status": status, "body": body}
        unit.execute(_KEEP, [{**row, "created_at": self._clock()}])

    def forget_old(self, unit: Unit) -> int:
        """Delete answers older than 35 days; how many."""
        gone: int = unit.execute(delete(answers).where(answers.c.created_at <= self._clock() - KEPT)).rowcount
        return gone
