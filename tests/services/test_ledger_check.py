"""The ledger check: silent on right books, and for each rule the one row that breaks it is named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from flask_training_credits import Item
from flask_training_credits.testing import assert_ledger, offering, person
from tests.support.books import execute, fetch
from tests.support.races import without_checks

PREFIX = "training_credits_"


@pytest.fixture
def books(app: Flask, make: Any, credits: Any, catalog: Any, users: Any, clock: Any) -> SimpleNamespace:
    """A ledger in which everything has happened, with the ids of its rows; checked clean."""
    ada = users.add(person(id="ada"))
    catalog.add(offering())
    catalog.add(offering(id="next"))
    lot = make.lot(amount=100)
    soon = make.lot(lot.account_id, amount=7, expires_on=clock().date())
    reserved = make.credit_code(lot.account_id, value=Decimal(30), funding="reserved", expires_at=soon.expires_at)
    shared = make.credit_code(lot.account_id)
    clock.advance(seconds=1)
    order = credits.checkout.place(ada, [Item("networking", code=shared.text)], key="1")
    credits.checkout.place(ada, [Item("next", code=reserved.text)], key="2")
    clock.set(soon.expires_at + timedelta(seconds=1))
    other = make.lot(amount=5)
    assert credits.ledger.check() == []
    return SimpleNamespace(
        account=lot.account_id,
        other_account=other.account_id,
        lot=lot.id,
        soon=soon.id,
        reserved=reserved.id,
        shared=shared.id,
        redemption=order.items[0].id,
        transactions=[
            id_
            for (id_,) in fetch(
                app,
                f"SELECT id FROM training_credits_transactions WHERE account_id = '{lot.account_id}' ORDER BY version",  # noqa: S608
            )
        ],
    )


@pytest.fixture
def unconstrained(app: Flask) -> Iterator[None]:
    """A database that lets everything through: the check does not rely on its constraints."""
    with without_checks(app):
        yield


CORRUPTIONS = {
    "lot law": (
        "UPDATE training_credits_lots SET revoked = revoked + 1 WHERE id = :lot",
        {("lot law", "lots", "lot"), ("entries = lot counters", "lots", "lot")},
    ),
    "entries = lot counters": (
        "UPDATE training_credits_lots SET spent = spent - 100, revoked = revoked + 100 WHERE id = :lot",
        {("entries = lot counters", "lots", "lot")},
    ),
    "entries = lot counters, amount": (
        "UPDATE training_credits_lots SET amount = amount + 1, revoked = revoked + 1 WHERE id = :lot",
        {("entries = lot counters", "lots", "lot")},
    ),
    "entries sum to zero": (
        "UPDATE training_credits_entries SET amount = amount - 1 WHERE transaction_id = :spend AND bucket = 'spent'",
        {
            ("entries sum to zero", "transactions", "spend"),
            ("amount = its entries", "transactions", "spend"),
            ("hash chain", "transactions", "spend"),
            ("entries = lot counters", "lots", "lot"),
        },
    ),
    "account = its lots, available": (
        "UPDATE training_credits_accounts SET available = available + 1 WHERE id = :account",
        {("account = its lots", "accounts", "account")},
    ),
    "account = its lots, held": (
        "UPDATE training_credits_accounts SET held = held + 1 WHERE id = :account",
        {("account = its lots", "accounts", "account")},
    ),
    "versions 1..n, a gap": (
        "UPDATE training_credits_transactions SET version = 100 WHERE id = :last",
        {
            ("versions 1..n", "transactions", "last"),
            ("versions 1..n", "accounts", "account"),
            ("hash chain", "transactions", "last"),
        },
    ),
    "versions 1..n, the account": (
        "UPDATE training_credits_accounts SET version = version + 1 WHERE id = :account",
        {("versions 1..n", "accounts", "account")},
    ),
    "balances after, available": (
        "UPDATE training_credits_transactions SET available_after = available_after + 1 WHERE id = :spend",
        {("balances after", "transactions", "spend"), ("hash chain", "transactions", "spend")},
    ),
    "balances after, held": (
        "UPDATE training_credits_transactions SET held_after = held_after + 1 WHERE id = :spend",
        {("balances after", "transactions", "spend"), ("hash chain", "transactions", "spend")},
    ),
    "times never decrease": (
        "UPDATE training_credits_transactions SET recorded_at = '2020-01-01' WHERE id = :last",
        {("times never decrease", "transactions", "last"), ("hash chain", "transactions", "last")},
    ),
    "hash chain, an actor": (
        "UPDATE training_credits_transactions SET actor = 'mallory' WHERE id = :spend",
        {("hash chain", "transactions", "spend")},
    ),
    "hash chain, a reason": (
        "UPDATE training_credits_transactions SET reason = 'none' WHERE id = :hold",
        {("hash chain", "transactions", "hold")},
    ),
    "hash chain, an effective time": (
        "UPDATE training_credits_transactions SET effective_at = '2020-01-01' WHERE id = :spend",
        {("hash chain", "transactions", "spend")},
    ),
    "hash chain, a hash": (
        "UPDATE training_credits_transactions SET hash = '0' WHERE id = :last",
        {("hash chain", "transactions", "last")},
    ),
    "hash chain, another lot": (
        "UPDATE training_credits_entries SET lot_id = :soon WHERE transaction_id = :hold",
        {
            ("hash chain", "transactions", "hold"),
            ("entries = lot counters", "lots", "lot"),
            ("entries = lot counters", "lots", "soon"),
        },
    ),
    "refunded ≤ amount": (
        "UPDATE training_credits_redemptions SET refunded = amount + 1 WHERE id = :redemption",
        {
            ("redemption = its transactions", "redemptions", "redemption"),
            ("code uses = counters", "codes", "shared"),
        },
    ),
    "redemption = its transactions": (
        "UPDATE training_credits_redemptions SET code_id = NULL, amount = amount + 1 WHERE id = :redemption",
        {
            ("redemption = its transactions", "redemptions", "redemption"),
            ("code uses = counters", "codes", "shared"),
        },
    ),
    "open holds = lots' held": (
        "UPDATE training_credits_reservations SET amount = amount + 1 WHERE code_id = :reserved AND lot_id = :lot",
        {("open holds = lots' held", "lots", "lot")},
    ),
    "code uses = counters, value": (
        "UPDATE training_credits_codes SET used = used + 1 WHERE id = :shared",
        {("code uses = counters", "codes", "shared")},
    ),
    "code uses = counters, uses": (
        "UPDATE training_credits_codes SET uses = uses + 1 WHERE id = :shared",
        {("code uses = counters", "codes", "shared")},
    ),
    "code uses = counters, a redemption cancelled behind our back": (
        "UPDATE training_credits_redemptions SET state = 'cancelled' WHERE id = :redemption",
        {("code uses = counters", "codes", "shared")},
    ),
    "every transaction has its event": (
        "DELETE FROM training_credits_outbox WHERE subject_id = :spend",
        {("every transaction has its event", "transactions", "spend")},
    ),
}


@pytest.mark.ledger_broken_on_purpose
@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_each_broken_rule_names_its_row(
    corruption: str, app: Flask, credits: Any, books: SimpleNamespace, unconstrained: None
) -> None:
    """Exactly the rules that are broken, by the one row that breaks them, and nothing else."""
    statement, expected = CORRUPTIONS[corruption]
    rows = vars(books) | {
        "hold": books.transactions[2],
        "spend": books.transactions[3],
        "last": books.transactions[-1],
    }
    named = {name: value for name, value in rows.items() if f":{name}" in statement}
    assert execute(app, statement, **named) >= 1
    found = {(finding.rule, finding.table.removeprefix(PREFIX), finding.row) for finding in credits.ledger.check()}
    assert found == {(rule, table, rows[row]) for rule, table, row in expected}


@pytest.mark.ledger_broken_on_purpose
def test_a_transaction_that_is_gone_is_noticed(
    app: Flask, credits: Any, books: SimpleNamespace, unconstrained: None
) -> None:
    """The one after it does not follow, and the lot says what the entries no longer do."""
    spend = books.transactions[3]
    execute(app, "DELETE FROM training_credits_entries WHERE transaction_id = :spend", spend=spend)
    execute(app, "DELETE FROM training_credits_transactions WHERE id = :spend", spend=spend)
    found = [(finding.rule, finding.row) for finding in credits.ledger.check()]
    assert ("versions 1..n", books.transactions[4]) in found
    assert ("hash chain", books.transactions[4]) in found
    assert ("entries = lot counters", books.lot) in found
    assert ("redemption = its transactions", books.redemption) in found


@pytest.mark.ledger_broken_on_purpose
def test_assert_ledger_fails_and_says_what(app: Flask, credits: Any, books: SimpleNamespace) -> None:
    """The check that ends every test names rule, table and row."""
    execute(app, "UPDATE training_credits_codes SET uses = uses + 1 WHERE id = :shared", shared=books.shared)
    with pytest.raises(AssertionError) as failed:
        assert_ledger(app)
    assert str(failed.value).splitlines() == [
        "The ledger does not add up:",
        f"code uses = counters: training_credits_codes {books.shared}: used 2000 of 2000, uses 2 of 1",
    ]


def test_right_books_are_silent_and_progress_is_told(credits: Any, books: SimpleNamespace) -> None:
    """Nothing is found; the last call of `progress` says how many transactions were verified."""
    told: list[int] = []
    assert credits.ledger.check(told.append) == []
    assert told[-1] == credits.ledger.totals()["transactions"] == len(books.transactions) + 1
