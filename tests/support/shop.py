"""A learner with a code in a shop where everything can be bought; tests then spoil one thing or another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import func, select

from flask_training_credits import Item, Offering, Person, Refusal, current_credits
from flask_training_credits.models import Base
from flask_training_credits.testing import MemoryHooks, offering, person


class Shop:
    """Services and hooks of one host, with the few calls that most tests of a checkout make."""

    def __init__(self, credits: Any, make: Any, hooks: MemoryHooks) -> None:
        self.credits = credits
        self.make = make
        self.hooks = hooks

    def sell(self, offering_id: str = "networking", price: Decimal | int | None = 20, **fields: Any) -> Offering:
        """Sell something, for 20 credits unless told otherwise."""
        price_credits = None if price is None else Decimal(price)
        return self.hooks.catalog.add(offering(id=offering_id, price_credits=price_credits, **fields))

    def person(self, user_id: str = "ada", **fields: Any) -> Person:
        """Know somebody."""
        return self.hooks.users.add(person(id=user_id, **fields))

    def buy(self, who: Person, *items: Item, key: str | None = None, **options: Any) -> Any:
        """Place an order."""
        return self.credits.checkout.place(who, list(items), key=key or uuid4().hex, **options)

    def quote(self, who: Person, *items: Item) -> Any:
        """Ask for a quote."""
        return self.credits.checkout.quote(who, list(items))

    def refusal(self, who: Person, item: Item) -> Any:
        """Why one item cannot be bought; None when it can."""
        return self.quote(who, item).items[0].refusal

    def available(self, account_id: str) -> Decimal:
        """What an account has now."""
        available: Decimal = self.credits.accounts.get(account_id, viewer=None).available
        return available

    def kinds(self, account_id: str) -> list[str]:
        """The kinds of the account's transactions, oldest first."""
        return [one.kind for one in reversed(self.credits.accounts.transactions(account_id, viewer=None).items)]

    def lot(self, lot_id: str) -> Any:
        """A lot as it stands now."""
        return self.credits.lots.get(lot_id)

    def code(self, code: Any) -> Any:
        """A code as it stands now."""
        return self.credits.codes.get(code.account_id, code.id, viewer=None)

    def change_code(self, code: Any, **changes: Any) -> None:
        """Give a code other limits."""
        self.credits.codes.update(code.account_id, code.id, changes, actor="cli")


class World:
    """A payable item under every rule there is: a bootcamp in Germany for 20 of 100 German credits, by a code.

    Each world has its own credit type, account, code and offering, so that many fit into one test.
    """

    def __init__(self, shop: Shop, learner: str = "ada") -> None:
        self.shop = shop
        self.name = uuid4().hex[:8]
        self.ada = shop.person(learner)
        kind = shop.make.credit_type(deadline="attended", home_country_for=[{"deliveries": ["in_person"]}])
        self.account = shop.make.account(credit_type=kind.key, country="DE", contact="Olga, olga@example.com")
        self.lot = shop.make.lot(self.account.id, amount=100)
        self.code = shop.make.credit_code(self.account.id)
        self.offering = shop.hooks.catalog.add(
            offering(
                id=f"bootcamp-{self.name}",
                kind="bootcamp",
                delivery="in_person",
                country="DE",
                starts_at=datetime(2026, 5, 4, 7, tzinfo=UTC),
                ends_at=datetime(2026, 5, 8, 15, tzinfo=UTC),
            )
        )
        shop.sell(f"small-{self.name}", 1)

    @property
    def item(self) -> Item:
        """What Ada wants."""
        return Item(self.offering.id, code=self.code.text)

    def spoil(self, *codes: str) -> None:
        """Make refusals hold; what comes first is done last, so that it has the last word."""
        if "code_used_up" in codes:
            self.use(self.shop.person("bob"))
        if "limit_reached" in codes:
            self.use(self.ada)
        for code in reversed(codes):
            SPOILERS[code](self)

    def change(self, **fields: Any) -> None:
        """Sell the offering with other fields."""
        self.offering = self.shop.hooks.catalog.add(replace(self.offering, **fields))

    def change_code(self, **limits: Any) -> None:
        """Give the code other limits."""
        self.shop.change_code(self.code, **limits)

    def use(self, who: Person) -> None:
        """Have somebody use the code once, for one credit."""
        self.shop.buy(who, Item(f"small-{self.name}", code=self.code.text))


def _later(world: World, **units: float) -> datetime:
    now = world.shop.hooks.clock()
    world.shop.hooks.clock.advance(**units)
    later = world.shop.hooks.clock()
    world.shop.hooks.clock.set(now)
    return later


def _revoke(world: World) -> None:
    world.shop.credits.codes.revoke(world.account.id, world.code.id, actor="cli")


def _start_later(world: World) -> None:
    world.change_code(starts_at=_later(world, days=1))


def _expire(world: World) -> None:
    world.change_code(expires_at=_later(world, minutes=1))
    world.shop.hooks.clock.advance(minutes=1)


def _remove(world: World) -> None:
    world.shop.hooks.catalog.remove(world.offering.id)


def _enroll(world: World) -> None:
    world.shop.hooks.access.entered.add((world.ada.id, world.offering.id))


def _veto(world: World) -> None:
    world.shop.hooks.access.vetoes[world.offering.id] = Refusal("prerequisite_missing", "Take the basics first.")


def _freeze(world: World) -> None:
    world.shop.credits.accounts.freeze(world.account.id, "audit", actor="cli")


SPOILERS: Mapping[str, Callable[[World], None]] = {
    "code_not_usable": _revoke,
    "code_not_started": _start_later,
    "code_expired": _expire,
    "code_used_up": lambda world: world.change_code(max_redemptions=1),
    "not_for_you": lambda world: world.change_code(learners=["bob"]),
    "offering_not_found": _remove,
    "offering_closed": lambda world: world.change(open=False),
    "assisted_only": lambda world: world.change(assisted=True),
    "credits_not_accepted": lambda world: world.change(accepts_credits=False),
    "price_unknown": lambda world: world.change(price_credits=None),
    "not_for_this_offering": lambda world: world.change_code(kinds=["exam"]),
    "wrong_country": lambda world: world.change(country="FR"),
    "already_enrolled": _enroll,
    "sold_out": lambda world: world.change(seats_left=0),
    "prerequisite_missing": _veto,
    "account_frozen": _freeze,
    "limit_reached": lambda world: world.change_code(per_learner=1),
    "code_value_too_low": lambda world: world.change_code(value=Decimal(10)),
    "credits_expire_too_soon": lambda world: world.change(
        starts_at=datetime(2027, 5, 4, 7, tzinfo=UTC), ends_at=datetime(2027, 5, 8, 15, tzinfo=UTC)
    ),
    "insufficient_credits": lambda world: world.change(price_credits=Decimal(150)),
}
"""What makes each refusal hold, in the order in which refusals are told."""


def rows(app: Flask) -> dict[str, int]:
    """How many rows each of our tables has: what is equal before and after has written nothing."""
    with app.app_context(), current_credits.engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }
