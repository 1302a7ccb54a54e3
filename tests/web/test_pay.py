"""Purchase with credits: Enter code, Apply, Purchase."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_training_credits import Offering, Refusal
from flask_training_credits.services.judging import MAX_QUANTITY
from flask_training_credits.services.results import Account, Code
from flask_training_credits.testing import MemoryAccess, MemoryCatalog, offering
from tests.support.pages import alert, form_of, heading, press, soup, text_of

PAY = "/credits/pay/networking"


def apply(client: FlaskClient, code: Code, url: str = PAY) -> Any:
    """Enter the code and press Apply."""
    return press(client, client.get(url), "Apply", {"code": code.text})


def test_a_code_pays_for_a_course(
    ada: FlaskClient, course: Offering, code: Code, credits: Any, account: Account, access: MemoryAccess
) -> None:
    """100 − 20 = 80, said before and after, and the learner is let in."""
    quoted = apply(ada, code)

    assert quoted.status_code == 200
    assert "80 credits will remain" in text_of(quoted)
    assert credits.accounts.get(account.id, viewer=None).available == Decimal(100), "a quote writes nothing"

    bought = press(ada, quoted, "Purchase")
    assert bought.status_code == 303
    receipt = ada.get(bought.location)
    assert heading(receipt) == "Thank you, it is yours"
    assert "80 credits remain on your code." in text_of(receipt)
    assert soup(receipt).find("a", string="Go to Introduction to Networking")["href"] == "/learn/networking"
    assert credits.accounts.get(account.id, viewer=None).available == Decimal(80)
    assert [grant.user_id for grant in access.granted] == ["ada"]


@pytest.mark.databases("sqlite")
def test_a_purchase_sent_twice_happens_once(
    ada: FlaskClient, course: Offering, code: Code, credits: Any, account: Account
) -> None:
    """The hidden key sends the second one to the same receipt."""
    quoted = apply(ada, code)

    first, second = press(ada, quoted, "Purchase"), press(ada, quoted, "Purchase")

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert credits.accounts.get(account.id, viewer=None).available == Decimal(80)


@pytest.mark.databases("sqlite")
def test_a_value_that_is_too_low_names_the_numbers_and_whom_to_ask(
    ada: FlaskClient, dear_course: Offering, course: Offering, code: Code
) -> None:
    """What happened, why, whom to ask, what to do next; and the code can be changed at once."""
    press(ada, apply(ada, code), "Purchase")

    refused = apply(ada, code, "/credits/pay/architecture")

    assert refused.status_code == 422
    said = alert(refused)
    assert said.startswith("What is left on this code is not enough")
    assert "This costs 90 credits, but only 80 are left on the code." in said
    assert "Whom to ask: Olga, olga@example.com" in said
    assert "What you can do: Ask for another code" in said
    assert form_of(refused, "Apply").find("input", id="tc-code")["aria-invalid"] == "true"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("text", ["WELCOME10", "TC-0000-0000-0000-0000-0000-0000", "<b>", "ß" * 300])
def test_a_text_that_is_no_code_gets_one_flat_answer(ada: FlaskClient, course: Offering, text: str) -> None:
    """Whatever it is, it is answered alike, and shown back escaped."""
    refused = press(ada, ada.get(PAY), "Apply", {"code": text})

    assert refused.status_code == 422
    assert alert(refused).startswith("This code cannot be used")
    assert "help@example.com" in alert(refused)
    assert "<b>" not in str(form_of(refused, "Apply"))


@pytest.mark.databases("sqlite")
def test_an_empty_field_is_pointed_out(ada: FlaskClient, course: Offering) -> None:
    """The field says so itself."""
    page = press(ada, ada.get(PAY), "Apply", {"code": "  "})

    assert page.status_code == 422
    described = form_of(page, "Apply").find("input", id="tc-code")["aria-describedby"]
    assert soup(page).find(id=described.split()[-1]).get_text() == "Fill in this field."


@pytest.mark.databases("sqlite")
def test_an_owner_pays_from_the_account(olga: FlaskClient, course: Offering, account: Account, credits: Any) -> None:
    """The account is offered with what it holds, and its lots are shown before it pays."""
    page = olga.get(PAY)
    assert "Acme 100 credits available" in text_of(page)

    quoted = press(olga, page, "Use this account")
    assert "20 credits, usable until 15 March 2027" in text_of(quoted)
    press(olga, quoted, "Purchase")

    assert credits.accounts.get(account.id, viewer=None).available == Decimal(80)


@pytest.mark.databases("sqlite")
def test_a_kept_code_pays_without_being_typed(ada: FlaskClient, course: Offering, code: Code, credits: Any) -> None:
    """Its text is not on the page that offers it."""
    kept = press(ada, ada.get("/credits/my-codes"), "Keep", {"code": code.text})
    assert kept.status_code == 303
    page = ada.get(PAY)
    assert code.text not in page.text

    bought = press(ada, press(ada, page, "Use this code"), "Purchase")

    assert heading(ada.get(bought.location)) == "Thank you, it is yours"


@pytest.mark.databases("sqlite")
def test_somebody_elses_kept_code_is_not_there(
    ada: FlaskClient, olga: FlaskClient, course: Offering, code: Code
) -> None:
    """Its id is worth nothing to others."""
    press(olga, olga.get("/credits/my-codes"), "Keep", {"code": code.text})
    kept_id = form_of(olga.get(PAY), "Use this code").find("input", {"name": "kept_id"})["value"]

    page = press(ada, ada.get(PAY), "Apply", {"code": "", "kept_id": kept_id})

    assert page.status_code == 404


@pytest.mark.databases("sqlite")
def test_a_new_price_is_shown_before_it_is_paid(
    ada: FlaskClient, course: Offering, code: Code, catalog: MemoryCatalog, credits: Any, account: Account
) -> None:
    """The promise has run out: nothing is charged, and the page shows what it would cost now."""
    quoted = apply(ada, code)
    form = form_of(quoted, "Purchase")
    forged = press(ada, quoted, "Purchase", {"token": form.find("input", {"name": "token"})["value"][:-2] + "xx"})

    assert forged.status_code in {409, 422}
    assert credits.accounts.get(account.id, viewer=None).available == Decimal(100)


@pytest.mark.databases("sqlite")
def test_a_quote_that_is_too_old_is_shown_again(
    ada: FlaskClient, course: Offering, code: Code, clock: Any, credits: Any, account: Account
) -> None:
    """After fifteen minutes the page asks to look again; the next click pays."""
    quoted = apply(ada, code)
    clock.advance(minutes=16)

    again = press(ada, quoted, "Purchase")

    assert again.status_code == 409
    assert alert(again).startswith("The price was held for a while")
    assert credits.accounts.get(account.id, viewer=None).available == Decimal(100)
    assert press(ada, again, "Purchase").status_code == 303


@pytest.mark.databases("sqlite")
def test_the_hosts_own_no_is_told_in_its_words(
    ada: FlaskClient, course: Offering, code: Code, access: MemoryAccess
) -> None:
    """A prerequisite, say."""
    access.vetoes[course.id] = Refusal("prerequisite_missing", "Take the basics first.")

    refused = apply(ada, code)

    assert refused.status_code == 422
    assert "Take the basics first." in alert(refused)


@pytest.mark.databases("sqlite")
def test_what_is_not_sold_has_no_page(ada: FlaskClient) -> None:
    """404, in our layout, with the way on."""
    page = ada.get("/credits/pay/nothing")

    assert page.status_code == 404
    assert heading(page) == "There is nothing here"


@pytest.mark.databases("sqlite")
def test_a_free_course_costs_nothing(ada: FlaskClient, catalog: MemoryCatalog, code: Code, credits: Any) -> None:
    """Zero is a price."""
    catalog.add(offering(id="free", title="Free course", price_credits=Decimal(0)))

    bought = press(ada, apply(ada, code, "/credits/pay/free"), "Purchase")

    assert heading(ada.get(bought.location)) == "Thank you, it is yours"


@pytest.mark.databases("sqlite")
def test_what_one_has_already_is_not_sold_again(ada: FlaskClient, course: Offering, code: Code) -> None:
    """The page leads to it instead; a code that was at hand is told why not."""
    press(ada, apply(ada, code), "Purchase")

    assert "You already have this" in text_of(ada.get(PAY))
    assert soup(ada.get(PAY)).find("a", string="See your purchase") is not None
    refused = ada.post(PAY, data={"code": code.text})
    assert refused.status_code == 409
    assert alert(refused).startswith("You already have this")


@pytest.mark.databases("sqlite")
def test_what_has_ended_can_be_purchased_again(
    ada: FlaskClient, catalog: MemoryCatalog, code: Code, clock: Any
) -> None:
    """The redemption leads to the pay page once access has ended."""
    catalog.add(offering(access_days=30))
    receipt = ada.get(press(ada, apply(ada, code), "Purchase").location)
    redemption = str(soup(receipt).select_one("tbody a")["href"])
    assert soup(ada.get(redemption)).find("a", string="Purchase again") is None

    clock.advance(days=31)

    again = soup(ada.get(redemption)).find("a", string="Purchase again")
    assert again["href"] == PAY
    assert press(ada, apply(ada, code), "Purchase").status_code == 303


@pytest.mark.databases("sqlite")
def test_a_code_in_the_address_is_ignored(ada: FlaskClient, course: Offering, code: Code) -> None:
    """Addresses end in logs and histories."""
    page = ada.get(PAY, query_string={"code": code.text})

    assert "will remain" not in page.text
    assert str(code.text) not in page.text


@pytest.mark.databases("sqlite")
def test_a_quantity_beyond_what_is_sold_at_once_is_refused(ada: FlaskClient, course: Offering) -> None:
    """By the limit of the service, before the form is shown."""
    assert ada.get(PAY, query_string={"quantity": str(MAX_QUANTITY)}).status_code == 200
    assert ada.get(PAY, query_string={"quantity": str(MAX_QUANTITY + 1)}).status_code == 422
