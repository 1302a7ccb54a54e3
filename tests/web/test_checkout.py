"""Checkout: one box for any code, Review and pay, Confirm purchase."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from flask_training_credits import Hooks, Money, Offering, Person
from flask_training_credits.domain.values import OtherCode
from flask_training_credits.services.asking import Host
from flask_training_credits.services.results import Account, Code
from flask_training_credits.testing import MemoryCatalog, MemoryHooks, offering, person
from flask_training_credits.web import cart, pay
from tests.support.host import SignedIn, db
from tests.support.pages import alert, heading, press, soup, text_of

CHECKOUT = "/credits/checkout?offering_id=networking"
BOX = "Enter promotion, license or credit code"


def test_a_code_in_the_shared_box_pays(
    ada: FlaskClient, course: Offering, code: Code, credits: Any, account: Account
) -> None:
    """Apply, Review and pay, Confirm purchase; only the last one charges."""
    page = ada.get(CHECKOUT)
    assert BOX in text_of(page)

    applied = press(ada, page, "Apply", {"code": code.text})
    assert "The code is applied." in text_of(applied)
    assert "80 credits will remain" in text_of(applied)

    review = press(ada, applied, "Review and pay")
    assert heading(review) == "Review and pay"
    assert credits.accounts.get(account.id, viewer=None).available == Decimal(100)

    bought = press(ada, review, "Confirm purchase")
    assert bought.status_code == 303
    assert heading(ada.get(bought.location)) == "Thank you, it is yours"
    assert credits.accounts.get(account.id, viewer=None).available == Decimal(80)


@pytest.mark.databases("sqlite")
def test_confirming_twice_buys_once(
    ada: FlaskClient, course: Offering, code: Code, credits: Any, account: Account
) -> None:
    """Both clicks lead to the same receipt."""
    applied = press(ada, ada.get(CHECKOUT), "Apply", {"code": code.text})
    review = press(ada, applied, "Review and pay")

    first, second = press(ada, review, "Confirm purchase"), press(ada, review, "Confirm purchase")

    assert first.location == second.location
    assert credits.accounts.get(account.id, viewer=None).available == Decimal(80)


@pytest.mark.databases("sqlite")
def test_one_code_pays_as_many_items_as_it_can(
    ada: FlaskClient, course: Offering, dear_course: Offering, code: Code, credits: Any, make: Any, account: Account
) -> None:
    """What it cannot pay stays open for another code."""
    page = ada.get(f"{CHECKOUT}&offering_id=architecture")

    applied = press(ada, page, "Apply", {"code": code.text})
    assert "80 credits will remain" in text_of(applied)
    assert soup(applied).find("input", {"name": "code-0"})["value"] == code.text
    assert soup(applied).find("input", {"name": "code-1"}) is None

    too_early = press(ada, applied, "Review and pay")
    assert too_early.status_code == 422
    assert alert(too_early).startswith("Something is still to be paid")

    make.lot(account.id, amount=100)
    second = make.credit_code(account.id, value=Decimal(95))
    review = press(ada, press(ada, applied, "Apply", {"code": second.text}), "Review and pay")
    assert "Total: 110 credits" in text_of(review)
    bought = press(ada, review, "Confirm purchase")

    assert len(soup(ada.get(bought.location)).select("tbody tr")) == 2
    assert credits.accounts.get(account.id, viewer=None).available == Decimal(90)


@pytest.mark.databases("sqlite")
def test_a_source_can_be_taken_back(ada: FlaskClient, course: Offering, code: Code) -> None:
    """Then the box is there again."""
    applied = press(ada, ada.get(CHECKOUT), "Apply", {"code": code.text})

    page = press(ada, applied, "Pay with something else")

    assert BOX in text_of(page)
    assert str(code.text) not in page.text


@pytest.mark.databases("sqlite")
def test_a_refused_code_says_why(
    ada: FlaskClient, course: Offering, code: Code, credits: Any, account: Account
) -> None:
    """As on every page: what, why, whom to ask."""
    credits.codes.revoke(account.id, code.id, actor="cli")

    page = press(ada, ada.get(CHECKOUT), "Apply", {"code": code.text})

    assert page.status_code == 422
    assert alert(page).startswith("This code cannot be used")


@pytest.mark.databases("sqlite")
def test_an_empty_box_and_an_empty_cart_say_so(ada: FlaskClient, course: Offering) -> None:
    """Neither is an error page."""
    page = press(ada, ada.get(CHECKOUT), "Apply", {"code": ""})

    assert page.status_code == 422
    assert "Fill in this field." in text_of(page)
    assert "There is nothing to pay yet" in text_of(ada.get("/credits/checkout"))


@pytest.mark.databases("sqlite")
def test_an_owner_chooses_the_account(olga: FlaskClient, course: Offering, account: Account, credits: Any) -> None:
    """Training credits is a payment type; the only account is chosen already."""
    review = press(olga, olga.get(CHECKOUT), "Review and pay")
    press(olga, review, "Confirm purchase")

    assert credits.accounts.get(account.id, viewer=None).available == Decimal(80)


@pytest.mark.databases("sqlite")
def test_somebody_elses_account_is_not_there(ada: FlaskClient, course: Offering, account: Account) -> None:
    """404, whether it exists or not."""
    page = press(ada, ada.get(CHECKOUT), "Review and pay", {"source": f"account:{account.id}"})

    assert page.status_code == 404


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("query", ["&quantity=0", "&quantity=x", "&quantity=10001", "&offering_id=a" * 60])
def test_an_address_that_makes_no_sense_is_refused(ada: FlaskClient, course: Offering, query: str) -> None:
    """422, and nothing is looked up."""
    assert ada.get(CHECKOUT + query).status_code == 422


@pytest.mark.databases("sqlite")
def test_several_of_a_group_offering_cost_several_times(ada: FlaskClient, catalog: MemoryCatalog, code: Code) -> None:
    """The quantity is in the address."""
    catalog.add(offering(id="team", title="Team day", group=True))

    applied = press(ada, ada.get("/credits/checkout?offering_id=team&quantity=3"), "Apply", {"code": code.text})

    assert "60 credits" in text_of(applied)
    assert "40 credits will remain" in text_of(applied)


class Promotions:
    """A host's own codes."""

    def apply(self, text: str, offering: Offering, person: Person | None) -> OtherCode | None:
        """WELCOME10 gives a discount."""
        return OtherCode("10 % off", "/cart?promotion=WELCOME10") if text == "WELCOME10" else None


@pytest.mark.databases("sqlite")
def test_the_hosts_own_code_goes_on_with_the_host(
    make_app: Callable[..., Flask], hooks: MemoryHooks, catalog: MemoryCatalog
) -> None:
    """One box for all: what is not a credit code is shown to the host."""
    own = Hooks(
        catalog=hooks.catalog, users=hooks.users, access=hooks.access, clock=hooks.clock, other_codes=Promotions()
    )
    app = make_app(hooks=own, own=True)
    catalog.add(offering())
    client = app.test_client(user=SignedIn(hooks.users.add(person()).id))

    page = press(client, client.get(CHECKOUT), "Apply", {"code": "WELCOME10"})

    assert "10 % off" in text_of(page)
    assert soup(page).find("a", string="Go on with this code")["href"] == "/cart?promotion=WELCOME10"
    refused = press(client, client.get(CHECKOUT), "Apply", {"code": "SUMMER"})
    assert alert(refused).startswith("This code cannot be used")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("price", [Decimal(1), None], ids=["own price", "derived price"])
def test_the_page_asks_as_much_for_fifty_lines_as_for_one(
    app: Flask, ada: FlaskClient, make: Any, catalog: MemoryCatalog, monkeypatch: pytest.MonkeyPatch, price: Any
) -> None:
    """Statements and calls of the catalog, with three accounts that could pay."""
    for number in range(50):
        catalog.add(offering(id=f"course-{number}", price_credits=price, list_price=Money(25000, "USD")))
    credit_type = make.credit_type()
    for _ in range(3):
        make.lot(make.account(credit_type=credit_type.key, owners=["ada"]).id)
    asked: list[str] = []
    ask_catalog = Host.offerings

    def noted(self: Host, ids: Collection[str]) -> dict[str, Offering]:
        asked.append("catalog")
        return ask_catalog(self, ids)

    monkeypatch.setattr(Host, "offerings", noted)
    with app.app_context():
        engine = db.engine

    def note(*event: Any) -> None:
        asked.append(event[2].split(" ", 1)[0])

    def counted(lines: int) -> Counter[str]:
        asked.clear()
        page = ada.get("/credits/checkout?" + "&".join(f"offering_id=course-{number}" for number in range(lines)))
        assert len(soup(page).select(".tc-choice")) == 3
        assert len(soup(page).select("h3")) == lines
        assert "1 credit" in text_of(page)
        return Counter(asked)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        one, fifty = counted(1), counted(50)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)

    assert one == fifty
    assert one["catalog"] == 3


@pytest.mark.databases("sqlite")
def test_an_account_for_several_lines_is_judged_in_the_review(
    olga: FlaskClient, course: Offering, dear_course: Offering, account: Account
) -> None:
    """It pays what it can; the line it cannot pay says why."""
    page = olga.get(f"{CHECKOUT}&offering_id=architecture")

    review = press(olga, page, "Review and pay")

    assert review.status_code == 422
    assert alert(review).startswith("There are not enough credits")
    assert "80 credits will remain" in text_of(review)


def test_a_line_does_not_show_its_code() -> None:
    """Not in a log, not in the trace of an error."""
    assert "TC-SECRET" not in repr(cart.Line(offering_id="a", code="TC-SECRET"))
    assert "TC-SECRET" not in repr(pay.Source("TC-SECRET", None, 1))
