"""Codes a learner keeps."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from flask_training_credits.services.results import Code
from tests.support.pages import alert, press, text_of

pytestmark = pytest.mark.databases("sqlite")

PAGE = "/credits/my-codes"


def test_a_code_is_kept_shown_by_its_last_four_and_removed(ada: FlaskClient, code: Code) -> None:
    """Its text is never shown again."""
    assert "No codes yet" in text_of(ada.get(PAGE))

    kept = press(ada, ada.get(PAGE), "Keep", {"code": str(code.text).lower()}, follow_redirects=True)
    assert f"The code ending in {code.last_four} is kept." in text_of(kept)
    assert "Spring" in text_of(kept)
    assert "100 credits left" in text_of(kept)
    assert str(code.text) not in kept.text

    removed = press(ada, ada.get(PAGE), "Remove", follow_redirects=True)
    assert "No codes yet" in text_of(removed)


def test_what_is_no_code_is_not_kept(ada: FlaskClient) -> None:
    """The flat answer, and after too many of them a pause."""
    page = press(ada, ada.get(PAGE), "Keep", {"code": "TC-1234"})
    assert page.status_code == 422
    assert alert(page).startswith("This code cannot be used")

    for _ in range(9):
        press(ada, ada.get(PAGE), "Keep", {"code": "TC-1234"})
    paused = press(ada, ada.get(PAGE), "Keep", {"code": "TC-1234"})
    assert paused.status_code == 429
    assert alert(paused).startswith("Too many attempts")


def test_an_empty_field_is_pointed_out(ada: FlaskClient) -> None:
    """422, by the field."""
    page = press(ada, ada.get(PAGE), "Keep", {"code": " "})

    assert page.status_code == 422
    assert "Fill in this field." in text_of(page)
