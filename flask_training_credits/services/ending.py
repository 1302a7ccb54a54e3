"""The end of access: the host takes it back, and the slot is free to be bought again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, select, update

from ..domain.wire import to_wire
from ..errors import HookFailed, Refused
from ..models import Redemption
from .core import Core
from .grants import read_grants
from .outbox import event_row, work_row
from .posting import account_version
from .redemptions import Redemptions
from .unit import Unit

redemptions: Table = Redemption.__table__  # type: ignore[assignment]  # declarative says FromClause

REASON = "access_ended"


class Ending:
    """Ends access that has run out."""

    def __init__(self, core: Core, redemptions: Redemptions) -> None:
        self._core = core
        self._redemptions = redemptions

    def end(self, redemption_id: str) -> bool:
        """Take back the access of a redemption that has run out; False when that has been done. Commits.

        The host's `revoke` runs in the same transaction, or from the outbox when it is remote.
        """
        return self._core.units.run(lambda unit: self._end(unit, redemption_id))

    def due(self, after: str, limit: int) -> list[str]:
        """Redemptions whose access has run out and is not taken back yet, by id, from the one `after` that."""
        query = select(redemptions.c.id).where(*self._has_run_out(), redemptions.c.id > after)
        return list(self._core.store.execute(query.order_by(redemptions.c.id).limit(limit)).scalars())

    def _has_run_out(self) -> tuple[Any, ...]:
        return (
            redemptions.c.state == "completed",
            redemptions.c.access_ended_at.is_(None),
            redemptions.c.access_expires_at <= self._core.clock(),
        )

    def _end(self, unit: Unit, redemption_id: str) -> bool:
        now, host = self._core.clock(), self._core.host
        ended = unit.execute(
            update(redemptions)
            .where(redemptions.c.id == redemption_id, *self._has_run_out())
            .values(access_ended_at=now, slot=None)
        )
        if ended.rowcount != 1:
            return False
        redemption = self._redemptions.get(redemption_id, viewer=None)
        if host.joins_transaction:
            grant = read_grants(unit.execute, host, [redemption_id])[redemption_id]
            with unit.hook("revoke"):
                try:
                    host.hooks.access.revoke(grant, REASON)
                except Refused as refused:  # access that has run out is not up to the host
                    raise HookFailed from refused
            if host.wants_after_revoke:
                unit.outgoing.append(work_row("after_revoke", redemption_id, now))
        else:
            unit.outgoing.append(work_row("revoke", redemption_id, now))
        account_id, version = redemption.account_id, account_version(unit, redemption.account_id)
        unit.outgoing.append(
            event_row("access.ended", redemption_id, to_wire(redemption), now, account_id=account_id, version=version)
        )
        return True
