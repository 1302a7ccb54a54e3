"""Handing the outbox on: signals and access hooks, after the commit, at least once, each row by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Table, or_, select, update

from ..domain.values import AccessGrant
from ..domain.wire import instant, to_wire
from ..errors import Refused
from ..models import Outgoing, Redemption
from ..signals import signal
from .asking import log
from .core import Core
from .ending import REASON
from .grants import keep_receipts, read_grants
from .outbox import LEASE, event_row, work_row
from .posting import account_version
from .redemptions import Redemptions
from .refunds import cancel_by_provider
from .unit import Unit

outbox: Table = Outgoing.__table__  # type: ignore[assignment]  # declarative says FromClause
redemptions: Table = Redemption.__table__  # type: ignore[assignment]

_BATCH = 100


class Dispatcher:
    """Hands rows of the outbox on."""

    def __init__(self, core: Core, redemptions: Redemptions, sender: object) -> None:
        self._core = core
        self._redemptions = redemptions
        self._sender = sender
        access = core.host.hooks.access
        self._workers: dict[str, Callable[[AccessGrant], object]] = {
            "after_grant": access.after_grant,
            "revoke": lambda grant: access.revoke(grant, REASON),
            "after_revoke": lambda grant: access.after_revoke(grant, REASON),
        }

    def hand_on(self, rows: Sequence[dict[str, Any]]) -> int:
        """Hand on rows that this process has leased; how many were done. What fails waits for `run_pending`."""
        done = [row["id"] for row in rows if row["kind"] == "event" and self._try(row, self._send)]
        if done:
            self._core.units.run(lambda unit: self._close(unit, done))
        works = [row for row in rows if row["kind"] != "event"]
        return len(done) + sum(self._try(row, self._work) for row in works)

    def run_pending(self, progress: Callable[[int], None] | None = None) -> dict[str, int]:
        """Try every row that is left to do and nobody else works on, once each; counts of done and failed."""
        last, counts = "", {"handed_on": 0, "failed": 0}
        while rows := self._pending(last):
            last = rows[-1]["id"]
            for row in rows:
                is_done = self._hand_on_alone(row)
                if is_done is not None:
                    counts["handed_on" if is_done else "failed"] += 1
            if progress:
                progress(sum(counts.values()))
        return counts

    def retry(self, redemption_id: str) -> None:
        """Try the grant of a redemption that is still fulfilling, now."""
        query = select(outbox).where(outbox.c.subject_id == redemption_id, outbox.c.kind == "grant")
        for row in self._core.store.execute(query.where(outbox.c.done_at.is_(None))).all():
            self._hand_on_alone(dict(row._mapping))

    def _hand_on_alone(self, row: dict[str, Any]) -> bool | None:
        """Hand one row on, unless somebody else works on it: then None."""
        if not self._core.units.run(lambda unit: self._lease(unit, row["id"])):
            return None
        return self.hand_on([row]) == 1

    def _pending(self, after: str) -> list[dict[str, Any]]:
        query = select(outbox).where(outbox.c.done_at.is_(None), outbox.c.id > after, self._is_free())
        rows = self._core.store.execute(query.order_by(outbox.c.id).limit(_BATCH))
        return [dict(row._mapping) for row in rows]

    def _is_free(self) -> Any:
        return or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= self._core.clock())

    def _lease(self, unit: Unit, row_id: str) -> bool:
        free = update(outbox).where(outbox.c.id == row_id, outbox.c.done_at.is_(None), self._is_free())
        leased: int = unit.execute(free.values(leased_until=self._core.clock() + LEASE)).rowcount
        return leased == 1

    def _try(self, row: dict[str, Any], act: Callable[[dict[str, Any]], None]) -> bool:
        """Hand one row on. Whatever goes wrong is logged and kept on the row: the movement is committed already."""
        try:
            act(row)
        except Exception as error:  # noqa: BLE001 - host code may raise anything, and nobody is left to tell
            log.exception("%s of %s failed; it will be tried again", row["type"], row["subject_id"])
            self._core.store.session.rollback()
            failure = type(error).__name__
            self._core.units.run(lambda unit: self._note(unit, row["id"], failure))
            return False
        return True

    def _send(self, row: dict[str, Any]) -> None:
        signal(row["type"]).send(self._sender, type=row["type"], timestamp=instant(row["created_at"]), data=row["data"])
        self._core.store.session.commit()  # as for hooks below

    def _work(self, row: dict[str, Any]) -> None:
        """Call a hook of the host's, then close the row: along with what the hook's answer brings about."""
        redemption_id = row["subject_id"]
        settle: Callable[[Unit], None] = self._nothing
        grant = read_grants(self._core.store.execute, self._core.host, [redemption_id])[redemption_id]
        if row["kind"] == "grant":
            settle = self._ask_to_grant(grant)
        else:
            self._workers[row["kind"]](grant)
            self._core.store.session.commit()  # what the hook wrote and did not commit is not ours to lose

        def work(unit: Unit) -> None:
            settle(unit)
            self._close(unit, [row["id"]])

        self._core.units.run(work)

    def _nothing(self, unit: Unit) -> None:
        """Nothing more to write."""

    def _close(self, unit: Unit, row_ids: Sequence[str]) -> None:
        closing = {"done_at": self._core.clock(), "leased_until": None, "error": None}
        unit.execute(update(outbox).where(outbox.c.id.in_(row_ids)).values(**closing))

    def _note(self, unit: Unit, row_id: str, failure: str) -> None:
        noted = {"leased_until": None, "error": failure, "attempts": outbox.c.attempts + 1}
        unit.execute(update(outbox).where(outbox.c.id == row_id).values(**noted))

    def _ask_to_grant(self, grant: AccessGrant) -> Callable[[Unit], None]:
        """Ask a remote system to let the learner in; returns what its answer means for our books.

        What it refuses is given back. It is not asked about a redemption that waits no longer: that may have
        been refunded.
        """
        redemption_id = grant.redemption_id
        if self._redemptions.get(redemption_id, viewer=None).state != "fulfilling":
            return self._nothing
        try:
            receipt = self._core.host.hooks.access.grant(grant)
            self._core.store.session.commit()
        except Refused as refused:
            reason = refused.message
            self._core.store.session.rollback()
            return lambda unit: self._give_back(unit, redemption_id, reason)
        return lambda unit: self._complete(unit, redemption_id, receipt or {})

    def _complete(self, unit: Unit, redemption_id: str, receipt: Any) -> None:
        completed = unit.execute(
            update(redemptions)
            .where(redemptions.c.id == redemption_id, redemptions.c.state == "fulfilling")
            .values(state="completed")
        )
        if completed.rowcount == 1:
            keep_receipts(unit, {redemption_id: receipt})
            self._announce(unit, "redemption.completed", redemption_id)
            if self._core.host.wants_after_grant:
                unit.outgoing.append(work_row("after_grant", redemption_id, self._core.clock()))

    def _give_back(self, unit: Unit, redemption_id: str, reason: str) -> None:
        row = unit.execute(select(redemptions).where(redemptions.c.id == redemption_id)).one()
        if row.state != "fulfilling":
            return
        book = cancel_by_provider(unit, self._core, row, reason)
        if book is not None:
            redemption = self._redemptions.get(redemption_id, viewer=None)
            book.tell("redemption.cancelled", redemption_id, redemption)
            book.close()

    def _announce(self, unit: Unit, event: str, redemption_id: str) -> None:
        redemption = self._redemptions.get(redemption_id, viewer=None)
        version = account_version(unit, redemption.account_id)
        now = self._core.clock()
        unit.outgoing.append(
            event_row(event, redemption_id, to_wire(redemption), now, account_id=redemption.account_id, version=version)
        )
