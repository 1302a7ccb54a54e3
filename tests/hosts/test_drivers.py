"""Hosts on other drivers than those the rest of the tests use."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.hosts.conftest import MakeApp
from tests.hosts.lms import add_user, buy_a_course, make_lms
from tests.support.databases import Database

OTHER = {"postgresql": "postgresql+pg8000", "mariadb": "mysql+mysqlconnector"}


@pytest.mark.databases("postgresql", "mariadb")
def test_any_driver_will_do(make_app: MakeApp, empty_database: Database) -> None:
    """Nothing of ours asks which one it is."""
    here = sa.make_url(empty_database.url)
    url = sa.URL.create(OTHER[empty_database.name], here.username, here.password, here.host, here.port, here.database)
    db = SQLAlchemy()
    lms = make_lms(db, db.Model)
    app = lms.init_app(make_app(url.render_as_string(hide_password=False)))
    with app.app_context():
        db.create_all()

    buy_a_course(lms, app, add_user(lms, app, 1))
