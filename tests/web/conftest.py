"""A host with people, a course and an account, whose pages are asked for."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from flask_training_credits import Offering, Person
from flask_training_credits.services.results import Account, Code
from flask_training_credits.testing import MemoryCatalog, offering, person


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """A real host, whose staff is Root. It knows where visitors sign in, and has a page of its own to put macros on."""
    app = make_app(
        TRAINING_CREDITS_STAFF=["root"],
        TRAINING_CREDITS_SUPPORT_EMAIL="help@example.com",
        HOST_PAGE="",  # no other tests share an app with these settings
    )
    if "host_page" not in app.view_functions:
        app.login_manager.login_view = "sign_in"  # type: ignore[attr-defined]  # Flask-Login puts it there
        app.add_url_rule("/sign-in", "sign_in", lambda: "Sign in here")
        app.add_url_rule("/host/page", "host_page", lambda: render_template_string(app.config["HOST_PAGE"]))
    return app


@pytest.fixture
def root(login: Callable[[Person], FlaskClient]) -> FlaskClient:
    """Staff."""
    return login(person(id="root"))


@pytest.fixture
def olga(login: Callable[[Person], FlaskClient]) -> FlaskClient:
    """The account's owner."""
    return login(person(id="olga"))


@pytest.fixture
def ada(login: Callable[[Person], FlaskClient]) -> FlaskClient:
    """A learner."""
    return login(person(id="ada"))


@pytest.fixture
def course(catalog: MemoryCatalog) -> Offering:
    """A course for 20 credits."""
    return catalog.add(offering(url="/learn/networking"))


@pytest.fixture
def dear_course(catalog: MemoryCatalog) -> Offering:
    """A course for 90 credits."""
    return catalog.add(offering(id="architecture", title="Cloud Architecture", price_credits=Decimal(90)))


@pytest.fixture
def account(make: Any, olga: FlaskClient) -> Account:
    """Olga's account with 100 credits."""
    account: Account = make.account(name="Acme", owners=["olga"], contact="Olga, olga@example.com")
    make.lot(account.id, amount=100, order_reference="PO-1")
    return account


@pytest.fixture
def code(make: Any, account: Account) -> Code:
    """A code worth 100 credits on it."""
    code: Code = make.credit_code(account.id, value=Decimal(100), label="Spring")
    return code
