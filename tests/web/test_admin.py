"""The desk of staff."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_training_credits.services.results import Account
from tests.support.pages import alert, heading, press, soup, text_of

pytestmark = pytest.mark.databases("sqlite")

ORDER = {
    "name": "Globex",
    "owners": "grace@example.com",
    "contact": "Grace",
    "amount": "250",
    "ordered_on": "2026-03-01",
}


def test_staff_find_accounts(root: FlaskClient, account: Account, make: Any) -> None:
    """By name, or by an owner's address."""
    make.account(name="Globex", owners=["grace@example.com"])

    def found(query: str) -> list[str]:
        page = root.get("/credits/admin", query_string={"q": query})
        return [row.find("a").get_text() for row in soup(page).select("tbody tr")]

    assert found("") == ["Globex", "Acme"]
    assert found("acm") == ["Acme"]
    assert found("grace@example.com") == ["Globex"]
    assert "No account matches “<b>”" in text_of(root.get("/credits/admin?q=<b>"))


def test_others_are_refused(ada: FlaskClient, olga: FlaskClient, account: Account) -> None:
    """Owners, too."""
    paths = ("/credits/admin", "/credits/admin/accounts", f"/credits/admin/accounts/{account.id}/lots")

    assert [client.get(path).status_code for client in (ada, olga) for path in paths] == [403] * 6


def test_an_order_form_opens_an_account(root: FlaskClient, make: Any, credits: Any) -> None:
    """Account, owners and first credits at once; sent twice, once."""
    make.credit_type(key="flex")
    form = root.get("/credits/admin/accounts")

    first, second = press(root, form, "Open the account", ORDER), press(root, form, "Open the account", ORDER)

    assert first.location == second.location
    page = root.get(first.location)
    assert heading(page) == "Globex"
    assert "The account is open, with 250 credits." in text_of(page)
    [account] = credits.accounts.search(viewer=None).items
    assert (account.available, account.owners, account.contact) == (Decimal(250), ["grace@example.com"], "Grace")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("amount", "-5"),
        ("amount", "NaN"),
        ("amount", "0"),
        ("ordered_on", "yesterday"),
        ("country", "XX"),
    ],
)
def test_mistakes_are_named(root: FlaskClient, make: Any, credits: Any, field: str, value: str) -> None:
    """And nothing is made."""
    make.credit_type(key="flex")

    page = press(root, root.get("/credits/admin/accounts"), "Open the account", ORDER | {field: value})

    assert page.status_code == 422
    assert soup(page).find(id=f"tc-{field}")["aria-invalid"] == "true"
    assert not credits.accounts.search(viewer=None).items


def test_credits_are_added(root: FlaskClient, account: Account, credits: Any) -> None:
    """To an account that is there."""
    form = root.get(f"/credits/admin/accounts/{account.id}/lots")

    added = press(root, form, "Add credits", {"amount": "50", "source": "grant"}, follow_redirects=True)

    assert "50 credits are added." in text_of(added)
    assert credits.accounts.get(account.id, viewer=None).available == Decimal(150)


def test_credits_that_have_expired_already_are_refused(root: FlaskClient, account: Account) -> None:
    """The field says so."""
    form = root.get(f"/credits/admin/accounts/{account.id}/lots")

    page = press(root, form, "Add credits", {"amount": "50", "expires_on": "2020-01-01"})

    assert page.status_code == 422
    assert "Last day" in alert(page)


def test_without_a_credit_type_the_desk_says_what_is_missing(root: FlaskClient) -> None:
    """No form that can only fail."""
    page = root.get("/credits/admin")

    assert "No credit types yet" in text_of(page)
    assert soup(page).find("a", string="Open an account") is None
