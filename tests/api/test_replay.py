"""Keyed requests on a real database."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_training_credits import Offering, Refusal
from flask_training_credits.testing import Clock, MemoryAccess, MemoryCatalog, offering
from tests.support.api import issue_code, order_form, read
from tests.support.fake_api import API, keyed, problem


@pytest.fixture
def account(root: FlaskClient) -> Any:
    """An account with 100 credits, owned by Olga."""
    return order_form(root)["account"]


@pytest.fixture
def cart(olga: FlaskClient, account: Any, course: Offering) -> dict[str, Any]:
    """A cart with the course, paid by a code."""
    return {"items": [{"offering_id": course.id, "code": issue_code(olga, account["id"])["text"]}]}


def balance(olga: FlaskClient, account: Any) -> str:
    """What the account has."""
    available: str = read(olga.get(f"{API}/accounts/{account['id']}"))["available"]
    return available


def test_the_same_key_buys_once(ada: FlaskClient, olga: FlaskClient, account: Any, cart: Any) -> None:
    """The second answer is the first one, with a header that says so."""
    headers = keyed()
    first = ada.post(f"{API}/checkout", json=cart, headers=headers)
    again = ada.post(f"{API}/checkout", json=cart, headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert balance(olga, account) == "80.00"


def test_a_refusal_is_repeated_even_if_it_would_pass_now(
    ada: FlaskClient, cart: Any, course: Offering, access: MemoryAccess
) -> None:
    """One key, one answer; a new try needs a new key."""
    headers = keyed()
    access.vetoes[course.id] = Refusal("prerequisite_missing", "Take A first.")
    first = ada.post(f"{API}/checkout", json=cart, headers=headers)
    problem(first, 422, "prerequisite_missing")
    access.vetoes.clear()

    again = ada.post(f"{API}/checkout", json=cart, headers=headers)

    assert again.data == first.data
    assert again.headers["Idempotency-Replayed"] == "true"
    assert ada.post(f"{API}/checkout", json=cart, headers=keyed()).status_code == 201


def test_the_same_key_for_something_else_is_refused(
    ada: FlaskClient, olga: FlaskClient, account: Any, cart: Any, catalog: MemoryCatalog
) -> None:
    """And the first answer stays."""
    catalog.add(offering(id="security", title="Security", price_credits=Decimal(30)))
    headers = keyed()
    ada.post(f"{API}/checkout", json=cart, headers=headers)
    other = {"items": [{**cart["items"][0], "offering_id": "security"}]}

    problem(ada.post(f"{API}/checkout", json=other, headers=headers), 422, "idempotency_mismatch")

    assert balance(olga, account) == "80.00"
    assert ada.post(f"{API}/checkout", json=cart, headers=headers).headers["Idempotency-Replayed"] == "true"


def test_a_fresh_token_is_the_same_request(ada: FlaskClient, olga: FlaskClient, account: Any, cart: Any) -> None:
    """A page that quotes again before it sends again means the same."""
    headers = keyed()
    token = read(ada.post(f"{API}/checkout/quote", json=cart))["token"]
    ada.post(f"{API}/checkout", json={**cart, "token": token}, headers=headers)

    again = ada.post(f"{API}/checkout", json={**cart, "token": "another"}, headers=headers)

    assert again.headers["Idempotency-Replayed"] == "true"
    assert balance(olga, account) == "80.00"


def test_keys_are_the_callers_own(
    ada: FlaskClient, root: FlaskClient, olga: FlaskClient, account: Any, cart: Any
) -> None:
    """And of one route: nobody meets another's answers."""
    headers = keyed("1")
    first = ada.post(f"{API}/checkout", json=cart, headers=headers)
    others = root.post(f"{API}/checkout", json=cart, headers=headers)
    issued = olga.post(f"{API}/accounts/{account['id']}/codes", json={}, headers=headers)

    assert [r.status_code for r in (first, others, issued)] == [201, 201, 201]
    assert others.json["id"] != first.json["id"]
    assert balance(olga, account) == "60.00"


@pytest.mark.parametrize("make_request", ["codes", "lot", "form"])
def test_every_marked_route_answers_the_same_again(
    root: FlaskClient, olga: FlaskClient, account: Any, make_request: str
) -> None:
    """Codes with their texts, lots, order forms; nothing happens twice."""
    lot = {"amount": 50, "ordered_on": "2026-03-15"}
    requests: dict[str, Callable[..., Any]] = {
        "codes": lambda **kw: olga.post(f"{API}/accounts/{account['id']}/codes", json={"count": 3}, **kw),
        "lot": lambda **kw: root.post(f"{API}/admin/accounts/{account['id']}/lots", json=lot, **kw),
        "form": lambda **kw: root.post(f"{API}/admin/orders", json={"account_id": account["id"], "lot": lot}, **kw),
    }
    headers = keyed()

    first = requests[make_request](headers=headers)
    again = requests[make_request](headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert again.headers["Idempotency-Replayed"] == "true"
    codes = read(olga.get(f"{API}/accounts/{account['id']}/codes"))["items"]
    lots = read(olga.get(f"{API}/accounts/{account['id']}/lots"))["items"]
    assert (len(codes), len(lots)) == ((3, 1) if make_request == "codes" else (0, 2))


@pytest.mark.parametrize("make_mistake", ["fields", "role", "missing"])
def test_a_mistake_leaves_the_key_free(root: FlaskClient, ada: FlaskClient, account: Any, make_mistake: str) -> None:
    """Once it is mended, the same key works."""
    headers, lot = keyed(), {"amount": 50, "ordered_on": "2026-03-15"}
    url = f"{API}/admin/accounts/{account['id']}/lots"

    if make_mistake == "fields":
        past = {**lot, "expires_on": "2026-03-01"}
        problem(root.post(url, json=past, headers=headers), 422, "invalid")
    elif make_mistake == "role":
        problem(ada.post(url, json=lot, headers=headers), 403, "forbidden")
    else:
        problem(root.post(f"{API}/admin/accounts/acc_0/lots", json=lot, headers=headers), 404, "not_found")

    response = root.post(url, json=lot, headers=headers)
    assert response.status_code == 201
    assert "Idempotency-Replayed" not in response.headers


def test_after_35_days_a_key_is_new(ada: FlaskClient, cart: Any, clock: Clock) -> None:
    """Until then it is not."""
    headers = keyed()
    ada.post(f"{API}/checkout", json=cart, headers=headers)
    clock.advance(days=34)
    assert ada.post(f"{API}/checkout", json=cart, headers=headers).headers["Idempotency-Replayed"] == "true"
    clock.advance(days=1)

    problem(ada.post(f"{API}/checkout", json=cart, headers=headers), 409, "already_enrolled")


def test_throttling_is_not_an_answer_to_keep(ada: FlaskClient, course: Offering) -> None:
    """429 says when to come back, and then the same key is tried again."""
    guess = {"items": [{"offering_id": course.id, "code": "TC-0000-0000-0000-0000-0000-0000"}]}
    for _ in range(10):
        problem(ada.post(f"{API}/codes/check", json={"code": guess["items"][0]["code"]}), 422, "code_not_usable")
    headers = keyed()

    for _ in range(2):
        response = ada.post(f"{API}/checkout", json=guess, headers=headers)
        problem(response, 429, "too_many_attempts")
        assert int(response.headers["Retry-After"]) > 0
        assert "Idempotency-Replayed" not in response.headers
