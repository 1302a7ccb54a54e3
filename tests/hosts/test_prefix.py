"""A host that is not at the root of its site: the server says where, in `SCRIPT_NAME`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from flask_training_credits.testing import assert_ledger, credit_code
from tests.hosts.conftest import MakeApp
from tests.hosts.lms import Lms, add_user, buy_a_course, make_lms
from tests.support.pages import heading, press, text_of


def set_up(make_app: MakeApp, **config: Any) -> tuple[Lms, Flask]:
    """A host with its tables."""
    db = SQLAlchemy()
    lms = make_lms(db, db.Model)
    app = lms.init_app(make_app(**config))
    with app.app_context():
        db.create_all()
    return lms, app


def mount(lms: Lms, app: Flask) -> FlaskClient:
    """The host behind another app, under `/lms`, and there the browser of somebody who has signed in.

    Nothing else is on that site: an address without the prefix leads nowhere.
    """
    app.wsgi_app = DispatcherMiddleware(NotFound(), {"/lms": app.wsgi_app})  # type: ignore[method-assign]  # as Flask says
    client = app.test_client()
    user_id = add_user(lms, app, 1)
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = user_id, True
    return client


def new_code(app: Flask) -> str:
    """The text of a code over 100 credits."""
    with app.app_context():
        return str(credit_code(value=Decimal(100)).text)


def test_from_the_pay_page_to_the_course(make_app: MakeApp) -> None:
    """Every form and link stays under the prefix."""
    lms, app = set_up(make_app)
    learner = mount(lms, app)

    quoted = press(learner, learner.get("/lms/credits/pay/networking"), "Apply", {"code": new_code(app)})
    bought = press(learner, quoted, "Purchase")

    assert bought.location.startswith("/lms/credits/orders/ord_")
    assert heading(learner.get(bought.location)) == "Thank you, it is yours"
    assert lms.enrolled(app) == [("1", "networking")]
    assert_ledger(app)


def test_from_the_checkout_to_the_course(make_app: MakeApp) -> None:
    """Apply, take it back, apply, review, confirm."""
    lms, app = set_up(make_app)
    learner, code = mount(lms, app), new_code(app)

    page = learner.get("/lms/credits/checkout?offering_id=networking&from=mail")
    applied = press(learner, page, "Apply", {"code": code})
    taken_back = press(learner, applied, "Pay with something else")
    review = press(learner, press(learner, taken_back, "Apply", {"code": code}), "Review and pay")
    assert heading(review) == "Review and pay"
    assert 'href="/lms/credits/checkout?offering_id=networking&amp;from=mail"' in review.text
    bought = press(learner, review, "Confirm purchase")

    assert "80 credits remain on your code." in text_of(learner.get(bought.location))
    assert lms.enrolled(app) == [("1", "networking")]
    assert_ledger(app)


def test_the_desk_is_for_staff_here_too(make_app: MakeApp) -> None:
    """A learner gets none of its pages, and no account is opened."""
    lms, app = set_up(make_app)
    learner = mount(lms, app)
    for path in ("/admin", "/admin/accounts", "/admin/accounts/acc_1/lots"):
        refused = learner.get(f"/lms/credits{path}")
        assert (refused.status_code, heading(refused)) == (403, "This is for other roles")


def test_staff_reach_the_desk(make_app: MakeApp) -> None:
    """Control: it is there."""
    lms, app = set_up(make_app, TRAINING_CREDITS_STAFF=["1"])

    assert heading(mount(lms, app).get("/lms/credits/admin")) == "Credits admin"


def test_the_api(make_app: MakeApp) -> None:
    """The same walk as everywhere, by a server that sets `SCRIPT_NAME` itself."""
    lms, app = set_up(make_app)

    buy_a_course(lms, app, add_user(lms, app, 1), base_url="http://localhost/lms")
