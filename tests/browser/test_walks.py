"""The two ways to pay that Skilljar's help page describes, from sign-in to course, and what the others then see."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.visitor import Visitor

NETWORKING = "Introduction to Networking"


def demo_code(visitor: Visitor) -> str:
    """The code on the front page."""
    visitor.go("/")
    return visitor.page.locator(".demo-code code").inner_text()


def purchase_from_the_details_page(visitor: Visitor, code: str) -> None:
    """Purchase with 20 credits, Enter code, Apply, Purchase, course."""
    visitor.follow(NETWORKING)
    visitor.sees("Accepts training credits")
    visitor.follow("Purchase with 20 credits")
    visitor.fill("Enter code", code)
    visitor.press("Apply")
    visitor.sees("80 credits will remain")
    visitor.press("Purchase")
    visitor.sees("80 credits remain on your code.")
    visitor.follow(f"Go to {NETWORKING}")
    visitor.sees("You are enrolled.")


def purchase_at_the_checkout(visitor: Visitor, code: str) -> None:
    """One box for any code, Apply, Review and pay, Confirm purchase, course."""
    visitor.follow(NETWORKING)
    visitor.follow("Go to the checkout")
    visitor.fill("Enter promotion, license or credit code", code)
    visitor.press("Apply")
    visitor.sees("The code is applied.")
    visitor.press("Review and pay")
    visitor.sees("80 credits will remain")
    visitor.press("Confirm purchase")
    visitor.follow(f"Go to {NETWORKING}")
    visitor.sees("You are enrolled.")


def test_from_the_details_page(visitor: Visitor) -> None:
    """And then a course that costs more than is left, and what owner and admin see."""
    code = demo_code(visitor)
    visitor.be("learner")
    purchase_from_the_details_page(visitor, code)

    visitor.go("/courses/cloud-architecture-masterclass")
    visitor.follow("Purchase with 90 credits")
    visitor.fill("Enter code", code)
    visitor.press("Apply")
    visitor.sees("This costs 90 credits, but only 80 are left on the code.")
    visitor.sees("Whom to ask")
    assert (
        visitor.page.get_by_role("link", name="omar@acme.example").get_attribute("href") == "mailto:omar@acme.example"
    )

    for link in ("My courses", "My purchases", "My codes", "What credits buy"):
        visitor.follow(link)
    visitor.go("/credits/orders")
    visitor.follow(NETWORKING)
    assert visitor.heading() == "Thank you, it is yours"

    visitor.be("owner")
    visitor.sees("80 credits available")
    visitor.follow("Acme Corporation")
    assert visitor.page.locator(".tc-big").inner_text() == "80 credits available"
    visitor.sees("Spent: Introduction to Networking")
    visitor.follow("Codes")
    visitor.follow("Network team")
    assert visitor.page.locator(".tc-secret").inner_text() == code

    visitor.be("admin")
    assert visitor.heading() == "Credits admin"
    visitor.fill("Find an account", "globex")
    visitor.press("Search")
    visitor.follow("Globex Europe")
    visitor.sees("60 credits held")
    visitor.follow("Add credits")
    visitor.go("/credits/admin/accounts")


def test_at_the_checkout(visitor: Visitor) -> None:
    """With a promotion of the academy's own first, in the same box."""
    code = demo_code(visitor)
    visitor.be("learner")
    visitor.go("/checkout/introduction-to-networking")
    visitor.fill("Enter promotion, license or credit code", "WELCOME10")
    visitor.press("Apply")
    visitor.sees("10 % off")
    visitor.follow("Go on with this code")
    visitor.sees("$180.00")

    visitor.go("/courses")
    purchase_at_the_checkout(visitor, code)


def test_with_the_box_on_the_details_page(visitor: Visitor) -> None:
    """It leads to the checkout, the code applied."""
    code = demo_code(visitor)
    visitor.be("learner")
    visitor.go("/courses/threat-hunting-lab")
    visitor.sees("Only available with training credits.")
    visitor.page.get_by_text("Have a code?").click()
    visitor.fill("Enter promotion, license or credit code", code)
    visitor.press("Apply")
    visitor.sees("85 credits will remain")


def test_an_owner_pays_from_the_account(visitor: Visitor) -> None:
    """Training credits is a payment type; nobody has to approve an owner's own use."""
    visitor.be("owner")
    visitor.go("/checkout/network-security-essentials")
    visitor.follow("Pay with training credits")
    visitor.press("Review and pay")
    visitor.sees("65 credits will remain")
    visitor.press("Confirm purchase")

    assert visitor.heading() == "Thank you, it is yours"


def test_an_owner_issues_extends_and_revokes_codes(visitor: Visitor) -> None:
    """Singly and in bulk; a mistake is named by its field."""
    visitor.be("owner")
    visitor.follow("Acme Corporation")
    visitor.follow("Codes")
    visitor.fill("Worth in credits", "1e3")
    visitor.press("Issue")
    visitor.sees("Write credits with at most two decimals")
    visitor.fill("Worth in credits", "40")
    visitor.fill("Last day", "2099-12-31")
    visitor.press("Issue")
    visitor.sees("The code is issued. Copy it from here.")
    visitor.fill("New last day", "2100-01-31")
    visitor.press("Extend")
    visitor.sees("31 January 2100")
    visitor.page.get_by_text("Revoke this code").click()
    visitor.press("Yes, revoke it")
    visitor.sees("The code is revoked.")
    visitor.follow("Codes")
    visitor.fill("How many", "3")
    visitor.press("Issue")
    visitor.sees("3 codes are issued.")


def test_staff_open_an_account(visitor: Visitor) -> None:
    """From an order form."""
    visitor.be("admin")
    visitor.follow("Open an account")
    visitor.fill("Name", "Initech")
    visitor.page.get_by_label("Credits", exact=True).fill("500")
    visitor.press("Open the account")

    assert visitor.heading() == "Initech"
    visitor.sees("The account is open, with 500 credits.")


@pytest.mark.parametrize("way", [purchase_from_the_details_page, purchase_at_the_checkout])
def test_without_scripts(visit: Callable[..., Visitor], way: Callable[[Visitor, str], None]) -> None:
    """Both ways, on a phone."""
    visitor = visit(width=390, scripts=False)
    code = demo_code(visitor)
    visitor.be("learner")

    way(visitor, code)


def test_with_the_keyboard_alone(visit: Callable[..., Visitor]) -> None:
    """Enter applies the code, at both boxes; every control can be reached and is seen when it is."""
    visitor = visit()
    code = demo_code(visitor)
    visitor.be("learner")
    keyboard = visitor.page.keyboard
    visitor.go("/credits/checkout?offering_id=introduction-to-networking")
    visitor.page.get_by_label("Enter promotion, license or credit code").focus()
    keyboard.type(code)
    with visitor.page.expect_navigation():
        keyboard.press("Enter")
    visitor.sees("The code is applied.")

    visitor.go("/credits/pay/introduction-to-networking")
    visitor.page.get_by_label("Enter code").focus()
    keyboard.type(code)
    keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.textContent") == "Apply"
    assert visitor.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    with visitor.page.expect_navigation():
        keyboard.press("Enter")
    visitor.sees("80 credits will remain")


def test_visitors_come_back_to_where_they_were_going(visitor: Visitor) -> None:
    """After signing in with one click."""
    visitor.go("/courses/introduction-to-networking")
    visitor.follow("Purchase with 20 credits")
    assert visitor.heading() == "Who are you?"
    visitor.press("Be the learner")

    assert visitor.path() == "/credits/pay/introduction-to-networking"


def test_a_receipt_prints_on_one_page_without_the_site_around_it(visit: Callable[..., Visitor]) -> None:
    """Neither navigation nor buttons."""
    visitor = visit()
    code = demo_code(visitor)
    visitor.be("learner")
    visitor.follow(NETWORKING)
    visitor.follow("Purchase with 20 credits")
    visitor.fill("Enter code", code)
    visitor.press("Apply")
    visitor.press("Purchase")

    visitor.page.emulate_media(media="print")

    assert visitor.page.get_by_role("navigation").count() == 0
    assert visitor.page.get_by_role("link", name=f"Go to {NETWORKING}").count() == 0
    visitor.sees("Total: 20 credits")
