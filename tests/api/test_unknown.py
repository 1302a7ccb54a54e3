"""Paths and methods nobody serves."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.support.fake_api import API, FakeState, make_app, problem


@pytest.mark.parametrize("path", ["", "/", "/nowhere", "/orders/", "/orders/a/b", "/offerings/a%2Fb", "/admin"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_an_unknown_path_is_a_problem(http: FlaskClient, path: str, method: str) -> None:
    """Whatever the method, whoever asks."""
    problem(http.open(f"{API}{path}", method=method), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/orders", "GET, HEAD, OPTIONS"),
        ("TRACE", "/checkout", "POST, OPTIONS"),
        ("PUT", "/me/codes", "GET, HEAD, POST, DELETE, OPTIONS"),
        ("GET", "/checkout/quote", "POST, OPTIONS"),
        ("POST", "/admin/credit-types/flex", "PATCH, OPTIONS"),
    ],
)
def test_a_wrong_method_is_a_problem_that_names_the_right_ones(
    http: FlaskClient, method: str, path: str, allow: str
) -> None:
    """On every path there is."""
    response = http.open(f"{API}{path}", method=method)

    problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == allow


@pytest.mark.parametrize("prefix", ["", "/learn/credits"])
def test_the_interface_lives_under_any_prefix(prefix: str) -> None:
    """At the root as well."""
    app, state = make_app(prefix)
    state.credit_types.answers["list"] = []
    http = app.test_client()

    assert http.get(f"{prefix}/api/v1/credit-types").json == {"items": [], "next_cursor": None}
    problem(http.get(f"{prefix}/api/v1/nowhere"), 404, "not_found")


def test_ids_that_cannot_be_are_not_there(http: FlaskClient, state: FakeState) -> None:
    """They do not reach a database."""
    for strange in ("x" * 256, "a%00b", "a%1Bb", "%E2%80%AE"):
        problem(http.get(f"{API}/orders/{strange}"), 404, "not_found")
    assert state.orders.calls == []


def test_options_names_the_methods_of_a_path(http: FlaskClient) -> None:
    """Only those that are served."""
    response = http.options(f"{API}/orders")

    assert (response.status_code, response.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")
    problem(http.options(f"{API}/nowhere"), 404, "not_found")
