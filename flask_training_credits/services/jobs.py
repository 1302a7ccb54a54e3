"""Timed work, safe to run on many machines at once."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Table, select, union

from ..errors import CreditsError
from ..models import Account, Code, Lot, Reservation
from . import holds
from .asking import log
from .core import Core
from .dispatching import Dispatcher
from .ending import Ending
from .posting import open_book
from .unit import Unit

accounts: Table = Account.__table__  # type: ignore[assignment]  # declarative says FromClause
codes: Table = Code.__table__  # type: ignore[assignment]
lots: Table = Lot.__table__  # type: ignore[assignment]
reservations: Table = Reservation.__table__  # type: ignore[assignment]

_BATCH = 200
Progress = Callable[[str, int], None]


class Jobs:
    """What `flask credits run-due` does."""

    def __init__(self, core: Core, ending: Ending, dispatcher: Dispatcher) -> None:
        self._core = core
        self._ending = ending
        self._dispatcher = dispatcher

    def run_due(self, progress: Progress | None = None) -> dict[str, int]:
        """Book expiries and lapsed reservations, end access, hand on the outbox, forget old keys; counts of each.

        `progress(job, done)` is called as work goes on.
        """
        told: Progress = progress or (lambda job, done: None)
        counts = {"accounts_settled": self._settle(told), **self._end_access(told)}
        pending = self._dispatcher.run_pending(lambda done: told("outbox", done))
        counts |= {"handed_on": pending["handed_on"], "failed": counts["failed"] + pending["failed"]}
        counts["keys_forgotten"] = self._core.units.run(self._core.keys.forget_old)
        return counts

    def _settle(self, told: Progress) -> int:
        settled = 0
        while due := self._due():
            for account_id in due:
                self._core.units.run(lambda unit: self._settle_one(unit, account_id))  # noqa: B023 - called at once
                settled += 1
            told("expiry", settled)
        return settled

    def _due(self) -> list[str]:
        """Accounts with expired credits or lapsed reservations that nobody has booked."""
        now = self._core.clock()
        expired = select(lots.c.account_id).where(lots.c.drained.is_(False), lots.c.expires_at <= now)
        lapsed = (
            select(codes.c.account_id)
            .join(reservations, reservations.c.code_id == codes.c.id)
            .where(codes.c.expires_at <= now, reservations.c.amount > 0)
        )
        return list(self._core.store.execute(union(expired, lapsed).limit(_BATCH)).scalars())

    def _settle_one(self, unit: Unit, account_id: str) -> None:
        book = open_book(unit, account_id, self._core.clock)
        holds.settle(book)
        book.close()

    def _end_access(self, told: Progress) -> dict[str, int]:
        last, counts = "", {"access_ended": 0, "failed": 0}
        while due := self._ending.due(last, _BATCH):
            last = due[-1]
            for redemption_id in due:
                counts["access_ended" if self._end_one(redemption_id) else "failed"] += 1
            told("access", counts["access_ended"])
        return counts

    def _end_one(self, redemption_id: str) -> bool:
        """One failing hook does not keep others' access from ending; it is tried again at the next run."""
        try:
            self._ending.end(redemption_id)
        except CreditsError:
            log.warning("the access of %s could not be ended now", redemption_id)
            return False
        return True
