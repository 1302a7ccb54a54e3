"""Salesforce's learning credits: types, countries, deadlines and benefits, set up by what a preset would hold alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_training_credits import Offering, Person
from flask_training_credits.testing import Clock, MemoryAccess, MemoryCatalog, MemoryHooks, memory_hooks, person
from tests.support.academy import API, Academy

SETTINGS: Mapping[str, Any] = {
    "TRAINING_CREDITS_STAFF": ("root",),
    "TRAINING_CREDITS_SUPPORT_EMAIL": "learning@cloud.example",
}

SHIP_TO = [
    {"kinds": ["class", "bootcamp"], "deliveries": ["in_person"]},
    {"kinds": ["event", "workshop", "bulk_exam"]},
]
RULES: Mapping[str, Any] = {
    "validity_months": 12,
    "validity_from": "start",
    "deadline": "attended",
    "unit_values": {"USD": 100},
    "sale_countries": ["US", "CA", "GB", "DE", "FR", "ES", "NL", "IE", "AU", "JP", "BR", "IN"],
    "extendable": False,
    "transferable": False,
    "refundable": False,
}
GENERAL: Mapping[str, Any] = {**RULES, "key": "general", "name": "Learning credits", "home_country_for": SHIP_TO}
VIRTUAL_ONLY: Mapping[str, Any] = {
    **RULES,
    "key": "virtual-only",
    "name": "Virtual learning credits",
    "applies_to": [{"kinds": ["class", "bootcamp"], "deliveries": ["virtual"]}, {"kinds": ["content", "exam"]}],
}

JUNE = {"starts_at": datetime(2026, 6, 1, 9, tzinfo=UTC), "ends_at": datetime(2026, 6, 5, 17, tzinfo=UTC)}
OFFERINGS = (
    Offering(id="virtual-class", title="Admin", kind="class", delivery="virtual", price_credits=Decimal(90), **JUNE),
    Offering(
        id="class", title="Admin", kind="class", delivery="in_person", price_credits=Decimal(90), country="US", **JUNE
    ),
    Offering(
        id="virtual-bootcamp", title="Camp", kind="bootcamp", delivery="virtual", price_credits=Decimal(90), **JUNE
    ),
    Offering(
        id="bootcamp",
        title="Camp",
        kind="bootcamp",
        delivery="in_person",
        price_credits=Decimal(90),
        country="US",
        **JUNE,
    ),
    Offering(
        id="event", title="Days", kind="event", delivery="in_person", price_credits=Decimal(40), country="US", **JUNE
    ),
    Offering(
        id="workshop", title="Private", kind="workshop", delivery="in_person", assisted=True, group=True, country="US"
    ),
    Offering(id="content", title="Self-paced", kind="content", price_credits=Decimal(30)),
    Offering(id="exam", title="Exam", kind="exam", price_credits=Decimal(20)),
    Offering(id="bulk-exam", title="Exams", kind="bulk_exam", price_credits=Decimal(20), country="US", group=True),
)

Login = Callable[[Person], FlaskClient]


@pytest.fixture
def hooks() -> MemoryHooks:
    """A host that sells classes, bootcamps, events, workshops, content and exams."""
    return memory_hooks(catalog=MemoryCatalog(*OFFERINGS))


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The host."""
    return make_app(**SETTINGS)


@pytest.fixture
def staff(login: Login) -> Academy:
    """Root, who has set up both credit types."""
    root = Academy(login(person(id="root")))
    root.make("/admin/credit-types", GENERAL)
    root.make("/admin/credit-types", VIRTUAL_ONLY)
    return root


@pytest.fixture
def ada(login: Login) -> Academy:
    """A learner."""
    return Academy(login(person(id="ada")))


def sell(
    staff: Academy, credit_type: str = "general", *, country: str | None = "US", amount: int = 1000, **account: Any
) -> Any:
    """Credits for a company by order form, shipped to a country; the account and its lot."""
    lot = {"amount": amount, "ordered_on": "2026-03-01", "starts_on": "2026-03-15"}
    form = {"name": "Acme", "credit_type": credit_type, "country": country, "contact": "Olga, olga@acme.example"}
    return staff.make("/admin/orders", {"account": form | account, "lot": lot})


def issue(staff: Academy, order: Any, **limits: Any) -> str:
    """A code of the order's account; its text."""
    text: str = staff.make(f"/accounts/{order['account']['id']}/codes", limits)["items"][0]["text"]
    return text


def refusal(learner: Academy, **item: Any) -> str | None:
    """Why an item cannot be bought; None when it can."""
    found = learner.quote(**item)["refusal"]
    return found["code"] if found else None


TABLE = {
    "virtual-class": (None, None),
    "class": (None, "not_for_this_offering"),
    "virtual-bootcamp": (None, None),
    "bootcamp": (None, "not_for_this_offering"),
    "event": (None, "not_for_this_offering"),
    "workshop": ("assisted_only", "assisted_only"),
    "content": (None, None),
    "exam": (None, None),
    "bulk-exam": (None, "not_for_this_offering"),
}
"""What general and virtual-only credits say to each offering."""


@pytest.mark.parametrize("offering_id", TABLE)
def test_each_type_buys_what_its_table_says(offering_id: str, staff: Academy, ada: Academy) -> None:
    """In the quote as in the order; a refused order costs nothing."""
    for credit_type, expected in zip(("general", "virtual-only"), TABLE[offering_id], strict=True):
        order = sell(staff, credit_type)
        item = {"offering_id": offering_id, "code": issue(staff, order)}

        assert refusal(ada, **item) == expected
        if expected is not None:
            status, problem = ada.buy(item)
            assert (status, problem["code"], problem["contact"]) == (422, expected, "Olga, olga@acme.example")
            assert staff.get(f"/accounts/{order['account']['id']}")["available"] == "1000.00"
    assert ada.get("/orders")["items"] == []


def test_the_table_is_public(app: Flask, staff: Academy) -> None:
    """Anybody reads what each type buys, and that its credits are never refunded, transferred or extended."""
    types = {one["key"]: one for one in Academy(app.test_client()).get("/credit-types")["items"]}

    assert types["virtual-only"]["applies_to"] == VIRTUAL_ONLY["applies_to"]
    assert types["general"]["home_country_for"] == SHIP_TO
    for one in types.values():
        assert (one["refundable"], one["transferable"], one["extendable"]) == (False, False, False)
        assert (one["validity_months"], one["validity_from"], one["deadline"]) == (12, "start", "attended")
        assert len(one["sale_countries"]) == 12


def test_private_workshops_are_assisted(staff: Academy, ada: Academy) -> None:
    """Even without a price: the learner is told to send a request."""
    found = ada.quote(offering_id="workshop", code=issue(staff, sell(staff)))["refusal"]

    assert (found["code"], found["remedy"]) == ("assisted_only", {"action": "open_case"})
    assert "request" in found["message"]


@pytest.mark.parametrize("offering_id", ["class", "bootcamp", "event", "bulk-exam"])
def test_some_things_are_for_the_ship_to_country_only(
    offering_id: str, staff: Academy, ada: Academy, catalog: MemoryCatalog
) -> None:
    """Credits shipped to Germany buy nothing of this in the United States; unknown countries never pass."""
    american, german, unknown = (issue(staff, sell(staff, country=country)) for country in ("US", "DE", None))

    assert refusal(ada, offering_id=offering_id, code=american) is None
    assert refusal(ada, offering_id=offering_id, code=german) == "wrong_country"
    assert refusal(ada, offering_id=offering_id, code=unknown) == "wrong_country"
    catalog.add(replace(catalog.offerings[offering_id], country=None))
    assert refusal(ada, offering_id=offering_id, code=american) == "wrong_country"


def test_everything_else_is_bought_wherever_the_credits_were_shipped(staff: Academy, ada: Academy) -> None:
    """Virtual classes, content and exams ask for no country."""
    code = issue(staff, sell(staff, country="DE"))

    assert [refusal(ada, offering_id=id_, code=code) for id_ in ("virtual-class", "content", "exam")] == [None] * 3


def test_only_lots_of_the_country_pay(staff: Academy, ada: Academy) -> None:
    """An account with credits of two countries pays a class in the United States with American ones alone."""
    order = sell(staff, country="US", amount=100)
    account_id = order["account"]["id"]
    german = {"amount": 1000, "ordered_on": "2026-03-01", "starts_on": "2026-03-15", "country": "DE"}
    staff.make(f"/admin/accounts/{account_id}/lots", german)
    code = issue(staff, order)

    status, bought = ada.buy({"offering_id": "class", "code": code})
    assert (status, bought["total"]) == (201, "90.00")
    lots = {one["country"]: one["available"] for one in staff.get(f"/accounts/{account_id}/lots")["items"]}
    assert lots == {"US": "10.00", "DE": "1000.00"}
    assert refusal(ada, offering_id="bootcamp", code=code) == "insufficient_credits"


def test_a_code_is_applied_after_sign_in(app: Flask, staff: Academy) -> None:
    """Visitors are told to sign in, and nothing about the code."""
    code = issue(staff, sell(staff))
    visitor = app.test_client()

    for path, body in (
        ("/codes/check", {"code": code}),
        ("/codes/apply", {"code": code, "offering_id": "exam"}),
        ("/checkout/quote", {"items": [{"offering_id": "exam", "code": code}]}),
        ("/checkout", {"items": [{"offering_id": "exam", "code": code}]}),
    ):
        answer = visitor.post(f"{API}{path}", json=body, headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")
        assert "remaining" not in answer.json


def test_one_code_for_each_item_of_the_cart(staff: Academy, ada: Academy, access: MemoryAccess) -> None:
    """Two in one item are invalid; two items may use two codes, or one."""
    order = sell(staff)
    one, two = issue(staff, order), issue(staff, order)
    both = {"offering_id": "exam", "code": one, "account_id": order["account"]["id"]}

    assert ada.buy(both)[0] == 422
    assert ada.send("/checkout", {"items": [{"offering_id": "exam", "code": [one, two]}]})[0] == 422
    assert access.granted == []
    status, bought = ada.buy({"offering_id": "exam", "code": one}, {"offering_id": "content", "code": two})
    assert (status, bought["total"]) == (201, "50.00")
    assert ada.buy({"offering_id": "virtual-class", "code": one}, {"offering_id": "event", "code": one})[0] == 201


def test_training_is_attended_before_the_credits_expire(
    staff: Academy, ada: Academy, catalog: MemoryCatalog, clock: Clock
) -> None:
    """Twelve months from the order's start: a class that ends with the last day is in time, one hour later is not."""
    order = sell(staff)
    assert order["lot"]["starts_at"] == "2026-03-15T00:00:00Z"
    assert order["lot"]["expires_at"] == "2027-03-16T00:00:00Z"
    code = issue(staff, order)
    clock.set(datetime(2027, 3, 1, tzinfo=UTC))

    def ends_at(*moment: int) -> str | None:
        session = {"starts_at": datetime(2027, 3, 15, 9, tzinfo=UTC), "ends_at": datetime(*moment, tzinfo=UTC)}
        catalog.add(replace(catalog.offerings["virtual-class"], **session))
        return refusal(ada, offering_id="virtual-class", code=code)

    assert ends_at(2027, 3, 16) is None
    assert ends_at(2027, 3, 16, 1) == "credits_expire_too_soon"
    assert ends_at(2027, 3, 19, 17) == "credits_expire_too_soon"
    assert refusal(ada, offering_id="exam", code=code) is None
    status, problem = ada.buy({"offering_id": "virtual-class", "code": code})
    assert (status, problem["code"]) == (422, "credits_expire_too_soon")


def test_self_paced_access_ends_with_the_credits_that_paid(staff: Academy, ada: Academy) -> None:
    """Content cannot be attended after the credits' last day."""
    status, order = ada.buy({"offering_id": "content", "code": issue(staff, sell(staff))})

    assert (status, order["items"][0]["access_expires_at"]) == (201, "2027-03-16T00:00:00Z")


def test_expired_credits_buy_nothing(staff: Academy, ada: Academy, clock: Clock) -> None:
    """Whether or not any job has run."""
    code = issue(staff, sell(staff))
    clock.set(datetime(2027, 3, 16, tzinfo=UTC))

    assert refusal(ada, offering_id="exam", code=code) == "insufficient_credits"


def test_the_no_cost_tier_attends_public_virtual_classes_for_nothing(
    staff: Academy, ada: Academy, access: MemoryAccess
) -> None:
    """A benefit of 100 %: no lot, no credits and no entries, yet an order; everything else has its price."""
    benefits = [{"kinds": ["class"], "deliveries": ["virtual"], "percent": 100}]
    account = staff.make("/admin/accounts", {"name": "Premier", "credit_type": "general", "benefits": benefits})
    code = issue(staff, {"account": account})

    item = ada.quote(offering_id="virtual-class", code=code)
    assert (item["gross"], item["discount"], item["amount"], item["lots"]) == ("90.00", "90.00", "0.00", [])
    status, order = ada.buy({"offering_id": "virtual-class", "code": code})

    assert (status, order["status"], order["total"]) == (201, "completed", "0.00")
    assert [grant.offering.id for grant in access.granted] == ["virtual-class"]
    assert staff.get(f"/accounts/{account['id']}/transactions")["items"] == []
    assert refusal(ada, offering_id="virtual-bootcamp", code=code) == "insufficient_credits"
    assert refusal(ada, offering_id="class", code=code) == "insufficient_credits"


def test_only_authorized_people_use_the_credits(staff: Academy, login: Login, access: MemoryAccess) -> None:
    """The customer's verified addresses, or those a code names; others are told that it is not theirs."""
    order = sell(staff, mail_domains=["acme.example"], owners=["olga@acme.example"])
    company, named = issue(staff, order), issue(staff, order, learners=["guest@partner.example", {"user_id": "bob"}])
    amy = Academy(login(person(id="amy", email="Amy@ACME.example")))
    new = Academy(login(person(id="new", email="new@acme.example", email_verified=False)))
    guest = Academy(login(person(id="guest", email="guest@partner.example")))
    eve = Academy(login(person(id="eve", email="eve@notacme.example")))

    def told(code: str) -> list[str | None]:
        return [refusal(who, offering_id="exam", code=code) for who in (amy, new, guest, eve)]

    assert told(company) == [None, "email_not_verified", "not_for_you", "not_for_you"]
    assert told(named) == ["not_for_you", "not_for_you", None, "not_for_you"]
    status, problem = eve.buy({"offering_id": "exam", "code": company})
    assert (status, problem["code"], problem["contact"]) == (403, "not_for_you", "Olga, olga@acme.example")
    assert access.granted == []
    assert amy.buy({"offering_id": "exam", "code": company})[0] == 201


def test_balances_at_a_glance(staff: Academy, login: Login, ada: Academy) -> None:
    """An owner sees what is left and until when, without asking anybody; a learner with a code does not."""
    order = sell(staff, owners=["olga@acme.example"])
    olga = Academy(login(person(id="olga", email="olga@acme.example")))
    assert ada.buy({"offering_id": "exam", "code": issue(staff, order)})[0] == 201

    (account,) = olga.get("/accounts")["items"]

    assert (account["available"], account["held"]) == ("980.00", "0.00")
    assert account["expiring"] == [{"expires_at": "2027-03-16T00:00:00Z", "amount": "980.00"}]
    assert ada.client.get(f"{API}/accounts/{account['id']}").status_code == 404
