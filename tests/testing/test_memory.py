"""The helpers for tests that hosts use too."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from flask import Flask
from flask_login import LoginManager, UserMixin, login_user

from flask_training_credits import Refusal
from flask_training_credits.testing import (
    START,
    Clock,
    MemoryAccess,
    MemoryCatalog,
    MemoryUsers,
    memory_hooks,
    offering,
    person,
)


def test_the_clock_stands_still_until_it_is_moved() -> None:
    """Forwards, back, and never without a zone."""
    clock = Clock()

    assert (clock(), clock()) == (START, START)
    assert clock.advance(days=1, seconds=5) == datetime(2026, 3, 16, 12, 0, 5, tzinfo=UTC)
    clock.set(START)
    assert clock() == START
    with pytest.raises(ValueError, match="aware"):
        clock.set(datetime(2026, 1, 1))  # noqa: DTZ001  # that is the point


def test_a_catalog_in_memory() -> None:
    """Offerings come, go, and are found by title."""
    catalog = MemoryCatalog(offering(id="b", title="Cooking"))
    catalog.add(offering(id="a", title="Advanced cooking"))

    assert set(catalog.get_many(["a", "b", "c"])) == {"a", "b"}
    assert [found.id for found in catalog.search("cook", 5)] == ["a", "b"]
    assert [found.id for found in catalog.search("cook", 1)] == ["a"]
    catalog.remove("a")
    assert catalog.get_many(["a"]) == {}


def test_people_in_memory() -> None:
    """Somebody is signed in by name or through Flask-Login."""
    users = MemoryUsers(person(id="bob"))
    ada = users.sign_in(person(id="ada"))

    assert users.current() == ada
    assert users.find_by_email("ADA@example.com") == ada
    users.sign_out()
    assert users.current() is None
    users.remove("ada")
    assert users.get_many(["ada", "bob"]) == {"bob": person(id="bob")}
    assert users.find_by_email("ada@example.com") is None


def test_flask_login_signs_in_people_in_memory() -> None:
    """So that a test can use Flask-Login's own client."""

    class SignedIn(UserMixin):
        id = "ada"

    app = Flask(__name__)
    app.secret_key = "secret"
    LoginManager(app).user_loader(lambda user_id: SignedIn())
    users = MemoryUsers(person(id="ada"))
    with app.test_request_context():
        assert users.current() is None
        login_user(SignedIn())
        assert users.current() == person(id="ada")


def test_access_in_memory_vetoes_and_fails_on_demand() -> None:
    """And knows whom the host has let in."""
    course = offering()
    access = MemoryAccess(vetoes={course.id: Refusal("full")}, entered={("ada", course.id)})

    assert access.check(person(), course, 1) == Refusal("full")
    assert access.has_access("ada", course)
    assert not access.has_access("bob", course)


def test_hooks_in_memory_can_be_replaced() -> None:
    """Each set has its own."""
    clock = Clock()

    assert memory_hooks(clock=clock).clock is clock
    assert memory_hooks().catalog is not memory_hooks().catalog


def test_factories_take_fields() -> None:
    """And have a default for the rest."""
    assert offering(price_credits=Decimal("12.50")).price_credits == Decimal("12.50")
    assert person(id="bob").email == "bob@example.com"
