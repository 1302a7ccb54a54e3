"""The hosts that are measured: one with the extension, and a bare one that only sends its statements."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

from flask import Flask, jsonify, request
from flask_sqlalchemy import SQLAlchemy

from flask_training_credits import Hooks, Item, Offering, Person, TrainingCredits, testing
from flask_training_credits.hooks import Access, Catalog, Users
from flask_training_credits.testing import offering, person

from .bare import Recording

db = SQLAlchemy()

PRICE = Decimal("0.01")
COURSE = "networking"


class Courses(Catalog):
    """A hundred courses, all alike."""

    def get_many(self, offering_ids: Collection[str]) -> Mapping[str, Offering]:
        """Every course that is asked for."""
        return {id_: offering(id=id_, price_credits=PRICE) for id_ in offering_ids}


class Learners(Users):
    """Whoever the request says."""

    def current(self) -> Person | None:
        """The person that the header names."""
        return person(id=request.headers["X-User"])

    def get_many(self, user_ids: Collection[str]) -> Mapping[str, Person]:
        """Everybody is known."""
        return {id_: person(id=id_) for id_ in user_ids}

    def find_by_email(self, email: str) -> Person | None:
        """Nobody is looked for."""


class Open(Access):
    """Lets everybody in, and writes nothing of its own."""

    def grant(self, grant: Any) -> None:
        """Nothing."""

    def revoke(self, grant: Any, reason: str) -> None:
        """Nothing."""


def _flask(url: str) -> Flask:
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY="signs nothing but benchmarks",
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 10},
        TRAINING_CREDITS_SIGNING_KEYS=["the key of the codes that pay in benchmarks"],
        TRAINING_CREDITS_CODE_ATTEMPTS="1000000000 per minute",
    )
    db.init_app(app)
    return app


def make_host(url: str) -> Flask:
    """A host with the extension on this database."""
    app = _flask(url)
    TrainingCredits(hooks=Hooks(catalog=Courses(), users=Learners(), access=Open())).init_app(app)
    return app


def fund(app: Flask) -> tuple[str, str]:
    """A new account with a million credits, owned by `owner`, and a code on it: its id and the code's text."""
    with app.app_context():
        account = testing.account(owners=["owner"])
        testing.lot(account.id, amount=1_000_000)
        return account.id, str(testing.credit_code(account.id).text)


def place(app: Flask, code: str, items: int = 1) -> None:
    """One order by somebody new, with a key, through the service."""
    buyer = person(id=uuid4().hex)
    cart = [Item(f"{COURSE}-{number}", code=code) for number in range(items)]
    with app.app_context():
        app.extensions["training_credits"].checkout.place(buyer, cart, key=uuid4().hex)


def record(app: Flask, code: str) -> Recording:
    """What one order sends, to be sent again."""
    place(app, code)  # so that nothing in the recording happens for the first time
    with app.app_context():
        engine = db.engine
    with Recording.of(engine) as recording:
        place(app, code)
    return recording


def make_bare(url: str) -> Flask:
    """A bare Flask and Flask-SQLAlchemy app, whose one route sends the statements of an order and nothing else."""
    hosted = make_host(url)
    recording = record(hosted, fund(hosted)[1])
    app = _flask(url)

    @app.post("/credits/api/v1/checkout")
    def order() -> Any:
        items = request.get_json()["items"]
        connection = db.session.connection()
        recording.send(connection)
        db.session.commit()
        return jsonify({"items": items, "id": uuid4().hex}), 201

    return app


def serve() -> Flask:
    """The app that gunicorn runs: `BENCHMARK_HOST` is `bare` or `service`, `BENCHMARK_URL` its database."""
    make = make_bare if os.environ["BENCHMARK_HOST"] == "bare" else make_host
    return make(os.environ["BENCHMARK_URL"])
