"""Hosts with every guard there is, and hosts with none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFProtect, generate_csrf

from tests.hosts.conftest import MakeApp
from tests.hosts.lms import Lms, add_user, buy_a_course, make_lms

HTTPS = "https://localhost"


def guarded(make_app: MakeApp) -> tuple[Lms, Any]:
    """A host that checks tokens and speaks only HTTPS."""
    db = SQLAlchemy()
    lms = make_lms(db, db.Model)
    app = make_app(SESSION_COOKIE_SECURE=True)
    CSRFProtect(app)
    Talisman(app)
    app.add_url_rule("/token", "token", generate_csrf)
    lms.init_app(app)
    with app.app_context():
        db.create_all()
    return lms, app


def test_csrf_and_talisman(make_app: MakeApp) -> None:
    """Our routes take the host's token."""
    lms, app = guarded(make_app)

    def headers(client: Any) -> Mapping[str, str]:
        return {"X-CSRFToken": client.get("/token", base_url=HTTPS).text, "Referer": f"{HTTPS}/"}

    buy_a_course(lms, app, add_user(lms, app, 1), headers=headers, base_url=HTTPS)


def test_the_hosts_csrf_guards_our_routes(make_app: MakeApp) -> None:
    """Control: without the token the host says no, and nothing is bought."""
    lms, app = guarded(make_app)
    user_id = add_user(lms, app, 1)
    client = app.test_client()
    with client.session_transaction(base_url=HTTPS) as session:
        session["_user_id"] = user_id

    answer = client.post(
        "/credits/api/v1/checkout",
        json={"items": [{"offering_id": "networking", "account_id": "acc_none"}]},
        headers={"Idempotency-Key": "first"},
        base_url=HTTPS,
    )

    assert answer.status_code == 400
    assert "CSRF" in answer.text
    assert lms.enrolled(app) == []


def test_no_guard_at_all(make_app: MakeApp) -> None:
    """A host without CSRF protection has ours."""
    db = SQLAlchemy()
    lms = make_lms(db, db.Model)
    app = lms.init_app(make_app())
    with app.app_context():
        db.create_all()
    user_id = add_user(lms, app, 1)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = user_id

    foreign = client.post(
        "/credits/api/v1/checkout",
        json={"items": []},
        headers={"Idempotency-Key": "first", "Origin": "https://evil.example"},
    )

    assert (foreign.status_code, foreign.get_json()["code"]) == (403, "cross_site")
    buy_a_course(lms, app, user_id)


@pytest.mark.parametrize("way", ["WTF_CSRF_CHECK_DEFAULT", "exempt"])
def test_a_guard_that_looks_away(make_app: MakeApp, way: str) -> None:
    """Where the host's protection does not look at our API, our own does."""
    db = SQLAlchemy()
    lms = make_lms(db, db.Model)
    app = make_app(WTF_CSRF_CHECK_DEFAULT=way != "WTF_CSRF_CHECK_DEFAULT")
    csrf = CSRFProtect(app)
    lms.init_app(app)
    if way == "exempt":
        csrf.exempt(app.blueprints["training_credits_api"])
    with app.app_context():
        db.create_all()

    foreign = app.test_client().post("/credits/api/v1/checkout", json={}, headers={"Sec-Fetch-Site": "cross-site"})

    assert (foreign.status_code, foreign.get_json()["code"]) == (403, "cross_site")
    buy_a_course(lms, app, add_user(lms, app, 1))


def test_the_hosts_token_is_enough(make_app: MakeApp) -> None:
    """What the host's protection has accepted, we accept: it may trust a site of the same company."""
    lms, app = guarded(make_app)

    def headers(client: Any) -> Mapping[str, str]:
        token = client.get("/token", base_url=HTTPS).text
        return {"X-CSRFToken": token, "Referer": f"{HTTPS}/", "Sec-Fetch-Site": "same-site"}

    buy_a_course(lms, app, add_user(lms, app, 1), headers=headers, base_url=HTTPS)
