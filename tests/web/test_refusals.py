"""What a refusal says."""

from __future__ import annotations

import pytest
from flask import Flask

from flask_training_credits import Refused
from flask_training_credits.domain.refusals import SENTENCES
from flask_training_credits.web.refusals import TITLES, explain, whom_to_ask

pytestmark = pytest.mark.databases("sqlite")


def test_every_refusal_of_ours_has_a_title() -> None:
    """Not only a general one."""
    assert set(SENTENCES) <= set(TITLES)


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("Olga, olga@example.com", 'Olga, <a href="mailto:olga@example.com">olga@example.com</a>'),
        ("<b>@x.de>", "&lt;b&gt;@x.de&gt;"),
        ("https://help.example/ask", '<a href="https://help.example/ask">https://help.example/ask</a>'),
        ("room 4", "room 4"),
        (None, '<a href="mailto:help@example.com">help@example.com</a>'),
    ],
)
def test_addresses_become_links(app: Flask, contact: str | None, shown: str) -> None:
    """Whatever somebody has written there is escaped."""
    with app.test_request_context():
        assert str(whom_to_ask(contact)) == shown


def test_the_hosts_own_code_is_explained_by_its_message(app: Flask) -> None:
    """With a general title."""
    with app.test_request_context():
        explained = explain(Refused("prerequisite_missing", "Take the basics first."))

    assert (explained.title, explained.message) == ("This is not possible right now", "Take the basics first.")
    assert explained.step is None


def test_what_one_has_already_is_linked(app: Flask) -> None:
    """The way to it is the remedy."""
    with app.test_request_context():
        explained = explain(Refused("already_enrolled", extra={"redemption_id": "red_1"}))

    assert explained.link == ("See your purchase", "/credits/redemptions/red_1")
