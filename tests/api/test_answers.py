"""Answers: pages, batches and files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_training_credits.api.account_codes import CODES_CSV
from flask_training_credits.api.answers import Batch, guarded
from flask_training_credits.errors import Forbidden
from flask_training_credits.schemas.codes import IssuedCodes
from flask_training_credits.services.results import Code, Page
from tests.support.fake_api import API, KEPT, ORDER, FakeState, problem

CODE = Code(
    id="cod_1",
    account_id="acc_1",
    kind="code",
    text="TC-AAAA-BBBB-CCCC-DDDD-EEEE-FFFF",
    last_four="FFFF",
    label="Spring, all",
    tracking_id="PO-7",
    value=Decimal(100),
    used=Decimal(20),
    remaining=Decimal(80),
    uses=1,
    status="active",
    funding="shared",
    starts_at=None,
    expires_at=datetime(2028, 3, 16, tzinfo=UTC),
    max_redemptions=None,
    per_learner=None,
    offering_ids=None,
    kinds=None,
    deliveries=None,
    learners=None,
    access_days=None,
    access_ends_with_code=False,
    created_at=datetime(2027, 3, 15, tzinfo=UTC),
)


def test_a_page_has_items_and_a_cursor(http: FlaskClient, state: FakeState) -> None:
    """The caller's wishes go to the service as they are."""
    state.orders.answers["list"] = Page([ORDER], "next")

    response: Any = http.get(f"{API}/orders?limit=7&cursor=here&utm_source=mail").json

    assert [item["id"] for item in response["items"]] == ["ord_1"]
    assert response["next_cursor"] == "next"
    assert state.orders.calls[0][2].keys() == {"viewer", "limit", "cursor"}
    assert (state.orders.calls[0][2]["limit"], state.orders.calls[0][2]["cursor"]) == (7, "here")


def test_a_plain_list_is_one_page(http: FlaskClient, state: FakeState) -> None:
    """Lists all look the same."""
    state.codes.answers["kept"] = [KEPT]

    assert http.get(f"{API}/me/codes").json == {
        "items": [{"id": "kep_1", "last_four": "WXYZ", "label": None, "remaining": "80.00", "expires_at": None}],
        "next_cursor": None,
    }


def test_nothing_is_cached(http: FlaskClient, state: FakeState) -> None:
    """Codes and balances do not stay in a browser."""
    state.codes.answers["kept"] = []

    assert http.get(f"{API}/me/codes").headers["Cache-Control"] == "no-store"


def test_the_hosts_way_with_json_is_not_ours(http: FlaskClient, fake_app: Flask, state: FakeState) -> None:
    """A host that escapes or sorts keeps doing so, elsewhere."""
    fake_app.json.ensure_ascii = True  # type: ignore[attr-defined]  # of the default provider
    state.codes.answers["kept"] = [replace(KEPT, label="Frühling")]

    assert '"id":"kep_1"' in http.get(f"{API}/me/codes").text
    assert "Frühling" in http.get(f"{API}/me/codes").text


def test_a_batch_says_what_its_schema_says() -> None:
    """It only says it faster."""
    codes = [CODE, replace(CODE, value=None, remaining=None, expires_at=None, kinds=("course",))]

    assert json.loads(Batch(IssuedCodes()).text(codes)) == IssuedCodes().dump({"items": codes})


def rows(response: Any) -> list[list[str]]:
    """The file's rows."""
    return list(csv.reader(io.StringIO(response.text)))


def test_codes_can_be_downloaded(http: FlaskClient, state: FakeState) -> None:
    """The columns in the documented order."""
    state.codes.answers["iter"] = iter([CODE])

    response = http.get(f"{API}/accounts/acc_1/codes.csv")

    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == "attachment; filename=codes.csv"
    assert response.headers["Cache-Control"] == "no-store"
    assert rows(response) == [
        ["id", "text", "label", "tracking_id", "value", "used", "remaining", "uses", "expires_at", "status"],
        [
            "cod_1",
            "TC-AAAA-BBBB-CCCC-DDDD-EEEE-FFFF",
            "Spring, all",
            "PO-7",
            "100.00",
            "20.00",
            "80.00",
            "1",
            "2028-03-16T00:00:00Z",
            "active",
        ],
    ]


def test_a_file_without_rows_has_its_header(http: FlaskClient, state: FakeState) -> None:
    """An account without codes is no error."""
    state.codes.answers["iter"] = iter([])

    assert len(rows(http.get(f"{API}/accounts/acc_1/codes.csv"))) == 1


def test_a_file_that_cannot_begin_is_a_problem(http: FlaskClient, state: FakeState) -> None:
    """Even if the service notices only when asked for the first row."""

    def refuse() -> Iterator[Code]:
        raise Forbidden
        yield

    state.codes.answers["iter"] = refuse()

    problem(http.get(f"{API}/accounts/acc_1/codes.csv"), 403, "forbidden")


def test_a_long_file_is_sent_in_pieces() -> None:
    """No file is built in memory."""
    pieces = list(CODES_CSV.lines([CODE] * 5_000))

    assert len(pieces) > 5
    assert sum(piece.count("cod_1") for piece in pieces) == 5_000


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_formulas_are_shown_and_not_run(text: str) -> None:
    """A label is somebody's words."""
    assert guarded(text) == f"'{text}"


def test_words_are_guarded_and_amounts_are_not(http: FlaskClient, state: FakeState) -> None:
    """`-5.00` is a number."""
    state.codes.answers["iter"] = iter([replace(CODE, label="=HYPERLINK(1)", remaining=Decimal(-5))])

    [_, row] = rows(http.get(f"{API}/accounts/acc_1/codes.csv"))

    assert row[2] == "'=HYPERLINK(1)"
    assert row[6] == "-5.00"
