"""Sign-in, the on/off switch, form tokens and caching around every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf import CSRFProtect

from flask_training_credits import Offering, Person
from flask_training_credits.services.results import Account, Code
from flask_training_credits.testing import MemoryCatalog, MemoryHooks, person
from tests.support.host import SignedIn
from tests.support.pages import fields_of, form_of, heading, press, soup, text_of

pytestmark = pytest.mark.databases("sqlite")

PAY = "/credits/pay/networking"


def get_pages(app: Flask) -> list[str]:
    """The address of every page, with ids of nothing."""
    adapter = app.url_map.bind("localhost")
    return [
        adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, "nothing"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("training_credits.")
        and "GET" in (rule.methods or ())
        and rule.endpoint not in {"training_credits.static", "training_credits.what_credits_buy"}
    ]


def test_visitors_sign_in_and_come_back(client: FlaskClient, app: Flask) -> None:
    """Every page sends them to the host's own sign-in, with the way back."""
    for path in get_pages(app):
        answer = client.get(path)
        assert (path, answer.status_code, answer.location) == (path, 302, f"/sign-in?next={path.replace('/', '%2F')}")


def test_what_credits_buy_is_for_anyone(client: FlaskClient, make: Any) -> None:
    """Visitors, too."""
    make.credit_type(applies_to=[{"kinds": ["course", "yoga"], "deliveries": ["virtual"]}])

    page = client.get("/credits/types")

    assert page.status_code == 200
    assert "courses, yoga (virtual)" in text_of(page)
    assert "12 months from the order" in text_of(page)
    assert "$250" in text_of(page)


def test_pages_are_not_kept_by_anybody(ada: FlaskClient, course: Offering) -> None:
    """Codes and balances are on them; the stylesheet may be kept."""
    assert ada.get(PAY).headers["Cache-Control"] == "no-store"
    assert ada.get("/credits/nothing-here", follow_redirects=True).status_code == 404
    assert ada.get("/credits/static/training_credits.css").headers["Cache-Control"] != "no-store"


def test_switched_off_hides_everything_from_people_but_staff(
    make_app: Callable[..., Flask], hooks: MemoryHooks
) -> None:
    """A callable decides for each person."""
    app = make_app(
        own=True,
        TRAINING_CREDITS_STAFF=["root"],
        TRAINING_CREDITS_ENABLED=lambda who: who is not None and who.id == "ada",
    )

    def status(user_id: str) -> int:
        user = hooks.users.add(person(id=user_id))
        return app.test_client(user=SignedIn(user.id)).get("/credits/my-codes").status_code

    assert {user_id: status(user_id) for user_id in ("ada", "bob", "root")} == {"ada": 200, "bob": 404, "root": 200}
    assert app.test_client().get("/credits/types").status_code == 404


def test_a_form_without_a_token_changes_nothing(ada: FlaskClient, course: Offering, code: Code, credits: Any) -> None:
    """400, and a page that says what to do."""
    quoted = press(ada, ada.get(PAY), "Apply", {"code": code.text})
    fields = fields_of(form_of(quoted, "Purchase"), "Purchase")

    for token in ("", "x", "ü", fields["csrf_token"][:-1]):
        answer = ada.post(f"{PAY}/purchase", data=fields | {"csrf_token": token})
        assert answer.status_code == 400
        assert heading(answer) == "This form is out of date"
    assert credits.orders.list(viewer=person(id="ada")).items == []


def test_a_token_is_worth_nothing_to_another_person(
    ada: FlaskClient, olga: FlaskClient, course: Offering, code: Code, account: Account
) -> None:
    """Nor in another session of the same person."""
    quoted = press(ada, ada.get(PAY), "Apply", {"code": code.text})
    fields = fields_of(form_of(quoted, "Purchase"), "Purchase")
    olga.get(PAY)

    assert olga.post(f"{PAY}/purchase", data=fields).status_code == 400


def test_a_code_box_on_a_cached_page_has_no_token_and_works(ada: FlaskClient, course: Offering, code: Code) -> None:
    """Applying only quotes; what another site sends is refused all the same."""
    assert ada.post(PAY, data={"code": code.text}).status_code == 200
    assert ada.post(PAY, data={"code": code.text}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert ada.post(PAY, data={"code": code.text}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400
    assert ada.post(PAY, data={"code": code.text}, headers={"Origin": "https://evil.example"}).status_code == 400
    assert ada.post(PAY, data={"code": code.text}, headers={"Origin": "http://localhost"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://LOCALHOST"}, 200),
        ({"Sec-Fetch-Site": "", "Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "", "Origin": "https://evil.example"}, 400),
        ({"Origin": "http://["}, 400),
    ],
)
def test_pages_tell_other_sites_as_the_api_does(
    ada: FlaskClient, course: Offering, code: Code, headers: dict[str, str], status: int
) -> None:
    """Hosts have no case, an empty header says nothing, and nonsense is from elsewhere."""
    assert ada.post(PAY, data={"code": code.text}, headers=headers).status_code == status


@pytest.mark.parametrize("first", ["csrf", "credits"])
def test_the_hosts_own_protection_is_used(
    make_app: Callable[..., Flask], hooks: MemoryHooks, course: Offering, code: Code, first: str
) -> None:
    """Whichever is installed first: its token is in our forms, and our cached boxes still work."""
    app = make_app(own=True)
    CSRFProtect(app)
    if first == "csrf":  # its handler then comes before ours
        handlers = app.before_request_funcs[None]
        handlers.insert(0, handlers.pop())
    client = app.test_client(user=SignedIn(hooks.users.add(person(id="ada")).id))

    applied = client.post(PAY, data={"code": code.text})
    assert applied.status_code == 200
    fields = fields_of(form_of(applied, "Purchase"), "Purchase")
    assert client.post(f"{PAY}/purchase", data=fields | {"csrf_token": "x"}).status_code == 400
    assert client.post(f"{PAY}/purchase", data=fields).status_code == 303


def test_a_key_that_is_missing_or_reused_is_refused(ada: FlaskClient, course: Offering, code: Code) -> None:
    """The page asks to begin again."""
    quoted = press(ada, ada.get(PAY), "Apply", {"code": code.text})

    assert press(ada, quoted, "Purchase", {"_idempotency_key": ""}).status_code == 400
    assert press(ada, quoted, "Purchase", {"_idempotency_key": "x" * 300}).status_code == 400
    assert press(ada, quoted, "Purchase").status_code == 303
    reused = press(ada, quoted, "Purchase", {"quantity": "2"})
    assert reused.status_code == 422
    assert heading(reused) == "This form was sent before with other values"


def test_every_page_has_what_screen_readers_need(ada: FlaskClient, root: FlaskClient, course: Offering) -> None:
    """A language, a title, one main heading, and nothing inline."""
    for path in (PAY, "/credits/checkout?offering_id=networking", "/credits/redemptions", "/credits/my-codes"):
        page = soup(root.get(path))
        assert page.find("html")["lang"] == "en"
        assert page.find("title").get_text().strip()
        assert len(page.find_all("h1")) == 1
        assert page.find_all(["script", "style"]) == []
        assert page.find_all(style=True) == []


def test_a_hook_that_fails_is_a_page_that_says_so(
    ada: FlaskClient, course: Offering, code: Code, catalog: MemoryCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its secrets; pages of the host go on without us."""

    class Broken(dict[str, Offering]):
        def __contains__(self, key: object) -> bool:
            raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(catalog, "offerings", Broken())

    page = ada.get(PAY)

    assert page.status_code == 500
    assert heading(page) == "Something failed on our side"
    assert "swordfish" not in page.text


def test_inactive_people_are_refused(login: Callable[[Person], FlaskClient], course: Offering, code: Code) -> None:
    """They may look, not buy."""
    gone = login(person(id="gone", is_active=False))

    refused = gone.post(PAY, data={"code": code.text})

    assert refused.status_code == 403
