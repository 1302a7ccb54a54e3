"""Hosts whose users have keys of different types."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, String, Uuid

from tests.hosts.conftest import MakeApp
from tests.hosts.lms import add_user, buy_a_course, make_lms


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (BigInteger(), 7_000_000_000),
        (String(80), "ada"),
        (Uuid(), UUID("12345678-1234-5678-1234-567812345678")),
    ],
)
def test_any_key_will_do(make_app: MakeApp, key: Any, value: Any) -> None:
    """We keep users by their id as a string and never join the host's table."""
    db = SQLAlchemy()
    lms = make_lms(db, db.Model, key)
    app = lms.init_app(make_app())
    with app.app_context():
        db.create_all()

    buy_a_course(lms, app, add_user(lms, app, value))
