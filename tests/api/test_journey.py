"""The first whole journey over HTTP: from an order form to a learner who has 80 of 100 credits left."""

from __future__ import annotations

from decimal import Decimal

from flask.testing import FlaskClient

from flask_training_credits import Offering
from flask_training_credits.testing import MemoryAccess, MemoryCatalog, offering
from tests.support.api import TYPE, issue_code, made, order_form, read
from tests.support.fake_api import API, keyed, problem


def test_an_order_form_makes_account_and_lot(root: FlaskClient, olga: FlaskClient) -> None:
    """In one call; its owner sees both at once."""
    form = order_form(root)

    assert form["account"] | {"id": "", "created_at": "", "owners": []} == {
        "id": "",
        "name": "Acme",
        "kind": "company",
        "parent_id": None,
        "credit_type": "flex",
        "country": None,
        "status": "open",
        "available": "100.00",
        "held": "0.00",
        "upcoming": [],
        "expiring": [{"expires_at": "2027-03-16T00:00:00Z", "amount": "100.00"}],
        "role": "owner",
        "approval_policy": form["account"]["approval_policy"],
        "contact": None,
        "mail_domains": None,
        "benefits": form["account"]["benefits"],
        "owners": [],
        "created_at": "",
    }
    assert form["lot"] | {"id": "", "created_at": ""} == {
        "id": "",
        "account_id": form["account"]["id"],
        "amount": "100.00",
        "available": "100.00",
        "held": "0.00",
        "spent": "0.00",
        "expired": "0.00",
        "revoked": "0.00",
        "moved": "0.00",
        "shortfall": "0.00",
        "starts_at": form["lot"]["starts_at"],
        "expires_at": "2027-03-16T00:00:00Z",
        "source": "order",
        "order_reference": "PO-1",
        "country": None,
        "promotional": False,
        "paid": None,
        "created_at": "",
    }
    [account] = read(olga.get(f"{API}/accounts"))["items"]
    assert (account["id"], account["available"], account["role"]) == (form["account"]["id"], "100.00", "owner")
    assert read(olga.get(f"{API}/accounts/{account['id']}/lots"))["items"] == [form["lot"]]


def test_a_code_pays_for_a_course(
    root: FlaskClient, olga: FlaskClient, ada: FlaskClient, course: Offering, access: MemoryAccess
) -> None:
    """100 − 20 = 80, and the journal says why."""
    account_id = order_form(root)["account"]["id"]
    code = issue_code(olga, account_id, value="100", label="Spring")
    text = code["text"]

    check = read(ada.post(f"{API}/codes/check", json={"code": text}))
    assert check == {
        "remaining": "100.00",
        "expires_at": None,
        "label": "Spring",
        "applies_to": {"offering_ids": None, "kinds": None, "deliveries": None},
    }

    item = read(ada.post(f"{API}/codes/apply", json={"code": text, "offering_id": course.id}))
    assert (item["unit_price"], item["gross"], item["discount"], item["amount"]) == ("20.00", "20.00", "0.00", "20.00")
    assert (item["balance_after"], item["needs_approval"], item["lots"], item["refusal"]) == ("80.00", False, [], None)

    cart = {"items": [{"offering_id": course.id, "code": text}]}
    quote = read(ada.post(f"{API}/checkout/quote", json=cart))
    assert (quote["total"], quote["ok"], quote["items"]) == ("20.00", True, [item])
    assert access.granted == []

    order = made(ada.post(f"{API}/checkout", json={**cart, "token": quote["token"]}, headers=keyed()))
    assert (order["status"], order["total"]) == ("completed", "20.00")
    [redemption] = order["items"]
    assert (redemption["state"], redemption["amount"], redemption["user_id"]) == ("completed", "20.00", "ada")
    assert [grant.user_id for grant in access.granted] == ["ada"]

    assert read(ada.get(f"{API}/orders"))["items"] == [order]
    assert read(ada.get(f"{API}/orders/{order['id']}")) == order
    assert read(ada.get(f"{API}/redemptions?state=completed"))["items"] == [redemption]
    assert read(ada.get(f"{API}/redemptions?state=pending"))["items"] == []
    assert read(ada.get(f"{API}/redemptions/{redemption['id']}")) == redemption
    assert read(ada.post(f"{API}/codes/check", json={"code": text}))["remaining"] == "80.00"

    assert read(olga.get(f"{API}/accounts/{account_id}"))["available"] == "80.00"
    spent, issued = read(olga.get(f"{API}/accounts/{account_id}/transactions"))["items"]
    assert (issued["version"], issued["kind"]) == (1, "issue")
    assert (issued["amount"], issued["available_after"]) == ("100.00", "100.00")
    assert (spent["version"], spent["kind"], spent["amount"], spent["available_after"]) == (
        2,
        "spend",
        "20.00",
        "80.00",
    )
    assert spent["redemption_id"] == redemption["id"]
    assert sum(float(entry["amount"]) for entry in spent["entries"]) == 0
    csv = olga.get(f"{API}/accounts/{account_id}/transactions.csv").text.splitlines()
    assert [line.split(",")[2] for line in csv] == ["kind", "spend", "issue"]


def test_what_costs_too_much_is_refused_with_its_remedy(
    root: FlaskClient, olga: FlaskClient, ada: FlaskClient, catalog: MemoryCatalog, access: MemoryAccess
) -> None:
    """The learner is told how much is left, and whom to ask; nothing is written."""
    account_id = order_form(root)["account"]["id"]
    catalog.add(offering(id="bootcamp", title="Bootcamp", price_credits=Decimal(90)))
    text = issue_code(olga, account_id, value="80")["text"]
    cart = {"items": [{"offering_id": "bootcamp", "code": text}]}

    quote = read(ada.post(f"{API}/checkout/quote", json=cart))
    refusal = quote["items"][0]["refusal"]
    assert (quote["ok"], quote["token"]) == (False, None)
    assert (refusal["code"], refusal["remaining"], refusal["required"]) == ("code_value_too_low", "80.00", "90.00")
    assert refusal["contact"] == "help@example.com"

    document = problem(ada.post(f"{API}/checkout", json=cart, headers=keyed()), 422, "code_value_too_low")
    assert (document["remaining"], document["required"]) == ("80.00", "90.00")
    assert document["remedy"] == refusal["remedy"]
    assert document["contact"] == "help@example.com"
    assert [(item["index"], item["code"]) for item in document["items"]] == [(0, "code_value_too_low")]
    assert access.granted == []
    assert len(read(olga.get(f"{API}/accounts/{account_id}/transactions"))["items"]) == 1


def test_the_code_pays_only_once_for_one_course(
    root: FlaskClient, olga: FlaskClient, ada: FlaskClient, course: Offering
) -> None:
    """The second order names the first one's redemption."""
    text = issue_code(olga, order_form(root)["account"]["id"])["text"]
    cart = {"items": [{"offering_id": course.id, "code": text}]}
    order = made(ada.post(f"{API}/checkout", json=cart, headers=keyed()))

    document = problem(ada.post(f"{API}/checkout", json=cart, headers=keyed()), 409, "already_enrolled")

    assert document["redemption_id"] == order["items"][0]["id"]


def test_a_visitor_sees_the_price(client: FlaskClient, root: FlaskClient, olga: FlaskClient, course: Offering) -> None:
    """An owner sees their account, too."""
    account_id = order_form(root)["account"]["id"]

    seen = read(client.get(f"{API}/offerings/{course.id}"))
    assert (seen["id"], seen["price_credits"], seen["accepts_credits"], seen["accounts"]) == (
        "networking",
        "20.00",
        True,
        [],
    )
    [account] = read(olga.get(f"{API}/offerings/{course.id}"))["accounts"]
    assert account == {
        "account_id": account_id,
        "name": "Acme",
        "price_credits": "20.00",
        "available": "100.00",
        "needs_approval": False,
        "refusal": None,
    }
    problem(client.get(f"{API}/offerings/nowhere"), 404, "not_found")
    assert [one["key"] for one in read(client.get(f"{API}/credit-types"))["items"]] == ["flex"]


def test_a_kept_code_may_be_named_in_the_body(root: FlaskClient, olga: FlaskClient, ada: FlaskClient) -> None:
    """Dropped by the id that keeping it has given; only one's own."""
    code = issue_code(olga, order_form(root)["account"]["id"])
    kept = made(ada.post(f"{API}/me/codes", json={"code": code["text"]}))

    problem(ada.delete(f"{API}/me/codes", json={}), 422, "invalid")
    problem(olga.delete(f"{API}/me/codes", json={"id": kept["id"]}), 404, "not_found")
    assert read(ada.get(f"{API}/me/codes"))["items"] == [kept]
    assert ada.delete(f"{API}/me/codes", json={"id": kept["id"]}).status_code == 204
    assert read(ada.get(f"{API}/me/codes"))["items"] == []


def test_codes_can_be_kept_for_later(root: FlaskClient, olga: FlaskClient, ada: FlaskClient) -> None:
    """Kept, listed and dropped; the text is never shown again."""
    code = issue_code(olga, order_form(root)["account"]["id"], value=50, label="Mine")

    kept = made(ada.post(f"{API}/me/codes", json={"code": code["text"]}))

    assert kept == {
        "id": kept["id"],
        "last_four": code["last_four"],
        "label": "Mine",
        "remaining": "50.00",
        "expires_at": None,
    }
    assert read(ada.get(f"{API}/me/codes")) == {"items": [kept], "next_cursor": None}
    problem(olga.delete(f"{API}/me/codes/{kept['id']}"), 404, "not_found")
    gone = ada.delete(f"{API}/me/codes/{kept['id']}")
    assert (gone.status_code, gone.text) == (204, "")
    assert read(ada.get(f"{API}/me/codes"))["items"] == []
    problem(ada.delete(f"{API}/me/codes/{kept['id']}"), 404, "not_found")
    assert read(ada.post(f"{API}/codes/check", json={"code": code["text"]}))["remaining"] == "50.00"


def test_owners_look_after_their_codes(root: FlaskClient, olga: FlaskClient, ada: FlaskClient) -> None:
    """Listed without text, looked up with it, changed, downloaded and revoked."""
    account_id = order_form(root)["account"]["id"]
    codes = f"{API}/accounts/{account_id}/codes"
    code = issue_code(olga, account_id, value=50, label="=Spring", tracking_id="PO-2")

    [listed] = read(olga.get(codes))["items"]
    assert listed == {**code, "text": None}
    assert read(olga.get(f"{codes}/{code['id']}")) == code

    changed = read(olga.patch(f"{codes}/{code['id']}", json={"value": 60, "max_redemptions": 2}))
    assert (changed["value"], changed["remaining"], changed["max_redemptions"]) == ("60.00", "60.00", 2)

    header, row = olga.get(f"{codes}.csv").text.splitlines()
    assert header == "id,text,label,tracking_id,value,used,remaining,uses,expires_at,status"
    assert row == f"{code['id']},{code['text']},'=Spring,PO-2,60.00,0.00,60.00,0,,active"

    assert olga.delete(f"{codes}/{code['id']}").status_code == 204
    assert read(olga.get(f"{codes}/{code['id']}"))["status"] == "revoked"
    problem(ada.post(f"{API}/codes/check", json={"code": code["text"]}), 422, "code_not_usable")


def test_staff_look_after_accounts(root: FlaskClient, olga: FlaskClient) -> None:
    """Made, found, changed, filled, frozen and opened again."""
    made(root.post(f"{API}/admin/credit-types", json=TYPE))
    account = made(
        root.post(
            f"{API}/admin/accounts",
            json={"name": "Acme", "credit_type": "flex", "country": "US", "owners": ["olga"], "contact": "olga"},
        )
    )
    admin = f"{API}/admin/accounts/{account['id']}"
    assert (account["available"], account["country"], account["contact"]) == ("0.00", "US", "olga")

    for query, found in (("text=acm", 1), ("text=zzz", 0), ("credit_type=flex", 1), ("credit_type=other", 0)):
        assert len(read(root.get(f"{API}/admin/accounts?{query}"))["items"]) == found

    changes = {
        "name": "Acme Corp",
        "mail_domains": ["@Example.com"],
        "benefits": [{"kinds": ["course"], "percent": 100}],
    }
    changed = read(root.patch(admin, json=changes))
    assert (changed["name"], changed["mail_domains"], changed["country"]) == ("Acme Corp", ["example.com"], "US")

    lot = made(root.post(f"{admin}/lots", json={"amount": "5.50", "ordered_on": "2026-03-15"}, headers=keyed()))
    assert (lot["amount"], lot["country"]) == ("5.50", "US")

    assert read(root.post(f"{admin}/freeze", json={"reason": "Audit"}))["status"] == "frozen"
    codes = f"{API}/accounts/{account['id']}/codes"
    problem(olga.post(codes, json={}, headers=keyed()), 409, "account_frozen")
    assert read(root.post(f"{admin}/unfreeze", json={"reason": "Done"}))["status"] == "open"
    made(olga.post(codes, json={}, headers=keyed()))


def test_staff_define_programs(root: FlaskClient) -> None:
    """With defaults for what is left out; a change leaves the rest."""
    made_type = made(root.post(f"{API}/admin/credit-types", json=TYPE))
    assert made_type["validity_months"] == 12
    assert (made_type["zone"], made_type["deadline"], made_type["extendable"]) == ("UTC", "booked", True)

    changed = read(root.patch(f"{API}/admin/credit-types/flex", json={"zone": "Europe/Berlin"}))
    assert changed == {**made_type, "zone": "Europe/Berlin"}
    assert read(root.get(f"{API}/admin/credit-types"))["items"] == [changed]
    problem(root.patch(f"{API}/admin/credit-types/other", json={}), 404, "not_found")
    assert "key" in problem(root.post(f"{API}/admin/credit-types", json=TYPE), 422, "invalid")["errors"]
