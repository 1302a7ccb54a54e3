"""What host code can do to our transaction: run into a busy database, fail in a flush, go on after it, say COMMIT."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from typing import Any

import pytest
import requests
import responses
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from flask_training_credits import AccessGrant, Item, Offering, current_credits, testing
from flask_training_credits.errors import HookFailed
from flask_training_credits.testing import MemoryCatalog, MemoryHooks, memory_hooks
from tests.support.access import ScriptedAccess
from tests.support.host import InContext, db
from tests.support.shop import Shop, rows


@pytest.fixture
def hooks() -> MemoryHooks:
    """The host's side, in memory, with access that does what a test tells it to."""
    return memory_hooks(access=ScriptedAccess())


def sold(shop: Shop) -> tuple[Any, Item]:
    """Somebody, and what they buy."""
    shop.sell()
    return shop.person(), Item("networking", code=shop.make.credit_code().text)


def collide(grant: AccessGrant) -> None:
    """Write what a unique constraint forbids."""
    key = {"key": "general", "at": "2026-01-01"}
    taken = "INSERT INTO training_credits_idempotency (scope, fingerprint, status, body, created_at)"
    for _ in range(2):
        db.session.execute(text(f"{taken} VALUES (:key, 'f', 200, '', :at)"), key)


def test_a_busy_database_in_a_hook_runs_the_unit_again(app: Flask, shop: Shop, access: ScriptedAccess) -> None:
    """The hook's own statement met a lock: one order comes of it, and nobody notices."""
    ada, item = sold(shop)
    tries: list[str] = []

    def busy_once(grant: AccessGrant) -> None:
        tries.append(grant.redemption_id)
        if len(tries) == 1:
            locked = sqlite3.OperationalError("database is locked")
            locked.sqlite_errorcode = sqlite3.SQLITE_BUSY  # type: ignore[misc]  # as the driver sets it
            raise OperationalError("INSERT INTO enrollments", {}, locked)

    access.script["grant"] = busy_once
    order = shop.buy(ada, item)

    assert (len(tries), order.status, len(access.granted)) == (2, "completed", 1)


def test_a_statement_that_the_database_refuses_undoes_the_order(
    app: Flask, shop: Shop, access: ScriptedAccess, caplog: pytest.LogCaptureFixture
) -> None:
    """500 `hook_failed`, not a slot that is taken; the log has the database's words."""
    ada, item = sold(shop)
    before = rows(app)
    access.script["grant"] = collide

    with pytest.raises(HookFailed):
        shop.buy(ada, item)

    assert rows(app) == before
    assert "IntegrityError" in caplog.text


def test_a_hook_that_goes_on_after_such_an_error_undoes_the_order(
    app: Flask, shop: Shop, access: ScriptedAccess
) -> None:
    """PostgreSQL has ended the transaction by then: half an order would be worse than none."""
    ada, item = sold(shop)
    before = rows(app)

    def swallow(grant: AccessGrant) -> None:
        with pytest.raises(IntegrityError):
            db.session.flush(db.session.add(_broken()))  # type: ignore[func-returns-value]  # add, then flush

    access.script["grant"] = swallow
    with pytest.raises(HookFailed):
        shop.buy(ada, item)

    assert rows(app) == before


def _broken() -> Any:
    """A row of ours that no database takes: half a lot."""
    from flask_training_credits.models import Reservation

    return Reservation(code_id="cod_none", lot_id="lot_none", amount=-1)


@pytest.mark.parametrize("word", ["COMMIT", "rollback", "BEGIN", "END"])
def test_ending_the_transaction_in_words_is_stopped(app: Flask, shop: Shop, access: ScriptedAccess, word: str) -> None:
    """As text it passes by the session's methods, and does not reach the database either."""
    ada, item = sold(shop)
    before = rows(app)
    sent: list[str] = []

    def note(*told: Any) -> None:
        sent.append(told[2])

    def say(grant: AccessGrant) -> None:
        event.listen(current_credits.engine, "after_cursor_execute", note)
        try:
            db.session.execute(text(word))
        finally:
            event.remove(current_credits.engine, "after_cursor_execute", note)

    access.script["grant"] = say
    with pytest.raises(HookFailed):
        shop.buy(ada, item)

    assert rows(app) == before
    assert word not in sent


class ElsewhereCatalog(MemoryCatalog):
    """A catalog behind HTTP, which gives the other side half a second."""

    def get_many(self, offering_ids: Collection[str]) -> Mapping[str, Offering]:
        """Ask the other side."""
        requests.get("https://catalog.example/offerings", timeout=0.5).raise_for_status()
        return super().get_many(offering_ids)


@responses.activate
def test_a_catalog_that_hangs_past_its_time_is_a_failed_hook(make_app: Any) -> None:
    """The hook's own time-out raises: 500 `hook_failed`, and nothing is written."""
    hooks = memory_hooks(catalog=ElsewhereCatalog())
    app = make_app(hooks=hooks)
    shop = Shop(InContext(app, app.extensions["training_credits"]), InContext(app, testing), hooks)
    ada, item = sold(shop)
    before = rows(app)
    responses.get("https://catalog.example/offerings", body=requests.ReadTimeout("half a second is over"))

    with pytest.raises(HookFailed):
        shop.buy(ada, item)

    assert rows(app) == before
