"""Macros in the host's own templates."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from flask_training_credits import Money, Offering
from flask_training_credits.services.results import Account, Code
from flask_training_credits.testing import MemoryCatalog, offering
from tests.support.pages import press

pytestmark = pytest.mark.databases("sqlite")

IMPORT = """{% from "training_credits/macros.html" import credits_accepted, pay_with_credits, code_box, payment_option,
balance_badge, nav_links %}"""


@pytest.fixture
def host(app: Flask) -> Callable[..., str]:
    """Renders a piece of template as a page of the host, for whom a client is."""

    def render(client: FlaskClient, piece: str) -> str:
        app.config["HOST_PAGE"] = IMPORT + piece
        answer = client.get("/host/page")
        assert answer.status_code == 200, answer.text
        return " ".join(answer.text.split())

    return render


DETAILS = '{{ credits_accepted("networking") }}{{ pay_with_credits("networking") }}{{ code_box("networking") }}'


def test_details_macros_say_and_lead(host: Any, client: FlaskClient, course: Offering) -> None:
    """Whether credits are accepted, for how many, and where to enter a code."""
    page = BeautifulSoup(host(client, DETAILS), "html.parser")

    assert "Accepts training credits" in page.get_text()
    assert page.find("a", string="Purchase with 20 credits")["href"] == "/credits/pay/networking"
    assert page.find("label").get_text() == "Enter promotion, license or credit code"
    assert page.find("form")["action"] == "/credits/checkout?offering_id=networking"


def test_details_macros_are_the_same_for_everybody(
    host: Any, client: FlaskClient, ada: FlaskClient, olga: FlaskClient, account: Account, code: Code, course: Offering
) -> None:
    """Hosts cache these pages: no token, no key, no code, no balance."""
    macros = DETAILS + '{{ payment_option("networking") }}'

    pages = {host(who, macros) for who in (client, ada, olga, ada)}

    assert len(pages) == 1
    [page] = pages
    for secret in ("csrf", "_idempotency_key", "TC-", "100", account.id):
        assert secret not in page


def test_the_box_on_the_hosts_page_leads_to_our_checkout(
    host: Any, app: Flask, ada: FlaskClient, course: Offering, code: Code
) -> None:
    """One box, from the host's page to the order."""
    host(ada, DETAILS)

    applied = press(ada, ada.get("/host/page"), "Apply", {"code": code.text})

    assert "80 credits will remain" in " ".join(applied.text.split())


@pytest.mark.parametrize(
    "fields",
    [{"accepts_credits": False}, None],
)
def test_what_takes_no_credits_shows_nothing(
    host: Any, client: FlaskClient, catalog: MemoryCatalog, fields: dict[str, Any] | None
) -> None:
    """Nor does what is not sold."""
    if fields is not None:
        catalog.add(offering(**fields))

    page = host(
        client,
        '{{ credits_accepted("networking") }}{{ pay_with_credits("networking") }}{{ payment_option("networking") }}',
    )

    assert page == ""


def test_prices_are_derived_where_all_types_agree(
    host: Any, client: FlaskClient, catalog: MemoryCatalog, make: Any
) -> None:
    """250 dollars a credit; two types that disagree leave the number out."""
    catalog.add(offering(price_credits=None, list_price=Money.of(Decimal(500), "USD")))
    make.credit_type()
    assert "Purchase with 2 credits" in host(client, '{{ pay_with_credits("networking") }}')

    make.credit_type(unit_values={"USD": 50000})
    assert "Purchase with training credits" in host(client, '{{ pay_with_credits("networking") }}')


def test_one_credit_is_one_credit(host: Any, client: FlaskClient, catalog: MemoryCatalog) -> None:
    """Not one credits."""
    catalog.add(offering(price_credits=Decimal(1)))

    assert "Purchase with 1 credit<" in host(client, '{{ pay_with_credits("networking") }}')


def test_the_badge_shows_what_its_reader_may_see(
    host: Any, client: FlaskClient, ada: FlaskClient, olga: FlaskClient, account: Account
) -> None:
    """The owner's balance; nothing to others."""
    assert "100 credits" in host(olga, "{{ balance_badge() }}")
    assert "100 credits" in host(olga, f'{{{{ balance_badge("{account.id}") }}}}')
    assert host(ada, f'{{{{ balance_badge("{account.id}") }}}}') == ""
    assert host(client, "{{ balance_badge() }}") == ""


def test_links_fit_the_person(
    host: Any, client: FlaskClient, ada: FlaskClient, olga: FlaskClient, root: FlaskClient, account: Account
) -> None:
    """Visitors, learners, owners and staff each get theirs."""

    def links(who: FlaskClient) -> list[str]:
        return [a.get_text() for a in BeautifulSoup(host(who, "{{ nav_links() }}"), "html.parser").select("li > a")]

    learner = ["What credits buy", "My purchases", "My codes"]
    assert links(client) == ["What credits buy"]
    assert links(ada) == learner
    assert links(olga) == [*learner, "Credit accounts"]
    assert links(root) == [*learner, "Credits admin"]


def test_the_filter_prints_no_zeros(host: Any, client: FlaskClient) -> None:
    """`20`, not `20.00`."""
    assert host(client, '{{ "20.00"|credits }} {{ 20.5|string|credits }} {{ 1250|credits }}') == "20 20.50 1,250"


def test_switched_off_shows_nothing(make_app: Callable[..., Flask], course: Offering) -> None:
    """Not even a box."""
    app = make_app(TRAINING_CREDITS_ENABLED=False, own=True)
    with app.test_request_context():
        page = render_template_string(IMPORT + DETAILS + '{{ payment_option("networking") }}{{ nav_links() }}')

    assert page.strip() == ""
