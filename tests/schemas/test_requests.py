"""Request bodies as a whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from flask_training_credits.domain.values import Item, Money
from flask_training_credits.errors import Invalid
from flask_training_credits.schemas.accounts import AccountChanges, AccountRequest
from flask_training_credits.schemas.base import Request, parse
from flask_training_credits.schemas.checkout import CheckoutRequest, ItemRequest
from flask_training_credits.schemas.codes import CodeChanges, CodeRequest
from flask_training_credits.schemas.common import PageQuery
from flask_training_credits.schemas.credit_types import CreditTypeChanges, CreditTypeRequest
from flask_training_credits.schemas.lots import LotRequest
from flask_training_credits.schemas.orders import OrderFormRequest


def errors_of(schema: Request, data: Any) -> dict[str, Any]:
    """What is wrong with a body."""
    with pytest.raises(Invalid) as refused:
        parse(schema, data)
    return refused.value.errors


def test_defaults_are_filled_in() -> None:
    """A body without options means the documented ones."""
    assert parse(CodeRequest(), {}) == {"count": 1, "funding": "shared", "access_ends_with_code": False}


def test_null_equals_absent_at_every_level() -> None:
    """A client that always sends every field means nothing by null."""
    with_nulls = {
        "key": "flex",
        "name": "Flex",
        "zone": None,
        "reschedule": None,
        "unit_values": {"USD": 25000, "EUR": None},
        "applies_to": [{"kinds": ["course"], "deliveries": None}],
        "packs": [{"id": "ten", "credits": 10, "percent_off": None}],
    }

    loaded = parse(CreditTypeRequest(), with_nulls)

    assert loaded["zone"] == "UTC"
    assert "reschedule" not in loaded
    assert loaded["unit_values"] == {"USD": 25000}
    assert loaded["applies_to"] == [{"kinds": ["course"]}]
    assert loaded["packs"] == [{"id": "ten", "credits": "10.00", "percent_off": 0}]


def test_null_for_a_required_field_is_a_missing_field() -> None:
    """It is absent."""
    assert errors_of(LotRequest(), {"amount": None, "ordered_on": "2027-03-15"}) == {
        "amount": ["Missing data for required field."]
    }


def test_unknown_fields_are_refused_at_every_level() -> None:
    """A misspelt option must not be ignored."""
    body = {"items": [{"offering_id": "a", "code": "x", "quantty": 2}], "tokn": "t"}

    assert errors_of(CheckoutRequest(), body) == {
        "items.0.quantty": ["There is no such field."],
        "tokn": ["There is no such field."],
    }


def test_a_change_has_no_defaults_and_needs_no_field() -> None:
    """What a PATCH does not name stays as it is; nulls name nothing."""
    assert parse(CreditTypeChanges(), {}) == {}
    assert parse(CodeChanges(), {"label": None}) == {}
    assert parse(AccountChanges(), {"name": "New"}) == {"name": "New"}


def test_inside_a_change_parts_are_whole() -> None:
    """A pack without its id is none, in a PATCH neither."""
    assert errors_of(CreditTypeChanges(), {"packs": [{"credits": 10}]}) == {
        "packs.0.id": ["Missing data for required field."]
    }


@pytest.mark.parametrize("field", ["key", "count", "funding"])
def test_what_is_fixed_at_birth_cannot_be_changed(field: str) -> None:
    """The key of a type is in addresses; a code's funding is in its hold."""
    schema = CreditTypeChanges() if field == "key" else CodeChanges()

    assert errors_of(schema, {field: "x"}) == {field: ["There is no such field."]}


@pytest.mark.parametrize("sources", [{}, {"code": "a", "account_id": "b"}, {"code": "a", "passkey": "b"}])
def test_an_item_has_exactly_one_source(sources: dict[str, str]) -> None:
    """None pays nothing, two leave it open who pays."""
    assert errors_of(ItemRequest(), {"offering_id": "a", **sources}) == {
        "body": ["Give one of code, passkey and account_id."]
    }


def test_items_become_values() -> None:
    """Services get what hosts pass."""
    item = {"offering_id": "a", "code": "TC-1", "learner": {"user_id": "17"}}

    assert parse(CheckoutRequest(), {"items": [item]}) == {
        "items": [Item(offering_id="a", quantity=1, code="TC-1", learner="17")]
    }


@pytest.mark.parametrize("items", [[], [{"offering_id": "a", "code": "x"}] * 201, "a", {}, [None], ["a"]])
def test_a_checkout_has_1_to_200_items(items: Any) -> None:
    """An empty cart buys nothing; an endless one would hold its locks too long."""
    assert errors_of(CheckoutRequest(), {"items": items})


def test_lots_become_amounts_days_and_money() -> None:
    """Everything is typed at the border."""
    lot = {"amount": "100", "ordered_on": "2027-03-15", "paid": {"minor": 250_000, "currency": "USD"}}

    assert parse(LotRequest(), lot) == {
        "amount": Decimal("100.00"),
        "ordered_on": date(2027, 3, 15),
        "paid": Money(250_000, "USD"),
        "source": "order",
        "promotional": False,
    }


def test_a_lot_cannot_end_before_it_starts() -> None:
    """`expires_on` is the last usable day; the first may be the last."""
    lot = {"amount": "100", "ordered_on": "2027-03-15", "starts_on": "2027-04-02"}

    assert parse(LotRequest(), {**lot, "expires_on": "2027-04-02"})
    assert "expires_on" in errors_of(LotRequest(), {**lot, "expires_on": "2027-04-01"})


def test_a_code_cannot_end_before_it_starts() -> None:
    """It would never be usable."""
    window = {"starts_at": "2027-04-02T00:00:00Z", "expires_at": "2027-04-02T00:00:00Z"}

    assert "expires_at" in errors_of(CodeRequest(), window)


@pytest.mark.parametrize("count", [0, -1, 10_001, 1.0, "5", True])
def test_codes_are_issued_by_ones_to_ten_thousands(count: Any) -> None:
    """More would be more than one request."""
    assert "count" in errors_of(CodeRequest(), {"count": count})


@pytest.mark.parametrize("form", [{}, {"account_id": "acc_1", "account": {"name": "A", "credit_type": "flex"}}])
def test_an_order_form_names_one_account(form: dict[str, Any]) -> None:
    """A known one or a new one."""
    lot = {"amount": "100", "ordered_on": "2027-03-15"}

    assert errors_of(OrderFormRequest(), {**form, "lot": lot}) == {"body": ["Give either account_id or account."]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("deadline", "someday"),
        ("validity_from", "never"),
        ("validity_months", -1),
        ("applies_to", [{"kind": "course"}]),
        ("applies_to", [{"deliveries": ["by_post"]}]),
        ("unit_values", {"USD": 0}),
        ("unit_values", {"USD": 2.5}),
        ("unit_values", {"QQQ": 1}),
        ("unit_values", {"USD": 10**20}),
        ("packs", [{"id": "a", "credits": "0"}]),
        ("packs", [{"id": "a", "credits": "1"}, {"id": "a", "credits": "2"}]),
        ("cancellation", [{"tiers": []}]),
        ("cancellation", [{"tiers": [{"percent": 50}]}]),
        ("cancellation", [{"tiers": [{"days": 1, "business_days": 1, "percent": 50}]}]),
        ("cancellation", [{"tiers": [{"days": 1, "percent": 101}]}]),
        ("reschedule", {"limit": 1}),
        ("extendable", "yes"),
        ("sale_countries", ["usa"]),
    ],
)
def test_rules_of_a_credit_type_are_checked(field: str, value: Any) -> None:
    """A program that contradicts itself is not made."""
    errors = errors_of(CreditTypeRequest(), {"key": "flex", "name": "Flex", field: value})

    assert {name.split(".")[0] for name in errors} == {field}


def test_owners_may_be_named_in_every_way() -> None:
    """By address, by id, by object."""
    owners = ["amy@example.com", "17", {"user_id": "18"}, {"email": "bo@example.com"}]

    account = parse(AccountRequest(), {"name": "Acme", "credit_type": "flex", "owners": owners})

    assert account["owners"] == ["amy@example.com", "17", "18", "bo@example.com"]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "ten", "1.5", ""])
def test_pages_have_1_to_200_items(limit: str) -> None:
    """50 without a wish."""
    with pytest.raises(Invalid) as refused:
        parse(PageQuery(), {"limit": limit})
    assert list(refused.value.errors) == ["limit"]


def test_unknown_query_parameters_are_ignored() -> None:
    """Proxies and campaigns add their own."""
    assert parse(PageQuery(), {"utm_source": "mail"}) == {"limit": 50}
