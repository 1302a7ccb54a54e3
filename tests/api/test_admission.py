"""Who gets in."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_training_credits.api.routes import ENDPOINTS
from tests.support.fake_api import AMY, API, FakeState, problem

PUBLIC = [endpoint for endpoint in ENDPOINTS if endpoint.public]
SIGNED_IN = [endpoint for endpoint in ENDPOINTS if not endpoint.public]
STAFF = [endpoint for endpoint in ENDPOINTS if endpoint.staff]
PEOPLE = [endpoint for endpoint in ENDPOINTS if not endpoint.staff]


def named(endpoint: Any) -> str:
    """The id of a case."""
    return f"{endpoint.method} {endpoint.path}"


def ask(http: FlaskClient, endpoint: Any) -> Any:
    """A request without anything in it."""
    path = endpoint.path.replace("<", "").replace(">", "")
    return http.open(f"{API}{path}", method=endpoint.method)


def touched(state: FakeState) -> list[Any]:
    """Every call of a service."""
    return [call for service in vars(state).values() for call in getattr(service, "calls", [])]


def test_two_routes_are_open_to_visitors() -> None:
    """What is sold and what it costs."""
    assert [named(endpoint) for endpoint in PUBLIC] == ["GET /offerings/<offering_id>", "GET /credit-types"]


@pytest.mark.parametrize("endpoint", SIGNED_IN, ids=named)
def test_visitors_are_told_to_sign_in(http: FlaskClient, state: FakeState, endpoint: Any) -> None:
    """With a problem, never with a redirect, and before anything else about the request."""
    state.signed_in = None

    problem(ask(http, endpoint), 401, "not_signed_in")
    assert touched(state) == []


@pytest.mark.parametrize("endpoint", STAFF, ids=named)
def test_staffs_routes_are_for_staff(http: FlaskClient, state: FakeState, endpoint: Any) -> None:
    """Said before anything about key or body."""
    problem(ask(http, endpoint), 403, "forbidden")
    assert touched(state) == []


def test_staffs_routes_are_those_under_admin() -> None:
    """No route forgets to ask."""
    assert {endpoint.path.startswith("/admin/") for endpoint in STAFF} == {True}
    assert {endpoint.path.startswith("/admin/") for endpoint in PEOPLE} == {False}


@pytest.mark.parametrize("signed_in", [AMY, None], ids=["signed in", "visitor"])
@pytest.mark.parametrize("endpoint", PEOPLE, ids=named)
def test_switched_off_there_is_nothing_for_people(
    http: FlaskClient, state: FakeState, endpoint: Any, signed_in: Any
) -> None:
    """Not even a hint that there could be."""
    state.settings.is_enabled = lambda person: False
    state.signed_in = signed_in

    problem(ask(http, endpoint), 404, "not_found")
    assert touched(state) == []


def test_switched_off_staff_go_on(http: FlaskClient, state: FakeState) -> None:
    """On their own routes and on everybody's."""
    state.settings.is_enabled = lambda person: False
    state.staff = {AMY.id}
    state.credit_types.answers["list"] = []

    assert http.get(f"{API}/admin/credit-types").status_code == 200
    assert http.get(f"{API}/credit-types").status_code == 200


def test_switched_on_for_some_it_is_there_for_those(http: FlaskClient, state: FakeState) -> None:
    """The switch is asked about the person."""
    state.settings.is_enabled = lambda person: person is not None and person.id == AMY.id
    state.credit_types.answers["list"] = []

    assert http.get(f"{API}/credit-types").status_code == 200
    state.signed_in = None
    assert http.get(f"{API}/credit-types").status_code == 404
