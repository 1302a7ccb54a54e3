"""Receipts and what somebody bought."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_training_credits import Item, Offering, Person
from flask_training_credits.services.results import Account, Code, Order
from flask_training_credits.testing import person
from tests.support.pages import heading, soup, text_of

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def order(ada: FlaskClient, course: Offering, code: Code, credits: Any) -> Order:
    """Ada's order."""
    placed: Order = credits.checkout.place(person(id="ada"), [Item(course.id, code=code.text)], key="one")
    return placed


def test_a_receipt_names_learner_item_account_and_total(ada: FlaskClient, order: Order) -> None:
    """All that a finance department asks for."""
    said = text_of(ada.get(f"/credits/orders/{order.id}"))

    for part in (
        order.id,
        "Ada",
        "Introduction to Networking",
        "Acme",
        "Total: 20 credits",
        "15 March 2026, 12:00 UTC",
    ):
        assert part in said


def test_lists_lead_to_details(ada: FlaskClient, order: Order) -> None:
    """Orders and redemptions, and from one to the other."""
    [order_link] = soup(ada.get("/credits/orders")).select(".tc-list a")
    [link] = soup(ada.get("/credits/redemptions")).select(".tc-list a")
    page = ada.get(str(link["href"]))

    assert order_link["href"] == f"/credits/orders/{order.id}"
    assert heading(page) == "Introduction to Networking"
    assert soup(page).find("a", string=order.id)["href"] == order_link["href"]


def test_empty_lists_say_what_to_do(ada: FlaskClient) -> None:
    """Nobody is left with a blank page."""
    assert "No orders yet" in text_of(ada.get("/credits/orders"))
    assert "Look for “Accepts training credits”" in text_of(ada.get("/credits/redemptions"))


def test_others_see_nothing(root: FlaskClient, olga: FlaskClient, order: Order, login: Any) -> None:
    """The owner and staff do; anybody else is told 404."""
    stranger = login(Person("eve", "Eve", None))
    paths = (f"/credits/orders/{order.id}", f"/credits/redemptions/{order.items[0].id}")

    assert [stranger.get(path).status_code for path in paths] == [404, 404]
    assert [olga.get(path).status_code for path in paths] == [200, 200]
    assert [root.get(path).status_code for path in paths] == [200, 200]


def test_an_owner_is_not_congratulated(olga: FlaskClient, order: Order, account: Account) -> None:
    """Somebody else's purchase leads back to the account."""
    assert heading(olga.get(f"/credits/orders/{order.id}")) == "Order"
    crumb = soup(olga.get(f"/credits/redemptions/{order.items[0].id}")).select_one(".tc-crumb a")
    assert crumb is not None
    assert crumb["href"] == f"/credits/accounts/{account.id}"
