"""Who may see and do what: not yours is not there, too small a role is forbidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from flask_training_credits import Offering, Person
from flask_training_credits.models import Member
from flask_training_credits.testing import START, person
from tests.support.api import issue_code, made, order_form, read
from tests.support.fake_api import API, keyed, problem
from tests.support.host import db

ROLES = ("owner", "approver", "viewer", "member")

SEES = {"staff": 200, "owner": 200, "approver": 200, "viewer": 200, "member": 403, "stranger": 404}
MANAGES = {"staff": 200, "owner": 200, "approver": 403, "viewer": 403, "member": 403, "stranger": 404}
KNOWS = {"staff": 200, "owner": 200, "approver": 200, "viewer": 200, "member": 200, "stranger": 404}

CASES: list[tuple[str, str, dict[str, int]]] = [
    ("GET", "", KNOWS),
    ("GET", "/lots", SEES),
    ("GET", "/transactions", SEES),
    ("GET", "/transactions.csv", SEES),
    ("GET", "/codes", MANAGES),
    ("GET", "/codes.csv", MANAGES),
    ("GET", "/codes/{code_id}", MANAGES),
    ("PATCH", "/codes/{code_id}", MANAGES),
    ("DELETE", "/codes/{code_id}", {**MANAGES, "staff": 204, "owner": 204}),
    ("POST", "/codes", {**MANAGES, "staff": 201, "owner": 201}),
]


@pytest.fixture
def account(root: FlaskClient) -> Any:
    """An account with 100 credits, owned by Olga."""
    return order_form(root)["account"]


@pytest.fixture
def people(
    app: Flask, account: Any, root: FlaskClient, login: Callable[[Person], FlaskClient]
) -> dict[str, FlaskClient]:
    """Somebody of each role on the account, and others."""
    with app.app_context():
        for role in ROLES:
            row = {"id": f"mem_{role}", "account_id": account["id"], "user_id": role, "role": role, "created_at": START}
            db.session.execute(insert(Member), [row])
        db.session.commit()
    return {"staff": root, **{name: login(person(id=name)) for name in (*ROLES, "stranger")}}


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("method", "path", "statuses"), CASES, ids=[f"{method} {path}" for method, path, _ in CASES])
def test_each_role_has_its_reach(
    account: Any, people: dict[str, FlaskClient], method: str, path: str, statuses: dict[str, int]
) -> None:
    """From the strongest role down; the object itself decides, not the route."""
    code = issue_code(people["owner"], account["id"], value=10)
    url = f"{API}/accounts/{account['id']}{path.format(code_id=code['id'])}"

    found = {}
    for name in reversed(statuses):
        body = {"json": {}} if method in {"POST", "PATCH"} else {}
        response = people[name].open(url, method=method, headers=keyed(), buffered=True, **body)
        found[name] = response.status_code
        if response.status_code >= 400:
            problem(response, response.status_code, {403: "forbidden", 404: "not_found"}[response.status_code])

    assert found == statuses


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("path", ["", "/lots", "/transactions", "/transactions.csv", "/codes", "/codes.csv"])
def test_an_account_that_is_not_there_looks_like_one_that_is_not_yours(
    account: Any, people: dict[str, FlaskClient], path: str
) -> None:
    """Word for word."""
    stranger = people["stranger"]

    not_yours = stranger.get(f"{API}/accounts/{account['id']}{path}")
    not_there = stranger.get(f"{API}/accounts/acc_0000{path}")

    assert problem(not_yours, 404, "not_found") == problem(not_there, 404, "not_found")
    problem(people["staff"].get(f"{API}/accounts/acc_0000{path}"), 404, "not_found")


@pytest.mark.databases("sqlite")
def test_a_code_is_found_on_its_own_account_only(
    root: FlaskClient, account: Any, people: dict[str, FlaskClient]
) -> None:
    """An owner of one account cannot reach another's code through theirs."""
    theirs = made(root.post(f"{API}/admin/accounts", json={"name": "B", "credit_type": "flex", "owners": ["stranger"]}))
    code = issue_code(people["owner"], account["id"])

    for method in ("GET", "DELETE"):
        url = f"{API}/accounts/{theirs['id']}/codes/{code['id']}"
        problem(people["stranger"].open(url, method=method), 404, "not_found")
    problem(people["stranger"].patch(url, json={"label": "Mine"}), 404, "not_found")
    assert read(people["owner"].get(f"{API}/accounts/{account['id']}/codes/{code['id']}")) == code


@pytest.mark.databases("sqlite")
def test_members_see_the_account_but_not_its_balance(account: Any, people: dict[str, FlaskClient]) -> None:
    """Name and type; what others spend is not theirs to see."""
    seen = read(people["member"].get(f"{API}/accounts/{account['id']}"))

    assert (seen["name"], seen["credit_type"], seen["role"]) == ("Acme", "flex", "member")
    assert (seen["available"], seen["held"], seen["upcoming"], seen["expiring"]) == (None, None, [], [])


@pytest.mark.databases("sqlite")
def test_lists_hold_what_is_yours(account: Any, people: dict[str, FlaskClient]) -> None:
    """And nothing else."""
    mine = {name: [one["id"] for one in read(http.get(f"{API}/accounts"))["items"]] for name, http in people.items()}

    assert mine.pop("stranger") == []
    assert mine.pop("staff") == []
    assert set(map(tuple, mine.values())) == {(account["id"],)}


@pytest.mark.databases("sqlite")
def test_orders_and_redemptions_are_their_learners(
    account: Any, people: dict[str, FlaskClient], ada: FlaskClient, course: Offering
) -> None:
    """Those who see the account see them too; a stranger does not, nor a member."""
    text = issue_code(people["owner"], account["id"])["text"]
    cart = {"items": [{"offering_id": course.id, "code": text}]}
    order = made(ada.post(f"{API}/checkout", json=cart, headers=keyed()))
    urls = [f"{API}/orders/{order['id']}", f"{API}/redemptions/{order['items'][0]['id']}"]

    for url in urls:
        assert read(ada.get(url))["id"] in url
        assert read(people["viewer"].get(url))["id"] in url
        problem(people["stranger"].get(url), 404, "not_found")
        problem(people["member"].get(url), 404, "not_found")
    assert order["items"][0]["lots"] == []
    assert read(people["viewer"].get(urls[1]))["lots"] != []
    for path in ("orders", "redemptions"):
        assert read(people["viewer"].get(f"{API}/{path}"))["items"] == []


@pytest.mark.databases("sqlite")
def test_a_code_shows_nothing_of_its_account(
    account: Any, people: dict[str, FlaskClient], ada: FlaskClient, course: Offering
) -> None:
    """Whoever holds it sees what is left on it, not what the account holds."""
    text = issue_code(people["owner"], account["id"])["text"]

    item = read(ada.post(f"{API}/codes/apply", json={"code": text, "offering_id": course.id}))
    assert (item["balance_after"], item["lots"]) == (None, [])

    expensive = {"items": [{"offering_id": course.id, "code": text}]}
    quote = read(ada.post(f"{API}/checkout/quote", json=expensive))
    assert "100.00" not in str(quote)
    assert "80.00" not in str(quote)


@pytest.mark.databases("sqlite")
def test_another_persons_account_cannot_pay(account: Any, people: dict[str, FlaskClient], course: Offering) -> None:
    """Nor is its name told."""
    cart = {"items": [{"offering_id": course.id, "account_id": account["id"]}]}

    for path in ("checkout/quote", "checkout"):
        response = people["stranger"].post(f"{API}/{path}", json=cart, headers=keyed())
        assert response.status_code in {404, 422}, response.text
        assert "Acme" not in response.text


@pytest.mark.databases("sqlite")
def test_a_lost_role_loses_its_answers(app: Flask, account: Any, people: dict[str, FlaskClient]) -> None:
    """Sign-in and role come before a replay, or a former owner could read texts again."""
    url, headers = f"{API}/accounts/{account['id']}/codes", keyed()
    made(people["owner"].post(url, json={}, headers=headers))
    with app.app_context():
        db.session.execute(Member.__table__.delete().where(Member.id == "mem_owner"))  # type: ignore[attr-defined]
        db.session.commit()

    problem(people["owner"].post(url, json={}, headers=headers), 404, "not_found")
    problem(app.test_client().post(url, json={}, headers=headers), 401, "not_signed_in")
