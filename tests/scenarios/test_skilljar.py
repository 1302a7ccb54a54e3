"""Skilljar's training credits, step by step as its help page tells them, set up by the example's preset alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from example_app.presets.base import ProductSeed
from example_app.presets.training_credits import PRESET
from flask_training_credits import Hooks, Money, Offering, Person
from flask_training_credits.domain.values import OtherCode
from flask_training_credits.testing import Clock, MemoryAccess, MemoryCatalog, MemoryHooks, memory_hooks, person
from tests.support.academy import API, Academy
from tests.support.host import SignedIn
from tests.support.pages import alert, heading, press, text_of

COURSE, DEAR_COURSE, PATH, PLAN, LAB = (
    "introduction-to-networking",
    "cloud-architecture-masterclass",
    "network-engineer-path",
    "all-access-plan",
    "threat-hunting-lab",
)
DETAILS = """{% from "training_credits/macros.html" import credits_accepted, pay_with_credits, code_box %}
<h1>{{ offering_id }}</h1>
{{ credits_accepted(offering_id) }}{{ pay_with_credits(offering_id) }}{{ code_box(offering_id) }}
"""

Login = Callable[[Person], FlaskClient]


class Promotions:
    """The host's own promotion codes."""

    def apply(self, text: str, offering: Offering, person: Person) -> OtherCode | None:
        """Ten percent off for `SPRING`."""
        return OtherCode("10 % off", "/cart?promotion=SPRING") if text == "SPRING" else None


def sold(product: ProductSeed) -> Offering:
    """A product of the preset, as the example's catalog shows it to us."""
    return Offering(
        id=product.id,
        title=product.title,
        kind=product.kind,
        delivery=product.delivery,
        price_credits=None if product.credits is None else Decimal(product.credits),
        list_price=None if product.dollars is None else Money(product.dollars * 100, "USD"),
        accepts_credits=product.credits is not None,
        credits_only=product.credits_only,
        access_days=product.access_days,
        repeatable=product.repeatable,
        url=f"/learn/{product.id}",
    )


@pytest.fixture
def hooks() -> MemoryHooks:
    """A host that sells what the preset sells, and has promotion codes of its own."""
    return memory_hooks(
        catalog=MemoryCatalog(*(sold(product) for product in PRESET.products)), other_codes=Promotions()
    )


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The host, with the preset's settings, a details page and a place to sign in."""
    return prepared(make_app(own=True, **settings()))


def settings(**more: Any) -> dict[str, Any]:
    """The preset's settings, whom to ask, and who is staff."""
    return {
        **PRESET.settings,
        "TRAINING_CREDITS_STAFF": ("root",),
        "TRAINING_CREDITS_SUPPORT_EMAIL": "training@northwind.example",
        **more,
    }


def prepared(app: Flask) -> Flask:
    """The app with a details page and a place to sign in."""
    app.login_manager.login_view = "sign_in"  # type: ignore[attr-defined]  # Flask-Login puts it there
    app.add_url_rule("/sign-in", "sign_in", lambda: "Sign in here")
    app.add_url_rule(
        "/courses/<offering_id>",
        "details",
        lambda offering_id: render_template_string(DETAILS, offering_id=offering_id),
    )
    return app


@pytest.fixture
def staff(login: Login) -> Academy:
    """Root, who has set up the preset's credit type."""
    root = Academy(login(person(id="root")))
    root.make("/admin/credit-types", PRESET.credit_type)
    return root


@pytest.fixture
def account(staff: Academy) -> Any:
    """Acme, which bought 100 credits in one order."""
    form = {
        "account": {
            "name": "Acme Corporation",
            "credit_type": PRESET.credit_type["key"],
            "owners": ["omar@acme.example"],
            "contact": "Omar Haddad, omar@acme.example",
        },
        "lot": {"amount": 100, "ordered_on": "2026-03-15", "order_reference": "PO-2291"},
    }
    return staff.make("/admin/orders", form)["account"]


@pytest.fixture
def owner(login: Login, account: Any) -> Academy:
    """Omar, who became owner by his address."""
    return Academy(login(person(id="omar", email="omar@acme.example")))


@pytest.fixture
def ada(login: Login) -> FlaskClient:
    """A learner."""
    return login(person(id="ada"))


def issue(owner: Academy, account: Any, **limits: Any) -> str:
    """A code of the account; its text."""
    made = owner.make(f"/accounts/{account['id']}/codes", {"value": 100, "label": "Network team", **limits})
    text: str = made["items"][0]["text"]
    return text


def available(owner: Academy, account: Any) -> str:
    """What the account has now."""
    found: str = owner.get(f"/accounts/{account['id']}")["available"]
    return found


def purchase(client: FlaskClient, offering_id: str, code: str) -> Any:
    """Details page → Purchase with credits → Enter code → Apply → Purchase → receipt."""
    page = client.get(f"/credits/pay/{offering_id}")
    quoted = press(client, page, "Apply", {"code": code})
    assert quoted.status_code == 200, text_of(quoted)
    bought = press(client, quoted, "Purchase")
    assert bought.status_code == 303, text_of(bought)
    return client.get(bought.location)


def test_one_code_pays_for_courses_paths_and_plans(
    owner: Academy, account: Any, ada: FlaskClient, access: MemoryAccess
) -> None:
    """100 − 20 = 80, then a path for 60 leaves 20; a plan for 80 is more than that; the journal says why."""
    code = issue(owner, account)
    learner = Academy(ada)

    assert learner.buy({"offering_id": COURSE, "code": code})[0] == 201
    assert learner.send("/codes/check", {"code": code})[1]["remaining"] == "80.00"
    assert available(owner, account) == "80.00"
    assert learner.buy({"offering_id": PATH, "code": code})[0] == 201
    status, problem = learner.buy({"offering_id": PLAN, "code": code})

    assert (status, problem["code"]) == (422, "code_value_too_low")
    assert (problem["remaining"], problem["required"]) == ("20.00", "80.00")
    assert [grant.offering.id for grant in access.granted] == [COURSE, PATH]
    journal = owner.get(f"/accounts/{account['id']}/transactions")["items"]
    assert [(one["kind"], one["amount"], one["available_after"]) for one in journal] == [
        ("spend", "60.00", "20.00"),
        ("spend", "20.00", "80.00"),
        ("issue", "100.00", "100.00"),
    ]


def test_a_plan_is_bought_with_a_code(owner: Academy, account: Any, ada: FlaskClient) -> None:
    """Its access lasts the preset's 365 days."""
    status, order = Academy(ada).buy({"offering_id": PLAN, "code": issue(owner, account)})

    assert (status, order["items"][0]["access_expires_at"]) == (201, "2027-03-16T00:00:00Z")
    assert available(owner, account) == "20.00"


def test_the_details_page_says_whether_credits_are_accepted(app: Flask, staff: Academy, ada: FlaskClient) -> None:
    """With the price in credits on the button; what cannot be bought with credits says nothing, for visitors too."""
    for client in (app.test_client(), ada):
        accepted = text_of(client.get(f"/courses/{COURSE}"))
        assert "Accepts training credits" in accepted
        assert "Purchase with 20 credits" in accepted
        not_accepted = text_of(client.get("/courses/northwind-live"))
        assert "Accepts training credits" not in not_accepted
        assert "Purchase with" not in not_accepted


def test_what_is_for_credits_only_shows_no_price_in_money(app: Flask, catalog: MemoryCatalog, staff: Academy) -> None:
    """Even where the host has one; the price in credits is shown."""
    catalog.add(
        Offering(
            id="only",
            title="Only",
            kind="lab",
            price_credits=Decimal(15),
            list_price=Money(15000, "USD"),
            credits_only=True,
        )
    )
    visitor = Academy(app.test_client())

    for offering_id in ("only", LAB):
        told = visitor.get(f"/offerings/{offering_id}")
        assert (told["credits_only"], told["list_price"], told["price_credits"]) == (True, None, "15.00")
        page = text_of(app.test_client().get(f"/courses/{offering_id}"))
        assert "Purchase with 15 credits" in page
        assert "150" not in page
    assert visitor.get(f"/offerings/{COURSE}")["list_price"] == {"minor": 20000, "currency": "USD"}


def test_purchase_with_credits_enter_code_apply_purchase(
    app: Flask, owner: Academy, account: Any, ada: FlaskClient, access: MemoryAccess
) -> None:
    """From the details page to the course; nothing is charged before the last button."""
    code = issue(owner, account)
    assert app.test_client().get(f"/credits/pay/{COURSE}").location.startswith("/sign-in?next=")

    page = ada.get(f"/credits/pay/{COURSE}")
    assert "Enter code" in text_of(page)
    quoted = press(ada, page, "Apply", {"code": code})
    assert "80 credits will remain" in text_of(quoted)
    assert (available(owner, account), access.granted) == ("100.00", [])
    bought = press(ada, quoted, "Purchase")

    receipt = ada.get(bought.location)
    assert heading(receipt) == "Thank you, it is yours"
    assert f"/learn/{COURSE}" in receipt.text
    assert available(owner, account) == "80.00"
    assert [(grant.user_id, grant.offering.id) for grant in access.granted] == [("ada", COURSE)]
    assert code not in bought.location


def test_the_checkouts_one_box_takes_any_code(
    owner: Academy, account: Any, ada: FlaskClient, access: MemoryAccess
) -> None:
    """A promotion code is the host's; a credit code → Apply → Review and pay → Confirm purchase."""
    code = issue(owner, account)
    page = ada.get(f"/credits/checkout?offering_id={COURSE}")
    assert "Enter promotion, license or credit code" in text_of(page)

    promotion = press(ada, page, "Apply", {"code": "SPRING"})
    assert "10 % off" in text_of(promotion)
    assert "/cart?promotion=SPRING" in promotion.text
    applied = press(ada, page, "Apply", {"code": code})
    assert "80 credits will remain" in text_of(applied)
    review = press(ada, applied, "Review and pay")
    assert heading(review) == "Review and pay"
    assert (available(owner, account), access.granted) == ("100.00", [])
    bought = press(ada, review, "Confirm purchase")

    assert heading(ada.get(bought.location)) == "Thank you, it is yours"
    assert available(owner, account) == "80.00"


def test_a_code_that_is_not_valid_is_told_with_whom_to_ask(owner: Academy, account: Any, ada: FlaskClient) -> None:
    """Whatever is wrong with the text; nobody's account is named, so support is."""
    page = ada.get(f"/credits/pay/{COURSE}")

    for text in ("TC-1234-1234-1234-1234-1234-1234", "SPRIN"):
        answer = press(ada, page, "Apply", {"code": text})
        assert answer.status_code == 422
        assert "This code cannot be used" in alert(answer)
        assert "Whom to ask: training@northwind.example" in alert(answer)
    assert available(owner, account) == "100.00"


def test_a_code_worth_too_little_is_told_with_whom_to_ask(owner: Academy, account: Any, ada: FlaskClient) -> None:
    """What is needed, what is left, and the account's contact for another code."""
    code = issue(owner, account, value=50)

    answer = press(ada, ada.get(f"/credits/pay/{DEAR_COURSE}"), "Apply", {"code": code})

    assert answer.status_code == 422
    told = alert(answer)
    assert "This costs 90 credits, but only 50 are left on the code." in told
    assert "Omar Haddad, omar@acme.example" in told
    assert available(owner, account) == "100.00"


def test_codes_expire(owner: Academy, account: Any, ada: FlaskClient, clock: Clock) -> None:
    """And say so, with whom to ask for another one."""
    code = issue(owner, account, expires_at="2026-04-01T00:00:00Z")
    clock.set(datetime(2026, 4, 1, tzinfo=UTC))

    answer = press(ada, ada.get(f"/credits/pay/{COURSE}"), "Apply", {"code": code})

    assert answer.status_code == 422
    assert "This code expired on 2026-04-01 00:00 UTC." in alert(answer)
    assert "Omar Haddad" in alert(answer)


def test_access_ends_with_the_code_and_is_bought_again(
    owner: Academy, account: Any, ada: FlaskClient, access: MemoryAccess, clock: Clock, credits: Any
) -> None:
    """The course is taken back when the code expires; a new code buys it anew."""
    code = issue(owner, account, expires_at="2026-04-01T00:00:00Z", access_ends_with_code=True)
    receipt = purchase(ada, COURSE, code)
    assert heading(receipt) == "Thank you, it is yours"
    redemption = Academy(ada).get("/redemptions")["items"][0]
    assert redemption["access_expires_at"] == "2026-04-01T00:00:00Z"
    status, problem = Academy(ada).buy({"offering_id": COURSE, "code": code})
    assert (status, problem["code"], problem["redemption_id"]) == (409, "already_enrolled", redemption["id"])

    clock.set(datetime(2026, 4, 1, tzinfo=UTC))
    credits.jobs.run_due()

    assert [(grant.user_id, reason) for grant, reason in access.revoked] == [("ada", "access_ended")]
    assert "Purchase again" in text_of(ada.get(f"/credits/redemptions/{redemption['id']}"))
    assert heading(purchase(ada, COURSE, issue(owner, account))) == "Thank you, it is yours"
    assert [grant.offering.id for grant in access.granted] == [COURSE, COURSE]
    assert available(owner, account) == "60.00"


@pytest.mark.databases("sqlite")
def test_it_is_switched_on_per_organization(make_app: Callable[..., Flask], hooks: Hooks, users: Any) -> None:
    """`ENABLED` as a callable: for Acme's people it is there, for everybody else there is nothing; staff go on."""

    def is_acme(somebody: Person | None) -> bool:
        return somebody is not None and (somebody.email or "").endswith("@acme.example")

    app = prepared(make_app(own=True, **settings(TRAINING_CREDITS_ENABLED=is_acme)))

    def sign_in(user_id: str, email: str) -> FlaskClient:
        return app.test_client(user=SignedIn(users.add(person(id=user_id, email=email)).id))

    root = Academy(sign_in("root", "root@northwind.example"))
    root.make("/admin/credit-types", PRESET.credit_type)
    acme, other, visitor = sign_in("a", "a@acme.example"), sign_in("b", "b@other.example"), app.test_client()

    assert "Purchase with 20 credits" in text_of(acme.get(f"/courses/{COURSE}"))
    assert acme.get(f"/credits/pay/{COURSE}").status_code == 200
    assert acme.get(f"{API}/offerings/{COURSE}").status_code == 200
    for client in (other, visitor):
        details = client.get(f"/courses/{COURSE}")
        assert details.status_code == 200
        assert "credits" not in text_of(details)
        assert client.get(f"{API}/offerings/{COURSE}").status_code == 404
    assert other.get(f"/credits/pay/{COURSE}").status_code == 404
    assert root.get("/admin/accounts")["items"] == []


@pytest.mark.databases("sqlite")
def test_it_is_switched_off_for_everybody(make_app: Callable[..., Flask], users: Any) -> None:
    """`ENABLED=False` hides it from people; staff and jobs go on."""
    app = prepared(make_app(own=True, **settings(TRAINING_CREDITS_ENABLED=False)))
    ada = app.test_client(user=SignedIn(users.add(person(id="ada")).id))
    root = Academy(app.test_client(user=SignedIn(users.add(person(id="root")).id)))

    assert "credits" not in text_of(ada.get(f"/courses/{COURSE}"))
    assert ada.get(f"/credits/pay/{COURSE}").status_code == 404
    assert ada.post(f"{API}/codes/check", json={"code": "x"}).status_code == 404
    root.make("/admin/credit-types", PRESET.credit_type)
    assert app.test_cli_runner().invoke(args=["credits", "run-due"]).exit_code == 0
