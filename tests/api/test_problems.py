"""Errors as problem documents."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask, got_request_exception
from flask.testing import FlaskClient
from flask_wtf import CSRFProtect
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import Conflict, TooManyRequests

from flask_training_credits.errors import (
    CreditsError,
    Forbidden,
    HookFailed,
    IdempotencyMismatch,
    InFlight,
    Invalid,
    NotFound,
    Refused,
    RetryLater,
)
from tests.support.fake_api import API, FakeState, problem


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (Invalid.field("cursor", "No."), 422, None),
        (Forbidden(), 403, None),
        (NotFound(), 404, None),
        (Refused("not_for_you"), 403, None),
        (Refused("sold_out"), 409, None),
        (Refused("prerequisite_missing"), 422, None),
        (Refused("too_many_attempts"), 429, "60"),
        (Refused("too_many_attempts", remedy={"action": "wait", "seconds": 7}), 429, "7"),
        (HookFailed(), 500, None),
        (RetryLater(), 503, "2"),
        (InFlight(), 409, "1"),
        (IdempotencyMismatch(), 422, None),
    ],
)
def test_each_error_is_a_problem(
    http: FlaskClient, state: FakeState, error: CreditsError, status: int, retry_after: str | None
) -> None:
    """Status, code and sentence of our own tree; a wait where waiting helps."""
    state.orders.answers["list"] = error

    response = http.get(f"{API}/orders")

    assert problem(response, status, error.code)["detail"] == error.message
    assert response.headers.get("Retry-After") == retry_after


def test_invalid_input_names_its_fields(http: FlaskClient, state: FakeState) -> None:
    """Each field with how to mend it."""
    response = http.post(f"{API}/codes/check", json={"cod": "TC-1"})

    assert problem(response, 422, "invalid")["errors"] == {
        "code": ["Missing data for required field."],
        "cod": ["There is no such field."],
    }
    assert state.codes.calls == []


def test_a_refusal_says_what_would_fix_it_and_whom_to_ask(http: FlaskClient, state: FakeState) -> None:
    """With its numbers as members of the document."""
    state.codes.answers["check"] = Refused(
        "code_value_too_low",
        "20 credits are left on this code.",
        remedy={"action": "ask_for_code"},
        contact="amy@example.com",
        extra={"remaining": "20.00", "required": "90.00"},
    )

    document = problem(http.post(f"{API}/codes/check", json={"code": "TC-1"}), 422, "code_value_too_low")

    assert document["remedy"] == {"action": "ask_for_code"}
    assert document["contact"] == "amy@example.com"
    assert (document["remaining"], document["required"]) == ("20.00", "90.00")


@pytest.mark.parametrize("error", [Refused("sold_out"), InFlight(), RetryLater(), IdempotencyMismatch()])
def test_every_refusal_has_a_remedy_and_a_contact(http: FlaskClient, state: FakeState, error: CreditsError) -> None:
    """Null where there is none, so that clients need not look twice."""
    state.orders.answers["list"] = error

    document: Any = http.get(f"{API}/orders").json

    assert (document["remedy"], document["contact"]) == (None, None)


def test_a_refused_order_names_all_its_refused_items(http: FlaskClient, state: FakeState) -> None:
    """The first is the problem, the rest stand in its `items`."""
    items = [
        {"index": 0, "code": "sold_out", "message": "Full."},
        {"index": 2, "code": "wrong_country", "message": "No."},
    ]
    state.checkout.answers["place"] = Refused("sold_out", "Full.", items=items)

    response = http.post(
        f"{API}/checkout",
        json={"items": [{"offering_id": "a", "code": "TC-1"}]},
        headers={"Idempotency-Key": "k"},
    )

    assert problem(response, 409, "sold_out")["items"] == items


def test_the_unforeseen_goes_to_the_log_and_not_to_the_caller(
    http: FlaskClient, fake_app: Flask, state: FakeState, caplog: pytest.LogCaptureFixture
) -> None:
    """Error trackers hear of it as of any other error of the host."""
    state.orders.answers["list"] = RuntimeError("password=secret")
    heard = []

    def listen(sender: Flask, exception: Exception) -> None:
        heard.append((sender, exception))

    with got_request_exception.connected_to(listen), caplog.at_level(logging.ERROR):
        response = http.get(f"{API}/orders")

    problem(response, 500, "internal_error")
    assert "secret" not in response.text
    assert "secret" in caplog.text
    assert heard == [(fake_app, state.orders.answers["list"])]


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT", {}, Exception("server closed the connection"), connection_invalidated=True),
        PoolTimeout("QueuePool limit reached"),
    ],
)
def test_a_database_that_is_gone_may_come_back(http: FlaskClient, state: FakeState, error: Exception) -> None:
    """A read says when to ask again; other errors of the database are our own."""
    state.orders.answers["list"] = error
    state.orders.answers["get"] = OperationalError("SELECT", {}, Exception("no such column"))

    response = http.get(f"{API}/orders")

    problem(response, 503, "retry_later")
    assert response.headers["Retry-After"] == "2"
    problem(http.get(f"{API}/orders/ord_1"), 500, "internal_error")


def test_the_hosts_error_pages_stay_out_of_the_interface(http: FlaskClient, fake_app: Flask, state: FakeState) -> None:
    """Not even a handler registered for the very status."""
    fake_app.register_error_handler(404, lambda error: ("<h1>lost</h1>", 404))
    fake_app.register_error_handler(Exception, lambda error: ("<h1>broken</h1>", 500))
    fake_app.register_error_handler(RuntimeError, lambda error: ("<h1>broken</h1>", 500))
    state.orders.answers["get"] = NotFound()
    state.orders.answers["list"] = RuntimeError()

    problem(http.get(f"{API}/orders/ord_1"), 404, "not_found")
    problem(http.get(f"{API}/nowhere"), 404, "not_found")
    problem(http.get(f"{API}/orders"), 500, "internal_error")
    assert http.get("/nowhere").text == "<h1>lost</h1>"


def test_what_the_host_aborts_with_is_a_problem_too(http: FlaskClient, fake_app: Flask) -> None:
    """Its limiter, its guards, its maintenance mode."""
    errors = iter([Conflict("Closed for the audit."), TooManyRequests(retry_after=30)])

    @fake_app.before_request
    def close() -> None:
        raise next(errors)

    assert problem(http.get(f"{API}/orders"), 409, "conflict")["detail"] == "Closed for the audit."
    response = http.get(f"{API}/orders")
    problem(response, 429, "too_many_requests")
    assert response.headers["Retry-After"] == "30"


def test_a_missing_token_of_the_hosts_csrf_protection_is_a_problem(http: FlaskClient, fake_app: Flask) -> None:
    """Its page would be HTML."""
    fake_app.secret_key = "x"
    CSRFProtect(fake_app)

    response = http.post(f"{API}/codes/check", json={"code": "TC-1"})

    assert "CSRF token is missing" in problem(response, 400, "bad_request")["detail"]
