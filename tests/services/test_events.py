"""Events: in the same transaction, told after the commit, in the shape that the JSON interface shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from flask_training_credits import Item, Refused, current_credits
from flask_training_credits.signals import EVENTS, signal
from flask_training_credits.testing import Clock, MemoryAccess, MemoryHooks, memory_hooks
from tests.support.shop import Shop

API = "/credits/api/v1"


@pytest.fixture
def told(app: Flask) -> Iterator[list[dict[str, Any]]]:
    """Everything that signals have told, in order."""
    found: list[dict[str, Any]] = []

    def listen(sender: object, **event: Any) -> None:
        assert sender is app
        found.append(event)

    for event in EVENTS:
        signal(event).connect(listen)
    yield found
    for event in EVENTS:
        signal(event).disconnect(listen)


def types(told: list[dict[str, Any]]) -> list[str]:
    """The types of what was told."""
    return [event["type"] for event in told]


def test_an_order_tells_its_movements_its_redemptions_and_itself(shop: Shop, told: list[dict[str, Any]]) -> None:
    """Each once, in this order; the payload has type, timestamp and data."""
    ada = shop.person()
    shop.sell("a")
    shop.sell("b")
    code = shop.make.credit_code()
    told.clear()

    shop.buy(ada, Item("a", code=code.text), Item("b", code=code.text))

    assert sorted(types(told)) == sorted(
        ["transaction.posted"] * 2 + ["redemption.completed"] * 2 + ["order.completed"]
    )
    assert {tuple(sorted(event)) for event in told} == {("data", "timestamp", "type")}
    assert {event["timestamp"] for event in told} == {"2026-03-15T12:00:00Z"}


def test_every_transaction_is_told_once_without_gaps(shop: Shop, told: list[dict[str, Any]], clock: Clock) -> None:
    """Versions of the account count 1, 2, 3 …, by kind: issue, hold, spend, release, expire."""
    ada = shop.person()
    shop.sell()
    lot = shop.make.lot(amount=100)
    code = shop.make.credit_code(lot.account_id, value=Decimal(50), funding="reserved")
    shop.buy(ada, Item("networking", code=code.text))
    shop.credits.codes.revoke(lot.account_id, code.id, actor="cli")
    clock.advance(days=400)
    shop.credits.jobs.run_due()

    posted = [event["data"] for event in told if event["type"] == "transaction.posted"]
    assert [(data["account_version"], data["kind"]) for data in posted] == [
        (1, "issue"),
        (2, "hold"),
        (3, "spend"),
        (4, "release"),
        (5, "expire"),
    ]
    assert {data["account_id"] for data in posted} == {lot.account_id}
    assert [data["version"] for data in posted] == [1, 2, 3, 4, 5]
    assert types(told).count("lot.issued") == 1
    assert types(told).count("lot.expired") == 1


def test_payloads_are_what_the_json_interface_shows(
    app: Flask, shop: Shop, told: list[dict[str, Any]], login: Callable[..., Any]
) -> None:
    """With `account_id` and `account_version` beside."""
    olga = shop.person("olga")
    shop.sell()
    account = shop.make.account(owners=["olga"])
    shop.make.lot(account.id, order_reference="PO-1")
    order = shop.buy(olga, Item("networking", account_id=account.id))
    browser = login(olga)

    def shown(path: str) -> Any:
        response = browser.get(f"{API}{path}")
        assert response.status_code == 200
        return response.json

    def data(type_: str) -> dict[str, Any]:
        found = [event["data"] for event in told if event["type"] == type_]
        beside = {name: found[-1].pop(name) for name in ("account_version",)}
        assert beside["account_version"] in (1, 2)
        return found[-1]

    def bare(resource: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in resource.items() if name != "account_id"}

    redemption_id = order.items[0].id
    transactions = shown(f"/accounts/{account.id}/transactions")["items"]
    assert bare(data("transaction.posted")) == bare(transactions[0])
    assert bare(data("redemption.completed")) == bare(shown(f"/redemptions/{redemption_id}"))
    assert bare(data("order.completed")) == bare(shown(f"/orders/{order.id}"))
    issued = data("lot.issued")
    lots = shown(f"/accounts/{account.id}/lots")["items"]
    assert issued.keys() == lots[0].keys()
    assert (issued["id"], issued["available"], issued["order_reference"]) == (lots[0]["id"], "100.00", "PO-1")


def test_events_name_no_secret(shop: Shop, told: list[dict[str, Any]]) -> None:
    """Not a code's text, whatever it paid."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code(label="Team")

    shop.buy(ada, Item("networking", code=code.text))

    assert code.text not in repr(told)
    assert code.text.replace("-", "") not in repr(told)


def test_signals_come_after_the_commit(app: Flask, shop: Shop, told: list[dict[str, Any]]) -> None:
    """A receiver that looks on its own connection finds the redemption, and its transactions with it."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    seen: list[int] = []

    def look(sender: object, **event: Any) -> None:
        with current_credits.engine.connect() as connection:
            query = "SELECT count(*) FROM training_credits_redemptions"
            seen.append(connection.exec_driver_sql(query).scalar_one())

    with signal("order-completed").connected_to(look):
        shop.buy(ada, Item("networking", code=code.text))

    assert seen == [1]


def test_what_is_rolled_back_is_never_told(shop: Shop, told: list[dict[str, Any]], access: MemoryAccess) -> None:
    """Neither a refused order nor one whose grant fails."""
    ada = shop.person()
    shop.sell()
    shop.sell("dear", 200)
    code = shop.make.credit_code()
    told.clear()

    with pytest.raises(Refused):
        shop.buy(ada, Item("dear", code=code.text))
    access.error = Refused("prerequisite_missing")
    with pytest.raises(Refused):
        shop.buy(ada, Item("networking", code=code.text))
    shop.credits.jobs.run_due()

    assert told == []


def test_a_failing_receiver_harms_nobody(shop: Shop, told: list[dict[str, Any]]) -> None:
    """The order stands; the event is told again by `run-due`, and no other waits for it."""
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()

    def fail(sender: object, **event: Any) -> None:
        raise RuntimeError("the receiver is broken")

    with signal("order.completed").connected_to(fail):
        order = shop.buy(ada, Item("networking", code=code.text))
    assert order.status == "completed"
    assert "redemption.completed" in types(told)
    told.clear()

    assert shop.credits.jobs.run_due()["handed_on"] == 1
    assert types(told) == ["order.completed"]
    assert shop.credits.jobs.run_due()["handed_on"] == 0


def test_the_end_of_access_is_told(shop: Shop, told: list[dict[str, Any]], clock: Clock) -> None:
    """`access.ended`, with the redemption."""
    ada = shop.person()
    shop.sell(access_days=30)
    code = shop.make.credit_code()
    order = shop.buy(ada, Item("networking", code=code.text))
    clock.advance(days=60)
    told.clear()

    shop.credits.jobs.run_due()

    assert [(event["type"], event["data"]["id"]) for event in told] == [("access.ended", order.items[0].id)]
    assert told[0]["data"]["account_id"] == code.account_id


@pytest.fixture
def hooks(request: pytest.FixtureRequest) -> MemoryHooks:
    """The host's side, in memory; access in another system for those who ask for `remote`."""
    return memory_hooks(access=MemoryAccess(joins_transaction="remote" not in request.fixturenames))


@pytest.fixture
def remote(access: MemoryAccess) -> MemoryAccess:
    """Access that lives in another system."""
    return access


def test_a_remote_refusal_is_told_as_a_cancellation(
    shop: Shop, told: list[dict[str, Any]], remote: MemoryAccess
) -> None:
    """With its refund; the redemption is never told as completed."""
    remote.error = Refused("prerequisite_missing", "Take the basics first.")
    ada = shop.person()
    shop.sell()
    code = shop.make.credit_code()
    told.clear()

    shop.buy(ada, Item("networking", code=code.text))

    assert "redemption.completed" not in types(told)
    cancelled = [event["data"] for event in told if event["type"] == "redemption.cancelled"]
    assert [(data["state"], data["refunded"], data["reason"]) for data in cancelled] == [
        ("cancelled", "20.00", "Take the basics first.")
    ]
