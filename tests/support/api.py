"""First steps over HTTP that many tests begin with."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tests.support.fake_api import API, keyed

TYPE = {"key": "flex", "name": "Flexible training credits", "unit_values": {"USD": 25000}}
FORM = {
    "account": {"name": "Acme", "credit_type": "flex", "owners": [{"email": "olga@example.com"}]},
    "lot": {"amount": 100, "ordered_on": "2026-03-15", "order_reference": "PO-1"},
}


def made(response: Any) -> Any:
    """What a POST made."""
    assert response.status_code == 201, response.text
    return response.json


def read(response: Any) -> Any:
    """What a GET found."""
    assert response.status_code == 200, response.text
    return response.json


def order_form(root: FlaskClient) -> Any:
    """An account with 100 credits, owned by Olga."""
    made(root.post(f"{API}/admin/credit-types", json=TYPE))
    return made(root.post(f"{API}/admin/orders", json=FORM, headers=keyed()))


def issue_code(olga: FlaskClient, account_id: str, **limits: Any) -> Any:
    """A code with its text."""
    codes = made(olga.post(f"{API}/accounts/{account_id}/codes", json=limits, headers=keyed()))
    assert len(codes["items"]) == 1
    return codes["items"][0]
