"""Two kinds of app: on fake services, for what the interface does by itself, and on the real ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_training_credits import Offering, Person
from flask_training_credits.testing import MemoryCatalog, offering, person
from tests.support.fake_api import FakeState, make_app


@pytest.fixture
def fake() -> tuple[Flask, FakeState]:
    """App and state."""
    return make_app()


@pytest.fixture
def fake_app(fake: tuple[Flask, FakeState]) -> Flask:
    """The app."""
    return fake[0]


@pytest.fixture
def state(fake: tuple[Flask, FakeState]) -> FakeState:
    """What its services note."""
    return fake[1]


@pytest.fixture
def http(fake_app: Flask) -> FlaskClient:
    """A client of it."""
    return fake_app.test_client()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """A real host, whose staff is Root."""
    return make_app(TRAINING_CREDITS_STAFF=["root"], TRAINING_CREDITS_SUPPORT_EMAIL="help@example.com")


@pytest.fixture
def root(login: Callable[[Person], FlaskClient]) -> FlaskClient:
    """Staff."""
    return login(person(id="root"))


@pytest.fixture
def olga(login: Callable[[Person], FlaskClient]) -> FlaskClient:
    """An owner, once an account says so."""
    return login(person(id="olga"))


@pytest.fixture
def ada(login: Callable[[Person], FlaskClient]) -> FlaskClient:
    """A learner."""
    return login(person(id="ada"))


@pytest.fixture
def course(catalog: MemoryCatalog) -> Offering:
    """A course for 20 credits."""
    return catalog.add(offering())
