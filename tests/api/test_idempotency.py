"""Keyed requests."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_training_credits.api.idempotency import fingerprint, is_kept
from flask_training_credits.api.routes import ENDPOINTS
from flask_training_credits.errors import (
    CreditsError,
    Forbidden,
    HookFailed,
    IdempotencyKeyRequired,
    IdempotencyMismatch,
    InFlight,
    Invalid,
    NotFound,
    NotSignedIn,
    Refused,
    RetryLater,
)
from flask_training_credits.schemas.base import parse
from flask_training_credits.schemas.checkout import CheckoutRequest
from flask_training_credits.schemas.lots import LotRequest
from flask_training_credits.services.idempotency import Replayed
from tests.support.fake_api import AMY, API, ORDER, FakeState, problem

CART = {"items": [{"offering_id": "networking", "code": "TC-1"}]}


def buy(http: FlaskClient, key: str | None, body: Any = CART) -> Any:
    """A checkout."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return http.post(f"{API}/checkout", json=body, headers=headers)


def test_the_routes_that_move_credits_are_those_of_the_contract() -> None:
    """Each marked route takes a key, no other does."""
    assert {f"{e.method} {e.path}" for e in ENDPOINTS if e.moves_credits} == {
        "POST /checkout",
        "POST /accounts/<account_id>/codes",
        "POST /admin/orders",
        "POST /admin/accounts/<account_id>/lots",
        "POST /admin/redemptions/<redemption_id>/retry",
    }


@pytest.mark.parametrize("key", [None, "", "   ", "x" * 256, "x" * 300])
def test_without_a_usable_key_nothing_happens(http: FlaskClient, state: FakeState, key: str | None) -> None:
    """Missing, empty and endless keys are the same mistake."""
    problem(buy(http, key), 400, "idempotency_key_required")
    assert state.checkout.calls == []


@pytest.mark.parametrize("key", ["k", "x" * 255, "clé"])
def test_the_service_gets_the_claim(http: FlaskClient, state: FakeState, key: str) -> None:
    """Who asks for what, by which key; the route without the host's prefix, so that a move keeps the keys."""
    state.checkout.answers["place"] = ORDER

    assert buy(http, key.encode().decode("latin-1")).status_code == 201

    claim = state.checkout.calls[0][2]["key"]
    assert (claim.caller, claim.method, claim.route) == (AMY.id, "POST", "/checkout")
    assert claim.fingerprint == fingerprint({}, parse(CheckoutRequest(), CART))


def test_the_kept_answer_is_the_given_one(http: FlaskClient, state: FakeState) -> None:
    """Byte for byte, since it is rendered once."""
    state.checkout.answers["place"] = ORDER

    response = buy(http, "k")

    assert state.checkout.calls[0][2]["key"].render(ORDER) == (201, response.text)


def test_a_replay_is_the_first_answer_and_says_so(http: FlaskClient, state: FakeState) -> None:
    """Status and body, success or refusal."""
    state.checkout.answers["place"] = Replayed(201, '{"id":"ord_1"}')
    response = buy(http, "k")
    assert (response.status_code, response.text) == (201, '{"id":"ord_1"}')
    assert response.headers["Idempotency-Replayed"] == "true"
    assert response.content_type == "application/json"

    state.checkout.answers["place"] = Replayed(409, '{"code":"sold_out"}')
    response = buy(http, "k")
    assert (response.status_code, response.text) == (409, '{"code":"sold_out"}')
    assert response.headers["Idempotency-Replayed"] == "true"
    assert response.content_type == "application/problem+json"


def test_a_first_answer_does_not_say_it_is_a_replay(http: FlaskClient, state: FakeState) -> None:
    """The header means something."""
    state.checkout.answers["place"] = ORDER

    assert "Idempotency-Replayed" not in buy(http, "k").headers


def test_a_refusal_is_kept_as_it_was_told(http: FlaskClient, state: FakeState) -> None:
    """The same key meets the same no."""
    state.checkout.answers["place"] = Refused("sold_out", "Full.")

    response = buy(http, "k")

    problem(response, 409, "sold_out")
    [(_, status, body)] = state.idempotency.kept.values()
    assert (status, body) == (409, response.text)


def test_a_twin_that_was_refused_faster_is_answered_the_same(http: FlaskClient, state: FakeState) -> None:
    """Two answers to one key would be one too many."""
    state.checkout.answers["place"] = Refused("sold_out", "Full.")
    first = buy(http, "k")
    state.checkout.answers["place"] = Refused("insufficient_credits", "Too little.")

    second = buy(http, "k")

    assert second.text == first.text
    assert second.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (Refused("sold_out"), True),
        (Refused("insufficient_credits"), True),
        (Refused("prerequisite_missing"), True),
        (Refused("not_for_you"), True),
        (Refused("too_many_attempts"), False),
        (Refused("in_flight"), False),
        (Refused("retry_later"), False),
        (Refused("hook_failed"), False),
        (NotSignedIn(), False),
        (Forbidden(), False),
        (NotFound(), False),
        (Invalid.field("expires_on", "Past."), False),
        (HookFailed(), False),
        (RetryLater(), False),
        (InFlight(), False),
        (IdempotencyMismatch(), False),
        (IdempotencyKeyRequired(), False),
    ],
)
def test_what_another_try_may_change_is_not_kept(error: CreditsError, kept: bool) -> None:  # noqa: FBT001
    """A rule's no is an answer; a caller's mistake, a missing role or our own trouble is none."""
    assert is_kept(error) is kept


def test_what_fails_unforeseen_is_not_kept(http: FlaskClient, state: FakeState) -> None:
    """The key is free for another try."""
    state.checkout.answers["place"] = RuntimeError()

    problem(buy(http, "k"), 500, "internal_error")
    assert state.idempotency.kept == {}


def test_field_errors_and_missing_roles_are_not_kept(http: FlaskClient, state: FakeState) -> None:
    """They are told before the key counts."""
    problem(buy(http, "k", {"items": []}), 422, "invalid")
    state.checkout.answers["place"] = Forbidden()
    problem(buy(http, "k"), 403, "forbidden")
    assert state.idempotency.kept == {}


def test_the_token_does_not_make_another_request() -> None:
    """A fresh quote for the same cart is the same wish."""
    body = parse(CheckoutRequest(), CART)

    assert fingerprint({}, {**body, "token": "t"}) == fingerprint({}, body)


@pytest.mark.parametrize(
    "other",
    [
        {"amount": 100, "ordered_on": "2027-03-15"},
        {"amount": "100.00", "ordered_on": "2027-03-15", "source": "order"},
        {"ordered_on": "2027-03-15", "amount": "100", "country": None, "promotional": False},
    ],
)
def test_spelling_does_not_make_another_request(other: Any) -> None:
    """The fingerprint is of what was understood."""
    lot = parse(LotRequest(), {"amount": "100", "ordered_on": "2027-03-15"})

    assert fingerprint({"account_id": "acc_1"}, parse(LotRequest(), other)) == fingerprint({"account_id": "acc_1"}, lot)


def test_another_body_or_address_makes_another_request() -> None:
    """Amount, date or account."""
    lot = parse(LotRequest(), {"amount": "100", "ordered_on": "2027-03-15"})
    prints = {
        fingerprint({"account_id": "acc_1"}, lot),
        fingerprint({"account_id": "acc_2"}, lot),
        fingerprint({"account_id": "acc_1"}, {**lot, "amount": 101}),
        fingerprint({"account_id": "acc_1"}, {**lot, "country": "US"}),
    }

    assert len(prints) == 4
