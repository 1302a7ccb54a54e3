"""Codes of an account: issued, looked up, extended, revoked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_training_credits.services.results import Account, Code
from tests.support.pages import alert, press, soup, text_of

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def page(account: Account) -> str:
    """Where the codes are."""
    return f"/credits/accounts/{account.id}/codes"


def test_one_code_is_issued_and_shown(olga: FlaskClient, page: str) -> None:
    """The next page has its text."""
    issued = press(olga, olga.get(page), "Issue", {"label": "Spring", "value": "40.50"}, follow_redirects=True)

    assert "The code is issued. Copy it from here." in text_of(issued)
    secret = soup(issued).select_one(".tc-secret code")
    assert secret is not None
    assert secret.get_text().startswith("TC-")
    assert "40.50 credits" in text_of(issued)


def test_issuing_twice_issues_once(olga: FlaskClient, page: str, credits: Any, account: Account) -> None:
    """The hidden key sees to it."""
    form = olga.get(page)

    first, second = press(olga, form, "Issue"), press(olga, form, "Issue")

    assert first.location == second.location
    assert len(credits.codes.list(account.id, viewer=None).items) == 1


def test_many_codes_are_listed_by_their_last_four(olga: FlaskClient, page: str) -> None:
    """And downloaded as CSV."""
    listed = press(olga, olga.get(page), "Issue", {"count": "3"}, follow_redirects=True)

    assert "3 codes are issued. Download them as CSV." in text_of(listed)
    assert len(soup(listed).select("tbody tr")) == 3
    assert "TC-" not in listed.text
    csv = olga.get(str(soup(listed).find("a", string="Download as CSV")["href"]))
    assert csv.status_code == 200
    assert len(csv.text.strip().splitlines()) == 4


def test_limits_are_read(olga: FlaskClient, page: str, credits: Any, account: Account) -> None:
    """Every field of the form arrives."""
    fields = {
        "value": "10",
        "expires_at": "2026-06-30",
        "max_redemptions": "5",
        "per_learner": "1",
        "learners": "ada@example.com, example.org",
        "kinds": "course path",
        "offering_ids": "networking",
        "access_days": "30",
        "tracking_id": "PO-7",
        "funding": "reserved",
        "access_ends_with_code": "1",
    }
    press(olga, olga.get(page), "Issue", fields)

    [code] = credits.codes.list(account.id, viewer=None).items
    assert code.expires_at.isoformat() == "2026-07-01T00:00:00+00:00"
    assert (code.value, code.max_redemptions, code.per_learner) == (Decimal(10), 5, 1)
    assert (code.learners, code.kinds) == (["ada@example.com", "example.org"], ["course", "path"])
    assert (code.offering_ids, code.access_days, code.tracking_id) == (["networking"], 30, "PO-7")
    assert (code.funding, code.access_ends_with_code) == ("reserved", True)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("value", "19.999", "Worth in credits : Write credits with at most two decimals"),
        ("value", "1e3", "Worth in credits : Write credits with at most two decimals"),
        ("count", "10001", "How many : Write a whole number from 1 to 10000."),
        ("expires_at", "tomorrow", "Last day : Write the day as year-month-day"),
        ("expires_at", "2026-01-01", "Last day : "),
    ],
)
def test_mistakes_are_named_and_what_was_typed_stays(
    olga: FlaskClient, page: str, credits: Any, account: Account, field: str, value: str, said: str
) -> None:
    """At the top, and by the field."""
    refused = press(olga, olga.get(page), "Issue", {field: value, "label": "Kept"})

    assert refused.status_code == 422
    assert said.replace(" : ", ": ") in alert(refused).replace(" : ", ": ")
    wrong = soup(refused).find(id=f"tc-{field}")
    assert (wrong["value"], wrong["aria-invalid"]) == (value, "true")
    assert soup(refused).find(id="tc-label")["value"] == "Kept"
    assert not credits.codes.list(account.id, viewer=None).items


def test_more_than_there_is_cannot_be_reserved(olga: FlaskClient, page: str) -> None:
    """The refusal says how much is missing."""
    refused = press(olga, olga.get(page), "Issue", {"value": "101", "funding": "reserved"})

    assert refused.status_code == 422
    assert alert(refused).startswith("There are not enough credits")


def test_a_code_is_extended_and_revoked(olga: FlaskClient, account: Account, make: Any, clock: Any) -> None:
    """The page says what has been done."""
    code: Code = make.credit_code(account.id, expires_at=clock().replace(month=6))
    address = f"/credits/accounts/{account.id}/codes/{code.id}"

    extended = press(olga, olga.get(address), "Extend", {"expires_on": "2026-12-31"}, follow_redirects=True)
    assert "31 December 2026" in text_of(extended)

    past = press(olga, olga.get(address), "Extend", {"expires_on": "2025-12-31"})
    assert past.status_code == 422

    revoked = press(olga, olga.get(address), "Yes, revoke it", follow_redirects=True)
    assert "The code is revoked." in text_of(revoked)
    assert str(code.text) not in revoked.text


def test_others_cannot_issue(ada: FlaskClient, olga: FlaskClient, page: str, code: Code) -> None:
    """Nor look, nor revoke: 404."""
    form = ada.get("/credits/my-codes")

    assert press(ada, form, "Keep", {"code": "x"}).status_code == 422, "the token is good"
    token = soup(form).find("input", {"name": "csrf_token"})["value"]
    sent = {"csrf_token": token, "_idempotency_key": "one", "count": "1"}
    assert ada.post(page, data=sent).status_code == 404
    assert ada.get(f"{page}/{code.id}").status_code == 404
    assert ada.post(f"{page}/{code.id}/revoke", data=sent).status_code == 404
