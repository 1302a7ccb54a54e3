"""Bad input: each answers a clear problem and leaves nothing behind."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from flask_training_credits import Offering
from flask_training_credits.models import Base
from flask_training_credits.testing import Clock, MemoryCatalog, MemoryUsers, offering
from tests.support.api import TYPE, issue_code, order_form, read
from tests.support.fake_api import API, keyed, problem
from tests.support.host import db

pytestmark = pytest.mark.databases("sqlite")
everywhere = pytest.mark.databases("sqlite", "postgresql", "mariadb")
"""For what a database might take differently."""

LOT = {"amount": "10", "ordered_on": "2026-03-15"}


@pytest.fixture
def account(root: FlaskClient) -> Any:
    """An account with 100 credits, owned by Olga."""
    return order_form(root)["account"]


@pytest.fixture
def rows(app: Flask) -> Any:
    """Counts every row of ours: `rows()`."""

    def count() -> dict[str, int]:
        with app.app_context():
            tables = Base.metadata.sorted_tables
            return {t.name: db.session.scalar(select(func.count()).select_from(t)) for t in tables}

    return count


@pytest.mark.parametrize(
    "amount",
    ["NaN", "Infinity", "1e3", "19.999", "-5", "", "0", 0, 20.0, 19.99, "9223372036854775808", 2**63, True, [1]],
)
def test_amounts(root: FlaskClient, account: Any, rows: Any, amount: Any) -> None:
    """What is not an exact, positive amount of credits."""
    before = rows()

    url = f"{API}/admin/accounts/{account['id']}/lots"
    document = problem(root.post(url, json={**LOT, "amount": amount}, headers=keyed()), 422, "invalid")

    assert list(document["errors"]) == ["amount"]
    assert rows() == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ordered_on": None}, "ordered_on"),
        ({"ordered_on": "15.03.2026"}, "ordered_on"),
        ({"ordered_on": "2026-02-29"}, "ordered_on"),
        ({"ordered_on": "2026-03-15T00:00:00Z"}, "ordered_on"),
        ({"amunt": "10"}, "amunt"),
        ({"source": "gift"}, "source"),
        ({"country": "XX"}, "country"),
        ({"paid": {"minor": 100, "currency": "XXX"}}, "paid.currency"),
        ({"paid": {"minor": -1, "currency": "USD"}}, "paid.minor"),
        ({"paid": {"minor": 1.5, "currency": "USD"}}, "paid.minor"),
        ({"paid": 100}, "paid"),
        ({"promotional": "yes"}, "promotional"),
        ({"order_reference": "x" * 256}, "order_reference"),
        ({"order_reference": "a\x00b"}, "order_reference"),
        ({"expires_on": "2026-03-14"}, "expires_on"),
        ({"starts_on": "2026-05-02", "expires_on": "2026-05-01"}, "expires_on"),
        ({"expires_on": "9999-12-31"}, "expires_on"),
        ({"starts_on": "0001-01-01"}, "starts_on"),
    ],
)
def test_lots(root: FlaskClient, account: Any, rows: Any, change: Any, field: str) -> None:
    """Missing, extra and mistyped fields; days that are not, or have passed; codes nobody has assigned."""
    before = rows()

    url = f"{API}/admin/accounts/{account['id']}/lots"
    document = problem(root.post(url, json={**LOT, **change}, headers=keyed()), 422, "invalid")

    assert list(document["errors"]) == [field]
    assert rows() == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts_at": "2026-04-01T00:00:00"}, "starts_at"),
        ({"expires_at": "2026-04-01"}, "expires_at"),
        ({"expires_at": "2026-03-15T11:59:59Z"}, "expires_at"),
        ({"starts_at": "2026-05-01T00:00:00Z", "expires_at": "2026-04-01T00:00:00Z"}, "expires_at"),
        ({"count": 0}, "count"),
        ({"count": 10_001}, "count"),
        ({"value": "-1"}, "value"),
        ({"funding": "borrowed"}, "funding"),
        ({"funding": "reserved"}, "value"),
        ({"offering_ids": []}, "offering_ids"),
        ({"offering_ids": ["x" * 300]}, "offering_ids.0"),
        ({"offering_ids": ["a\x1bb"]}, "offering_ids.0"),
        ({"deliveries": ["by_post"]}, "deliveries.0"),
        ({"learners": [17]}, "learners.0"),
        ({"max_redemptions": 0}, "max_redemptions"),
        ({"max_redemptions": 2**31}, "max_redemptions"),
        ({"access_days": 2**40}, "access_days"),
        ({"access_ends_with_code": 1}, "access_ends_with_code"),
        ({"label": "a\x00b"}, "label"),
    ],
)
def test_codes(olga: FlaskClient, account: Any, rows: Any, change: Any, field: str) -> None:
    """Limits that mean nothing; a naive time says how to mend it."""
    before = rows()

    url = f"{API}/accounts/{account['id']}/codes"
    document = problem(olga.post(url, json=change, headers=keyed()), 422, "invalid")

    assert list(document["errors"]) == [field]
    assert rows() == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "a b"}, "key"),
        ({"name": ""}, "name"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"unit_values": {"XXX": 100}}, "unit_values.XXX.key"),
        ({"sale_countries": ["USA"]}, "sale_countries.0"),
        ({"terms_url": "javascript:alert(1)"}, "terms_url"),
    ],
)
def test_credit_types(root: FlaskClient, rows: Any, change: Any, field: str) -> None:
    """Unknown currency, country, zone; links that are none."""
    before = rows()

    document = problem(root.post(f"{API}/admin/credit-types", json={**TYPE, **change}), 422, "invalid")

    assert list(document["errors"]) == [field]
    assert rows() == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"credit_type": "other"}, "credit_type"),
        ({"owners": ["nobody"]}, "owners"),
        ({"kind": "team"}, "kind"),
        ({"country": "uk"}, "country"),
        ({"mail_domains": ["a@example.com"]}, "mail_domains.0"),
        ({"benefits": [{"percent": 101}]}, "benefits.0.percent"),
    ],
)
def test_accounts(root: FlaskClient, account: Any, rows: Any, change: Any, field: str) -> None:
    """Types and people that are not there."""
    before = rows()

    body = {"name": "B", "credit_type": "flex", **change}
    document = problem(root.post(f"{API}/admin/accounts", json=body), 422, "invalid")

    assert list(document["errors"]) == [field]
    assert rows() == before


def test_unknown_offerings(ada: FlaskClient, olga: FlaskClient, account: Any, rows: Any) -> None:
    """A refusal of the item, since the id could have been one."""
    text = issue_code(olga, account["id"])["text"]
    before = rows()

    item = read(ada.post(f"{API}/codes/apply", json={"code": text, "offering_id": "nowhere"}))

    assert item["refusal"]["code"] == "offering_not_found"
    assert rows() == before


@pytest.mark.parametrize("offering_id", ["", "x" * 300, "a\x00b", "a\x1bb", "a/b", " a", 7, None, ["a"]])
def test_ids_that_cannot_be_an_offerings(
    ada: FlaskClient, olga: FlaskClient, account: Any, rows: Any, offering_id: Any
) -> None:
    """They are not even asked for."""
    text = issue_code(olga, account["id"])["text"]
    before = rows()

    body = {"code": text, "offering_id": offering_id}
    assert list(problem(ada.post(f"{API}/codes/apply", json=body), 422, "invalid")["errors"]) == ["offering_id"]
    cart = {"items": [body]}
    document = problem(ada.post(f"{API}/checkout", json=cart, headers=keyed()), 422, "invalid")
    assert list(document["errors"]) == ["items.0.offering_id"]
    assert rows() == before


def spellings(text: str) -> dict[str, str]:
    """Texts that are almost the code."""
    digits = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    last = "0" if text[-1] != "0" else "1"
    return {
        "truncated": text[:-1],
        "extended": text + "0",
        "last character": text[:-1] + last,
        "of another kind": text.replace("TC-", "PK-"),
        "without its kind": text[3:],
        "doubled": text + text,
        "look-alike letters": text.replace("T", "\u03a4", 1).replace("C", "\u0421", 1),
        "full-width": "".join(chr(ord(c) + 0xFEE0) for c in text),
        "Unicode digits": f"{text.translate(digits)}\u0661",
        "U for V": "TC-UUUU-UUUU-UUUU-UUUU-UUUU-UUUU",
        "NUL": text + "\x00",
        "a lot": "TC-" + "0" * 200,
    }


@everywhere
@pytest.mark.parametrize("spelling", spellings("TC-0000"))
def test_texts_that_are_no_code(  # fixtures are asked for by name
    ada: FlaskClient, olga: FlaskClient, account: Any, rows: Any, course: Offering, spelling: str
) -> None:
    """One flat answer on every route that takes one."""
    text = spellings(issue_code(olga, account["id"])["text"])[spelling]
    before = rows()

    problem(ada.post(f"{API}/codes/check", json={"code": text}), 422, "code_not_usable")
    problem(ada.post(f"{API}/me/codes", json={"code": text}), 422, "code_not_usable")
    problem(ada.post(f"{API}/codes/apply", json={"code": text, "offering_id": course.id}), 422, "code_not_usable")
    cart = {"items": [{"offering_id": course.id, "code": text}]}
    quote = read(ada.post(f"{API}/checkout/quote", json=cart))
    assert (quote["ok"], quote["items"][0]["refusal"]["code"]) == (False, "code_not_usable")
    assert rows() == before


def test_every_spelling_of_the_right_bits_is_the_code(ada: FlaskClient, olga: FlaskClient, account: Any) -> None:
    """People copy by hand: case, blanks, dashes, I for 1 and O for 0."""
    text = issue_code(olga, account["id"])["text"]

    for typed in (text.lower(), text.replace("-", " "), text.replace("-", ""), f"  {text}\n"):
        assert read(ada.post(f"{API}/codes/check", json={"code": typed}))["remaining"] is None
    hand = text[3:].replace("1", "I").replace("0", "O")
    assert read(ada.post(f"{API}/codes/check", json={"code": f"TC-{hand}"}))["remaining"] is None


def cursor(*keys: Any) -> str:
    """A cursor as one might make it up."""
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


CURSORS = [
    "",
    "x",
    "%00",
    "é",
    "a" * 1001,
    cursor(),
    cursor(1.5),
    cursor(None),
    cursor(*[True]),
    cursor(["a"]),
    cursor("a", "b", "c"),
    cursor(2**70),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    base64.urlsafe_b64encode(b"[" * 5000).decode()[:900],
]


@everywhere
@pytest.mark.parametrize("made_up", CURSORS)
@pytest.mark.parametrize("path", ["orders", "redemptions", "accounts", "lots", "transactions", "codes"])
def test_cursors(olga: FlaskClient, account: Any, path: str, made_up: str) -> None:
    """Tampered with, cut off or made up: a field error, never an exception."""
    url = f"{API}/{path}" if path in {"orders", "redemptions", "accounts"} else f"{API}/accounts/{account['id']}/{path}"

    document = problem(olga.get(url, query_string={"cursor": made_up}), 422, "invalid")

    assert list(document["errors"]) == ["cursor"]


@everywhere
@pytest.mark.parametrize("hidden", ["a\x00b", "\ud800"])
@pytest.mark.parametrize("path", ["orders", "redemptions", "accounts", "lots", "codes"])
def test_cursors_with_characters_that_databases_do_not_take(
    olga: FlaskClient, account: Any, path: str, hidden: str
) -> None:
    """PostgreSQL has no NUL, and no driver half a character."""
    url = f"{API}/{path}" if path in {"orders", "redemptions", "accounts"} else f"{API}/accounts/{account['id']}/{path}"

    problem(olga.get(url, query_string={"cursor": cursor(hidden)}), 422, "invalid")


@pytest.mark.parametrize("limit", ["0", "201", "-1", "ten", "1e2", ""])
def test_limits(olga: FlaskClient, limit: str) -> None:
    """1 to 200."""
    document = problem(olga.get(f"{API}/accounts", query_string={"limit": limit}), 422, "invalid")

    assert list(document["errors"]) == ["limit"]


def test_states(ada: FlaskClient) -> None:
    """Only those there are."""
    assert "state" in problem(ada.get(f"{API}/redemptions?state=lost"), 422, "invalid")["errors"]


class Broken(dict[str, Any]):
    """A catalog's dictionary whose database is gone."""

    def __contains__(self, id_: object) -> bool:
        raise RuntimeError("password=secret")

    def get(self, *_: Any) -> Any:
        """Fail as well."""
        raise RuntimeError("password=secret")


@everywhere
@pytest.mark.parametrize("offerings", [Broken(), {"networking": "a course"}, {"networking": offering(id="other")}])
def test_a_catalog_that_fails(  # fixtures are asked for by name
    ada: FlaskClient,
    olga: FlaskClient,
    account: Any,
    course: Offering,
    catalog: MemoryCatalog,
    rows: Any,
    offerings: Any,
) -> None:
    """What it raises or mumbles goes to the log; the caller may try again with the same key."""
    text = issue_code(olga, account["id"])["text"]
    before, working = rows(), catalog.offerings
    headers, cart = keyed(), {"items": [{"offering_id": course.id, "code": text}]}

    catalog.offerings = offerings
    response = ada.post(f"{API}/checkout", json=cart, headers=headers)
    problem(response, 500, "hook_failed")
    assert "secret" not in response.text
    problem(ada.get(f"{API}/offerings/{course.id}"), 500, "hook_failed")
    assert rows() == before

    catalog.offerings = working
    assert ada.post(f"{API}/checkout", json=cart, headers=headers).status_code == 201


def test_users_that_fail(ada: FlaskClient, users: MemoryUsers, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user hook that raises is a problem too, and no sign-in."""
    monkeypatch.setattr(users, "people", Broken())
    response = ada.get(f"{API}/orders")

    assert response.status_code == 500
    assert response.content_type == "application/problem+json"
    assert "secret" not in response.text


@everywhere
def test_a_clock_that_steps_back(
    ada: FlaskClient, olga: FlaskClient, account: Any, course: Offering, clock: Clock
) -> None:
    """The journal's times never decrease."""
    text = issue_code(olga, account["id"])["text"]
    clock.advance(days=-1)

    cart = {"items": [{"offering_id": course.id, "code": text}]}
    response = ada.post(f"{API}/checkout", json=cart, headers=keyed())

    assert response.status_code in {201, 409, 422}, response.text
    times = [t["recorded_at"] for t in read(olga.get(f"{API}/accounts/{account['id']}/transactions"))["items"]]
    assert times == sorted(times, reverse=True)
