"""Apps that are cleaned up after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from tests.hosts.lms import dispose, plain_app
from tests.support.databases import Database

MakeApp = Callable[..., Flask]


@pytest.fixture
def make_app(empty_database: Database) -> Iterator[MakeApp]:
    """Makes apps on the test's database; their connections are closed at the end."""
    apps: list[Flask] = []

    def make(url: str | None = None, **config: Any) -> Flask:
        apps.append(plain_app(url or empty_database.url, **config))
        return apps[-1]

    yield make
    for app in apps:
        if "sqlalchemy" in app.extensions:
            dispose(app)
