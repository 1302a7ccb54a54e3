"""Limits that requests are held to: the ones that the services enforce, not numbers of their own."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import Schema

from flask_training_credits.errors import Invalid
from flask_training_credits.schemas.base import parse
from flask_training_credits.schemas.checkout import QuoteRequest
from flask_training_credits.schemas.codes import ApplyRequest, CodeRequest
from flask_training_credits.schemas.common import PageQuery
from flask_training_credits.schemas.redemptions import RedemptionQuery
from flask_training_credits.services.issuing import MAX_COUNT
from flask_training_credits.services.judging import MAX_ITEMS, MAX_QUANTITY
from flask_training_credits.services.paging import MAX_LIMIT
from flask_training_credits.services.redemptions import STATES

APPLY = {"code": "TC-1", "offering_id": "networking"}


@pytest.mark.parametrize(
    ("schema", "most", "too_much"),
    [
        (ApplyRequest(), {**APPLY, "quantity": MAX_QUANTITY}, {**APPLY, "quantity": MAX_QUANTITY + 1}),
        (QuoteRequest(), {"items": [APPLY] * MAX_ITEMS}, {"items": [APPLY] * (MAX_ITEMS + 1)}),
        (CodeRequest(), {"count": MAX_COUNT}, {"count": MAX_COUNT + 1}),
        (PageQuery(), {"limit": str(MAX_LIMIT)}, {"limit": str(MAX_LIMIT + 1)}),
    ],
    ids=["quantity", "items", "codes", "page"],
)
def test_what_a_service_takes_a_schema_takes(schema: Schema, most: dict[str, Any], too_much: dict[str, Any]) -> None:
    """And no more."""
    parse(schema, most)
    with pytest.raises(Invalid):
        parse(schema, too_much)


def test_every_state_can_be_asked_for() -> None:
    """And only those."""
    assert [parse(RedemptionQuery(), {"state": state})["state"] for state in STATES] == list(STATES)
    with pytest.raises(Invalid):
        parse(RedemptionQuery(), {"state": "lost"})
