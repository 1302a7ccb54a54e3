"""A process of races: is told a database, says it is ready, is told its orders, tells their outcomes; and again."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from typing import Any

from flask import Flask

from flask_training_credits import Item
from flask_training_credits.testing import memory_hooks, offering, person
from tests.support.host import dispose, make_host
from tests.support.races import outcome


def main() -> None:
    """Race until standard input ends."""
    while line := sys.stdin.readline():
        hooks = memory_hooks()
        app = make_host(json.loads(line), hooks)
        with app.app_context():
            app.extensions["training_credits"].ledger.totals()  # connect before the race
        tell("ready")
        script = json.loads(sys.stdin.readline())
        for id_, price in script["offerings"]:
            hooks.catalog.add(offering(id=id_, price_credits=Decimal(price), repeatable=script["repeatable"]))
        tell([place(app, *order) for order in script["orders"]])
        dispose(app)


def place(app: Flask, user_id: str, key: str, offering_id: str, code: str) -> str:
    """The outcome of one order."""
    buyer, item = person(id=user_id), Item(offering_id, code=code)
    with app.app_context():
        return outcome(lambda: app.extensions["training_credits"].checkout.place(buyer, [item], key=key))


def tell(message: Any) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
