"""Staff try a grant again."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from flask_training_credits import Offering
from flask_training_credits.testing import MemoryAccess, MemoryHooks, memory_hooks
from tests.support.api import issue_code, made, order_form, read
from tests.support.fake_api import API, keyed, problem


@pytest.fixture
def hooks() -> MemoryHooks:
    """A host whose access is granted elsewhere, after the commit."""
    return memory_hooks(access=MemoryAccess(joins_transaction=False))


def test_a_grant_that_failed_can_be_tried_again(
    root: FlaskClient, olga: FlaskClient, ada: FlaskClient, course: Offering, access: MemoryAccess
) -> None:
    """The redemption is fulfilling until the host has answered; then there is nothing left to retry."""
    text = issue_code(olga, order_form(root)["account"]["id"])["text"]
    cart = {"items": [{"offering_id": course.id, "code": text}]}
    access.error = RuntimeError("the other system is down")
    order = made(ada.post(f"{API}/checkout", json=cart, headers=keyed()))
    assert (order["status"], order["items"][0]["state"]) == ("completed", "fulfilling")
    url = f"{API}/admin/redemptions/{order['items'][0]['id']}/retry"

    problem(ada.post(url, headers=keyed()), 403, "forbidden")
    problem(root.post(url), 400, "idempotency_key_required")
    assert read(root.post(url, headers=keyed()))["state"] == "fulfilling"

    access.error = None
    headers = keyed()
    assert read(root.post(url, headers=headers))["state"] == "completed"
    assert root.post(url, headers=headers).headers["Idempotency-Replayed"] == "true"
    assert len(access.granted) == 1
    problem(root.post(url, headers=keyed()), 409, "already_resolved")
    problem(root.post(f"{API}/admin/redemptions/red_0/retry", headers=keyed()), 404, "not_found")
    assert read(ada.get(f"{API}/orders/{order['id']}"))["items"][0]["state"] == "completed"
