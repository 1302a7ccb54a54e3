"""The words on the pages in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask_babel import Babel

from flask_training_credits import Offering
from flask_training_credits.services.results import Code
from flask_training_credits.testing import MemoryHooks, person
from flask_training_credits.web.i18n import translate
from tests.support.host import SignedIn
from tests.support.pages import alert, press, text_of

pytestmark = pytest.mark.databases("sqlite")

GERMAN = {
    "Enter code": "Code eingeben",
    "Apply": "Anwenden",
    "{n} credits will remain": "{n} Guthaben bleiben",
    "My codes": "Meine Codes",
    "Paid with": "Bezahlt mit {oops}",
    "What is left on this code is not enough": "Der Rest reicht nicht",
    "This costs %(required)s credits, but only %(remaining)s are left on the code.": (
        "Das kostet %(required)s, auf dem Code sind noch %(remaining)s."
    ),
}


@pytest.fixture
def german(make_app: Callable[..., Flask], hooks: MemoryHooks, tmp_path: Path) -> Any:
    """A reader of a host whose catalog speaks German."""
    catalog = Catalog(locale="de")
    for message, text in GERMAN.items():
        catalog.add(message, text)
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    app = make_app(own=True, BABEL_TRANSLATION_DIRECTORIES=str(tmp_path))
    Babel(app, locale_selector=lambda: "de")
    return app.test_client(user=SignedIn(hooks.users.add(person()).id))


def test_the_hosts_catalog_translates_our_pages(german: Any, course: Offering, code: Code) -> None:
    """Labels, counts and dates; what has no translation stays English."""
    page = press(german, german.get("/credits/pay/networking"), "Anwenden", {"code": code.text})

    assert "80 Guthaben bleiben" in text_of(page)
    assert "Paid with" not in text_of(page), "a translation with no placeholder to fill is shown as it is"
    assert "Purchase" in text_of(page)


def test_refusals_are_translated_with_their_numbers(german: Any, dear_course: Offering, make: Any, code: Code) -> None:
    """The sentence that a service has filled in already."""
    small = make.credit_code(code.account_id, value=Decimal(30))

    page = press(german, german.get("/credits/pay/architecture"), "Anwenden", {"code": small.text})

    assert alert(page).startswith("Der Rest reicht nicht Das kostet 90, auf dem Code sind noch 30.")


def test_without_babel_the_message_is_the_text(app: Flask) -> None:
    """Placeholders are filled, one credit is singular."""
    with app.test_request_context():
        assert translate("{n} credits will remain", n=Decimal("80.00")) == "80 credits will remain"
        assert translate("{n} credits will remain", n=Decimal(1)) == "1 credit will remain"
        assert translate("Purchase {title}", title="{n} <b>") == "Purchase {n} <b>"
