"""Several apps in one process."""

from __future__ import annotations

from pathlib import Path

from flask_sqlalchemy import SQLAlchemy

from flask_training_credits import current_credits
from flask_training_credits.testing import account
from tests.hosts.conftest import MakeApp
from tests.hosts.lms import add_user, buy_a_course, make_lms


def test_two_apps_share_one_db_object(make_app: MakeApp, tmp_path: Path) -> None:
    """One instance serves both; our tables are adopted once; each app has its own database, settings and routes."""
    db = SQLAlchemy()
    lms = make_lms(db, db.Model)
    first = lms.init_app(make_app())
    second = lms.init_app(make_app(f"sqlite:///{tmp_path / 'second.sqlite'}", TRAINING_CREDITS_QUOTE_MINUTES=5))
    for app in (first, second):
        with app.app_context():
            db.create_all()
    with first.app_context():
        made = account()
        assert current_credits.settings.quote_minutes == 15
    with second.app_context():
        assert current_credits.settings.quote_minutes == 5
        assert [found.id for found in current_credits.accounts.search(viewer=None).items] == []

    buy_a_course(lms, first, add_user(lms, first, 1))
    buy_a_course(lms, second, add_user(lms, second, 2))
    assert made.name == "Example Company"


def test_two_db_objects_on_two_apps(make_app: MakeApp, tmp_path: Path) -> None:
    """Two hosts in one process know nothing of each other."""
    one, other = SQLAlchemy(), SQLAlchemy()
    first, second = make_lms(one, one.Model), make_lms(other, other.Model)
    first_app = first.init_app(make_app())
    second_app = second.init_app(make_app(f"sqlite:///{tmp_path / 'second.sqlite'}"))
    for db, app in ((one, first_app), (other, second_app)):
        with app.app_context():
            db.create_all()

    buy_a_course(first, first_app, add_user(first, first_app, 1))
    buy_a_course(second, second_app, add_user(second, second_app, 2))
