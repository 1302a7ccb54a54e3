"""Credit types: made and changed by staff, read by everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from ..errors import Invalid, NotFound
from ..models import Account
from ..models import CreditType as Row
from . import results
from .core import Core
from .people import Actor
from .unit import Unit

accounts: Table = Account.__table__  # type: ignore[assignment]  # declarative says FromClause
types: Table = Row.__table__  # type: ignore[assignment]

_NAMES = tuple(f.name for f in fields(results.CreditType))
_DEFAULTS: Mapping[str, Any] = {
    "description": None,
    "validity_months": 12,
    "validity_from": "order",
    "zone": "UTC",
    "deadline": "booked",
    "applies_to": [],
    "home_country_for": [],
    "sale_countries": None,
    "unit_values": {},
    "packs": [],
    "cancellation": [],
    "reschedule": None,
    "extendable": True,
    "transferable": True,
    "refundable": True,
    "grace_days": None,
    "terms_url": None,
    "terms_version": None,
    "policy_url": None,
    "datasheet_url": None,
}


def type_of(row: Any) -> results.CreditType:
    """The result of a row that has all columns of the table, under their names."""
    return results.CreditType(**{name: getattr(row, name) for name in _NAMES})


class CreditTypes:
    """The programs of this host."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def list(self) -> Sequence[results.CreditType]:
        """All credit types, by key."""
        return [type_of(row) for row in self._core.store.execute(select(types).order_by(types.c.key))]

    def get(self, key: str) -> results.CreditType:
        """One credit type. Raises `NotFound`."""
        row = self._core.store.execute(select(types).where(types.c.key == key)).one_or_none()
        if row is None:
            raise NotFound
        return type_of(row)

    def create(self, data: Mapping[str, Any], *, actor: Actor) -> results.CreditType:
        """Make a credit type from validated input; what is absent has its default.

        `validity_months=None` makes credits that never expire. Raises `Forbidden`, and `Invalid` for a key that is
        taken. Commits.
        """
        self._core.people.require_staff(actor, "credits")
        row = {**_DEFAULTS, **data, "created_at": self._core.clock()}
        try:
            self._core.units.run(lambda unit: unit.execute(insert(types), [row]))
        except IntegrityError:
            raise Invalid.field("key", "There is a credit type with this key already.") from None
        return self.get(row["key"])

    def update(self, key: str, changes: Mapping[str, Any], *, actor: Actor) -> results.CreditType:
        """Change what is given. Lots and redemptions keep what they were made with. Commits.

        A checkout that was judged by the old rules and not posted yet is judged again.
        """
        self._core.people.require_staff(actor, "credits")
        self.get(key)
        if changes:
            self._core.units.run(lambda unit: self._change(unit, key, changes))
        return self.get(key)

    def _change(self, unit: Unit, key: str, changes: Mapping[str, Any]) -> None:
        of_this_type = update(accounts).where(accounts.c.credit_type == key)
        unit.execute(of_this_type.values(terms=accounts.c.terms + 1))
        unit.execute(update(types).where(types.c.key == key).values(**changes))
