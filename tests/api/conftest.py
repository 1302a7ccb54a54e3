"""An app on fake services, for what the interface does by itself."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

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
