"""How many statements each use case sends: exactly these, whatever the history of the account."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from flask_training_credits import Item, Refused
from flask_training_credits.hooks import Access
from flask_training_credits.testing import MemoryAccess, MemoryHooks, memory_hooks, offering, person
from tests.support.databases import Database
from tests.support.host import db

FORGED = "TC-0000-0000-0000-0000-0000-0000"
ADA = person(id="ada")
_TABLE = re.compile(r"(?:FROM|INTO|UPDATE) `?training_credits_(\w+)")


class QuietAccess(MemoryAccess):
    """A host that does not ask to be called after the commit, which takes a transaction of its own."""

    after_grant = Access.after_grant
    after_revoke = Access.after_revoke


class Recorder:
    """What reached the engine: statements as `INSERT entries`, and how often a connection was taken."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.checkouts = 0

    def statement(self, *event: Any) -> None:
        """Note a statement; SQLite's BEGIN, which other drivers send unseen, is none."""
        text = " ".join(event[2].split())
        verb = text.split(" ", 1)[0]
        if verb != "BEGIN":
            table = _TABLE.search(text)
            self.statements.append(f"{verb} {table[1]}" if table else text)

    def checkout(self, *event: Any) -> None:
        """Note a connection."""
        self.checkouts += 1


@pytest.fixture
def hooks() -> MemoryHooks:
    """A host that keeps nothing for after the commit."""
    return memory_hooks(access=QuietAccess())


@pytest.fixture(autouse=True)
def sold(catalog: Any, users: Any) -> None:
    """A course, a hundred more, and something that can be bought again and again."""
    users.add(ADA)
    catalog.add(offering())
    for number in range(100):
        catalog.add(offering(id=f"course-{number}", price_credits=Decimal("0.10")))
    catalog.add(offering(id="lab", price_credits=Decimal("0.01"), repeatable=True))


@contextmanager
def recorded(app: Flask) -> Iterator[Recorder]:
    """Record what reaches the engine inside the block."""
    recorder = Recorder()
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", recorder.statement)
    sa.event.listen(engine, "checkout", recorder.checkout)
    try:
        yield recorder
    finally:
        sa.event.remove(engine, "before_cursor_execute", recorder.statement)
        sa.event.remove(engine, "checkout", recorder.checkout)


def order_statements(database: Database, *, by: str) -> list[str]:
    """Those of an order: the source with the key's answer, the debit, and what it writes."""
    return [
        f"SELECT {by}",
        "UPDATE accounts",
        *(["SELECT accounts"] if database.name == "mariadb" else []),  # its UPDATE returns nothing
        "SELECT lots",
        "UPDATE lots",
        "INSERT transactions",
        "INSERT entries",
        *(["UPDATE codes"] if by == "codes" else []),
        "INSERT redemptions",
        "INSERT idempotency",
        "INSERT outbox",
    ]


def make_history(credits: Any, code: Any, transactions: int) -> None:
    """Let an account have so many transactions more."""
    for number in range(0, transactions, 200):
        items = [Item("lab", code=code.text)] * min(200, transactions - number)
        credits.checkout.place(ADA, items, key=f"history-{number}")


def test_one_item_by_code(app: Flask, database: Database, credits: Any, make: Any) -> None:
    """Ten statements on PostgreSQL and SQLite."""
    code = make.credit_code()
    with recorded(app) as seen:
        credits.checkout.place(ADA, [Item("networking", code=code.text)], key="k")
    assert seen.statements == order_statements(database, by="codes")


def test_one_item_by_account(app: Flask, database: Database, credits: Any, make: Any) -> None:
    """Nine: there is no code whose uses are counted."""
    account = make.account(owners=["ada"])
    make.lot(account.id)
    with recorded(app) as seen:
        credits.checkout.place(ADA, [Item("networking", account_id=account.id)], key="k")
    assert seen.statements == order_statements(database, by="accounts")


def test_a_hundred_items(app: Flask, database: Database, credits: Any, make: Any) -> None:
    """As many as one item."""
    code = make.credit_code()
    items = [Item(f"course-{number}", code=code.text) for number in range(100)]
    with recorded(app) as seen:
        credits.checkout.place(ADA, items, key="k")
    assert seen.statements == order_statements(database, by="codes")


def test_a_quote(app: Flask, credits: Any, make: Any) -> None:
    """The source; lots and what is held; and what the learner has already."""
    code = make.credit_code()
    with recorded(app) as seen:
        credits.checkout.quote(ADA, [Item("networking", code=code.text)])
    assert seen.statements == ["SELECT codes", "SELECT lots", "SELECT accounts", "SELECT redemptions"]


def test_a_forged_code_never_reaches_the_database(app: Flask, credits: Any) -> None:
    """Checked, applied or quoted: not even a connection is taken from the pool."""
    with recorded(app) as seen:
        with pytest.raises(Refused) as checked:
            credits.codes.check(FORGED, person=ADA)
        with pytest.raises(Refused) as applied:
            credits.codes.apply(FORGED, "networking", person=ADA)
        quote = credits.checkout.quote(ADA, [Item("networking", code=FORGED)])
    assert [checked.value.code, applied.value.code, quote.items[0].refusal.code] == ["code_not_usable"] * 3
    assert (seen.statements, seen.checkouts) == ([], 0)


def test_a_replay(app: Flask, credits: Any, make: Any) -> None:
    """The key's answer comes with the source; then the order as it stands is read."""
    code = make.credit_code()
    first = credits.checkout.place(ADA, [Item("networking", code=code.text)], key="k")
    with recorded(app) as seen:
        again = credits.checkout.place(ADA, [Item("networking", code=code.text)], key="k")
    assert again == first
    assert seen.statements == ["SELECT codes", "SELECT redemptions", "SELECT members"]


PAGE = {
    "account": ["SELECT members", "SELECT accounts", "SELECT members", "SELECT lots", "SELECT accounts"],
    "lots": ["SELECT members", "SELECT lots"],
    "transactions": ["SELECT members", "SELECT transactions", "SELECT entries"],
}
"""What the page of an account costs: the viewer's role each time, then the account, its people, lots and holds."""


def page_statements(app: Flask, credits: Any, account_id: str) -> dict[str, list[str]]:
    """What the page of an account asks of the services, by an owner."""
    calls = {"account": credits.accounts.get, "lots": credits.lots.list, "transactions": credits.accounts.transactions}
    found = {}
    for name, call in calls.items():
        with recorded(app) as seen:
            call(account_id, viewer=ADA)
        found[name] = seen.statements
    return found


@pytest.mark.parametrize("transactions", [10, 1000])
def test_history_costs_nothing(transactions: int, app: Flask, database: Database, credits: Any, make: Any) -> None:
    """Neither an order nor a page of the account asks for more after a thousand transactions."""
    account = make.account(owners=["ada"])
    make.lot(account.id)
    code = make.credit_code(account.id)
    make_history(credits, code, transactions - 1)  # the lot is the first
    assert credits.accounts.transactions(account.id, viewer=None).items[0].version == transactions
    with recorded(app) as seen:
        credits.checkout.place(ADA, [Item("networking", code=code.text)], key="k")
    assert seen.statements == order_statements(database, by="codes")
    assert page_statements(app, credits, account.id) == PAGE


@pytest.mark.databases("postgresql")
def test_prepared_statements_outlive_an_order(make_app: Any, make: Any) -> None:
    """Psycopg forgets them with every rollback of its own: what an order has read is ended in another way."""
    app, code = make_app(own=True), make.credit_code()  # an app of its own: one connection
    with app.app_context():
        for number in range(8):
            buyer = person(id=f"learner-{number}")
            app.extensions["training_credits"].checkout.place(buyer, [Item("lab", code=code.text)], key=None)
            db.session.execute(sa.text("SELECT 1"))  # as a user loader does
        prepared = db.session.scalars(sa.text("SELECT statement FROM pg_prepared_statements")).all()
    assert sum("INSERT INTO training_credits_redemptions" in statement for statement in prepared) == 1


def test_the_routes_add_nothing(
    app: Flask, database: Database, credits: Any, make: Any, login: Callable[..., FlaskClient]
) -> None:
    """An order over HTTP sends what the service sends; who is signed in is the host's question."""
    code = make.credit_code()
    ada = login(ADA)
    with recorded(app) as recorder:
        body = {"items": [{"offering_id": "networking", "code": code.text}]}
        answer = ada.post("/credits/api/v1/checkout", json=body, headers={"Idempotency-Key": "one"})

    assert answer.status_code == 201
    assert recorder.statements == order_statements(database, by="codes")


@pytest.mark.parametrize("transactions", [1, 400])
def test_the_account_page(
    app: Flask, credits: Any, make: Any, login: Callable[..., FlaskClient], transactions: int
) -> None:
    """As many with a page of history as with one line of it."""
    owner = person(id="olga")
    login(owner)
    code = make.credit_code(make.lot(make.account(owners=["olga"]).id, amount=100).account_id)
    make_history(credits, code, transactions)
    olga = login(owner)
    with recorded(app) as recorder:
        page = olga.get(f"/credits/accounts/{code.account_id}")

    assert page.status_code == 200
    assert Counter(recorder.statements) == {
        "SELECT members": 7,  # each use case asks for the viewer's role by itself
        "SELECT accounts": 4,
        "SELECT lots": 3,
        "SELECT credit_types": 1,
        "SELECT transactions": 1,
        "SELECT entries": 1,
        "SELECT redemptions": 1,
    }
