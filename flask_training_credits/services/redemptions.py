"""Redemptions and orders as their people see them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import Table, or_, select

from ..domain.amounts import from_hundredths
from ..domain.states import LIVE, order_status
from ..domain.values import Person
from ..errors import Invalid, NotFound, Refused
from ..models import Account
from ..models import Redemption as Row
from . import results
from .core import Core
from .idempotency import Claim
from .paging import LIMIT, check_limit, decode_cursor, page_of
from .people import SEES, Actor

redemptions: Table = Row.__table__  # type: ignore[assignment]  # declarative says FromClause
accounts: Table = Account.__table__  # type: ignore[assignment]

STATES = ("pending", "completed", "fulfilling", "declined", "withdrawn", "lapsed", "cancelled")

_JOINED = select(redemptions, accounts.c.name.label("account_name")).join(
    accounts, accounts.c.id == redemptions.c.account_id
)


class Redemptions:
    """Finds redemptions."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.retry_grant: Callable[[str], None] = lambda redemption_id: None
        """Tries a remote grant again; set where services are wired."""

    def get(self, redemption_id: str, *, viewer: Person | None) -> results.Redemption:
        """One redemption, for its learner, its buyer and those who see its account. Raises `NotFound`."""
        row = self._core.store.execute(_JOINED.where(redemptions.c.id == redemption_id)).one_or_none()
        if row is None:
            raise NotFound
        sees = self._sees(viewer, [row])
        is_theirs = viewer is None or viewer.id in (row.user_id, row.placed_by)
        if not is_theirs and row.account_id not in sees:
            raise NotFound
        return redemption_of(row._mapping, sees=row.account_id in sees)

    def list(
        self, *, viewer: Person, state: str | None = None, limit: int = LIMIT, cursor: str | None = None
    ) -> results.Page[results.Redemption]:
        """The viewer's own redemptions and those they bought for others, newest first."""
        check_limit(limit)
        if state is not None and state not in STATES:
            raise Invalid.field("state", f"Give one of {', '.join(STATES)}.")
        after = decode_cursor(cursor, str)
        query = _JOINED.where(or_(redemptions.c.user_id == viewer.id, redemptions.c.placed_by == viewer.id))
        if state is not None:
            query = query.where(redemptions.c.state == state)
        if after:
            query = query.where(redemptions.c.id < after[0])
        rows = self._core.store.execute(query.order_by(redemptions.c.id.desc()).limit(limit + 1)).all()
        sees = self._sees(viewer, rows)
        return page_of(
            rows,
            limit,
            lambda row: (row.id,),
            lambda row: redemption_of(row._mapping, sees=row.account_id in sees),
        )

    def find(self, user_id: str, offering_id: str) -> results.Redemption | None:
        """The learner's live redemption of an offering, else None; one whose access has ended is not live."""
        now = self._core.clock()
        rows = self._core.store.execute(
            _JOINED.where(
                redemptions.c.user_id == user_id,
                redemptions.c.offering_id == offering_id,
                redemptions.c.state.in_(LIVE),
            ).order_by(redemptions.c.id.desc())
        )
        live = (row for row in rows if row.access_expires_at is None or row.access_expires_at > now)
        row = next(live, None)
        return None if row is None else redemption_of(row._mapping, sees=True)

    def retry(self, redemption_id: str, *, actor: Actor, key: str | Claim | None) -> results.Redemption:
        """Try the grant of a redemption that is still `fulfilling` once more, now. Commits.

        Raises `NotFound`, `Forbidden`, and refuses with `already_resolved` when it is not fulfilling.
        """
        self._core.people.require_staff(actor, "credits")

        def act(claim: Claim | None) -> results.Redemption:
            if self.get(redemption_id, viewer=None).state != "fulfilling":
                raise Refused("already_resolved", "This redemption is not waiting for its access any more.")
            self.retry_grant(redemption_id)
            return self._core.keys.run(claim, lambda unit: self.get(redemption_id, viewer=None))

        def reload(kept_id: str) -> results.Redemption:
            return self.get(kept_id, viewer=None)

        return self._core.once(key, actor, "redemptions.retry", {"id": redemption_id}, act=act, reload=reload)

    def titles(self, account_id: str, redemption_ids: Collection[str], *, viewer: Person | None) -> dict[str, str]:
        """What an account's redemptions bought, by id, for a page of its history. Raises `NotFound`, `Forbidden`."""
        self._core.people.require(viewer, account_id, SEES)
        if not redemption_ids:
            return {}
        query = select(redemptions.c.id, redemptions.c.title).where(
            redemptions.c.account_id == account_id, redemptions.c.id.in_(list(redemption_ids))
        )
        return {row.id: row.title for row in self._core.store.execute(query)}

    def _sees(self, viewer: Person | None, rows: Sequence[Any]) -> Collection[str]:
        """Those of the rows' accounts whose lots the viewer may see."""
        return visible_accounts(self._core, viewer, {row.account_id for row in rows})


class Orders:
    """Finds orders: redemptions that were bought together."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def get(self, order_id: str, *, viewer: Person | None) -> results.Order:
        """One order, for whoever placed it, its learners and those who see its accounts. Raises `NotFound`."""
        rows = self._core.store.execute(
            _JOINED.where(redemptions.c.order_id == order_id).order_by(redemptions.c.position)
        ).all()
        sees = visible_accounts(self._core, viewer, {row.account_id for row in rows})
        if viewer is not None and not any(row.placed_by == viewer.id for row in rows):
            rows = [row for row in rows if row.user_id == viewer.id or row.account_id in sees]
        if not rows:
            raise NotFound
        return order_of([redemption_of(row._mapping, sees=row.account_id in sees) for row in rows])

    def list(self, *, viewer: Person, limit: int = LIMIT, cursor: str | None = None) -> results.Page[results.Order]:
        """The orders that the viewer placed, newest first."""
        check_limit(limit)
        after = decode_cursor(cursor, str)
        ids = select(redemptions.c.order_id).where(redemptions.c.placed_by == viewer.id).distinct()
        if after:
            ids = ids.where(redemptions.c.order_id < after[0])
        found = list(self._core.store.execute(ids.order_by(redemptions.c.order_id.desc()).limit(limit + 1)).scalars())
        rows: dict[str, Any] = {order_id: [] for order_id in found}
        if found:
            query = _JOINED.where(redemptions.c.order_id.in_(found)).order_by(redemptions.c.position)
            for row in self._core.store.execute(query):
                rows[row.order_id].append(row)
        sees = visible_accounts(self._core, viewer, {row.account_id for some in rows.values() for row in some})

        def make(order_id: str) -> results.Order:
            return order_of([redemption_of(row._mapping, sees=row.account_id in sees) for row in rows[order_id]])

        return page_of(found, limit, lambda order_id: (order_id,), make)


def visible_accounts(core: Core, viewer: Person | None, account_ids: Collection[str]) -> Collection[str]:
    """Those of the accounts whose balances and lots the viewer may see."""
    if viewer is None or not account_ids or core.people.is_staff(viewer, "accounts"):
        return account_ids
    return {account_id for account_id, role in core.people.roles(viewer).items() if role in SEES}


def redemption_of(values: Any, *, sees: bool) -> results.Redemption:
    """A redemption from its columns and its account's name; the lots that paid only for who may see them."""
    paid = values["lots"] if sees else ()
    return results.Redemption(
        unit_price=from_hundredths(values["unit_price"]),
        amount=from_hundredths(values["amount"]),
        refunded=from_hundredths(values["refunded"]),
        lots=[results.RedemptionLot(lot_id=lot_id, amount=from_hundredths(amount)) for lot_id, amount in paid],
        url=values["offering"].get("url"),
        **{name: values[name] for name in _COPIED},
    )


_COPIED = (
    "id",
    "order_id",
    "account_id",
    "account_name",
    "user_id",
    "offering_id",
    "title",
    "quantity",
    "state",
    "requested_at",
    "deadline",
    "decided_at",
    "decided_by",
    "reason",
    "access_expires_at",
)


def order_of(items: Sequence[results.Redemption]) -> results.Order:
    """The order that some redemptions make up."""
    return results.Order(
        id=items[0].order_id,
        status=order_status({item.state for item in items}),
        total=sum((item.amount for item in items), from_hundredths(0)),
        created_at=min(item.requested_at for item in items),
        items=items,
    )
