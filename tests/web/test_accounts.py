"""Accounts: balance drawn and listed, lots, history."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_training_credits import Item, Offering
from flask_training_credits.services.results import Account, Code
from flask_training_credits.testing import person
from tests.support.pages import heading, soup, text_of

pytestmark = pytest.mark.databases("sqlite")


def test_somebodys_accounts_are_listed_with_their_balances(olga: FlaskClient, account: Account, make: Any) -> None:
    """Newest first."""
    make.account(name="Second", owners=["olga"])

    page = olga.get("/credits/accounts")

    assert [link.get_text() for link in soup(page).select(".tc-list a")] == ["Second", "Acme"]
    assert "You are an owner · 100 credits can be used until 15 March 2027" in text_of(page)
    assert "100 credits available" in text_of(page)


def test_somebody_with_none_is_told_whom_to_ask(ada: FlaskClient) -> None:
    """An empty state, not an empty page."""
    said = text_of(ada.get("/credits/accounts"))

    assert "You have no role on a credit account" in said
    assert "help@example.com" in said


def test_the_history_says_who_spent_what_on_which_course(
    olga: FlaskClient, ada: FlaskClient, account: Account, code: Code, course: Offering, credits: Any
) -> None:
    """And the balance after each."""
    credits.checkout.place(person(id="ada"), [Item(course.id, code=code.text)], key="one")

    page = olga.get(f"/credits/accounts/{account.id}")

    assert heading(page) == "Acme"
    assert soup(page).select_one(".tc-big-number").get_text() == "80"
    history = soup(page).find(id="tc-history-heading").find_parent("section")
    rows = [[" ".join(cell.get_text(" ").split()) for cell in row.find_all("td")] for row in history.select("tbody tr")]
    when = "15 March 2026, 12:00 UTC"
    assert rows == [
        [when, "Spent: Introduction to Networking", "Ada", "−20", "80"],
        [when, "Credits added", "cli", "+100", "100"],
    ]


def test_the_balance_is_drawn_to_scale(olga: FlaskClient, account: Account, make: Any, clock: Any) -> None:
    """Without a style attribute; and what expires soon is said in words."""
    soon = clock().date().replace(month=4, day=1)
    make.lot(account.id, amount=50, expires_on=soon)
    make.credit_code(account.id, value=Decimal(25), funding="reserved")

    page = olga.get(f"/credits/accounts/{account.id}")

    bars = soup(page).select("svg.tc-bar rect")
    assert [(bar["class"], bar["x"], bar["width"]) for bar in bars] == [
        (["tc-part-soon"], "0", "166"),
        (["tc-part-free"], "166", "667"),
        (["tc-part-held"], "833", "167"),
    ]
    assert "25 credits can be used until 1 April 2026 ." in text_of(page)
    assert "style=" not in page.text


def test_what_is_spent_and_expired_is_drawn_too(
    olga: FlaskClient, account: Account, code: Code, course: Offering, credits: Any, make: Any, clock: Any
) -> None:
    """As large as they were, with a legend in words."""
    make.lot(account.id, amount=80, expires_on=clock().date().replace(month=4, day=1))
    make.lot(account.id, amount=40)
    credits.checkout.place(person(id="olga"), [Item(course.id, code=code.text)], key="one")
    clock.advance(days=30)

    page = olga.get(f"/credits/accounts/{account.id}")

    bars = soup(page).select("svg.tc-bar rect")
    assert [(bar["class"], bar["x"], bar["width"]) for bar in bars] == [
        (["tc-part-free"], "0", "636"),
        (["tc-part-spent"], "636", "91"),
        (["tc-part-expired"], "727", "273"),
    ]
    legend = [" ".join(item.get_text(" ").split()) for item in soup(page).select(".tc-legend li")]
    assert legend == ["140 credits available", "20 credits spent", "60 credits expired"]


def test_a_bar_of_nothing_but_spent_credits_says_so(
    olga: FlaskClient, make: Any, course: Offering, credits: Any
) -> None:
    """Full is not the same as available."""
    account = make.account(name="Used up", owners=["olga"])
    make.lot(account.id, amount=20)
    credits.checkout.place(person(id="olga"), [Item(course.id, account_id=account.id)], key="one")

    page = olga.get(f"/credits/accounts/{account.id}")

    assert [bar["class"] for bar in soup(page).select("svg.tc-bar rect")] == [["tc-part-spent"]]
    assert soup(page).select_one(".tc-legend").get_text(strip=True) == "20 credits spent"


def test_a_long_history_has_pages(olga: FlaskClient, account: Account, make: Any) -> None:
    """Twenty a page, newest first, and a way back."""
    for _ in range(25):
        make.lot(account.id, amount=1)

    first = olga.get(f"/credits/accounts/{account.id}")
    second = olga.get(str(soup(first).find("a", string="Older")["href"]))

    def versions(page: Any) -> int:
        return len(soup(page).find(id="tc-history-heading").find_parent("section").select("tbody tr"))

    assert (versions(first), versions(second)) == (20, 6)
    assert soup(second).find("a", string="Newest")["href"] == f"/credits/accounts/{account.id}"
    assert soup(second).find("a", string="Older") is None


def test_an_account_without_credits_says_so(olga: FlaskClient, make: Any) -> None:
    """Owners are told to wait for the order."""
    empty = make.account(name="New", owners=["olga"])

    said = text_of(olga.get(f"/credits/accounts/{empty.id}"))

    assert "No credits yet" in said
    assert "Nothing has happened yet" in said


def test_strangers_see_nothing(ada: FlaskClient, account: Account) -> None:
    """404, like what is not there."""
    assert ada.get(f"/credits/accounts/{account.id}").status_code == 404
    assert ada.get("/credits/accounts/acc_nothing").status_code == 404
    assert ada.get(f"/credits/accounts/{account.id}/codes").status_code == 404


def test_a_damaged_cursor_is_refused(olga: FlaskClient, account: Account) -> None:
    """With a page, not a trace."""
    assert olga.get(f"/credits/accounts/{account.id}?cursor=zzz").status_code == 422
