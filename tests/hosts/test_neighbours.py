"""Hosts with other extensions around us."""

from __future__ import annotations

from flask_babel import Babel  # type: ignore[import-untyped]  # it ships no annotations
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_sqlalchemy import SQLAlchemy

from tests.hosts.conftest import MakeApp
from tests.hosts.lms import add_user, buy_a_course, make_lms


def test_babel_and_limiter(make_app: MakeApp) -> None:
    """Languages and limits of the host's apply to our routes too."""
    db = SQLAlchemy()
    lms = make_lms(db, db.Model)
    app = make_app()
    Babel(app, locale_selector=lambda: "de")
    limiter = Limiter(get_remote_address, app=app, default_limits=["2 per hour"], storage_uri="memory://")
    lms.init_app(app)
    with app.app_context():
        db.create_all()

    buy_a_course(lms, app, add_user(lms, app, 1))
    client = app.test_client()
    statuses = [client.get("/credits/api/v1/credit-types").status_code for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert limiter.enabled
