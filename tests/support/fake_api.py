"""An app with the real blueprint on services that only note how they were called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from flask import Flask

from flask_training_credits.api import create_api_blueprint
from flask_training_credits.domain.values import Person
from flask_training_credits.services.idempotency import Claim, Replayed
from flask_training_credits.services.results import KeptCode, Order

AMY = Person("17", "Amy", "amy@example.com", email_verified=True)
API = "/credits/api/v1"

ORDER = Order(id="ord_1", status="completed", total=Decimal(20), created_at=datetime(2027, 3, 15, tzinfo=UTC), items=[])
KEPT = KeptCode(id="kep_1", last_four="WXYZ", label=None, remaining=Decimal(80), expires_at=None)


class Recorder:
    """A service: each method answers what `answers` has for it, or raises it, and notes its call."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def method(*args: Any, **kwargs: Any) -> Any:
            self.calls.append((name, args, kwargs))
            answer = self.answers.get(name)
            if isinstance(answer, BaseException):
                raise answer
            return answer

        return method


class Answered:
    """Keeps answers as the real keys do, in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, int, str]] = {}

    def remember(self, claim: Claim, status: int, body: str) -> None:
        """Keep an answer; a twin's stands."""
        self.look_up(claim)
        self.kept[claim.scope] = (claim.fingerprint, status, body)

    def look_up(self, claim: Claim) -> None:
        """Raise `Replayed` for what was answered."""
        if claim.scope in self.kept:
            raise Replayed(*self.kept[claim.scope][1:])


class FakeState:
    """What stands in `app.extensions`."""

    def __init__(self) -> None:
        self.signed_in: Person | None = AMY
        self.staff: set[str] = set()
        self.settings = SimpleNamespace(is_enabled=lambda person: True)
        self.hooks = SimpleNamespace(
            permissions=SimpleNamespace(
                is_staff=lambda person: person.id in self.staff,
                may=lambda person, action: person.id in self.staff,
            )
        )
        self.idempotency = Answered()
        self.accounts = Recorder()
        self.checkout = Recorder()
        self.codes = Recorder()
        self.credit_types = Recorder()
        self.lots = Recorder()
        self.orders = Recorder()
        self.redemptions = Recorder()

    def person(self) -> Person | None:
        """Who is signed in."""
        return self.signed_in


def make_app(url_prefix: str = "/credits") -> tuple[Flask, FakeState]:
    """An app and the state to set up and to ask."""
    app = Flask("host")
    state = FakeState()
    app.extensions["training_credits"] = state
    settings: Any = SimpleNamespace(url_prefix=url_prefix)
    app.register_blueprint(create_api_blueprint(settings))
    return app, state


def keyed(key: str | None = None) -> dict[str, str]:
    """Headers with an idempotency key, a new one unless one is given."""
    return {"Idempotency-Key": key or uuid4().hex}


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The document of an error, which says what the status line says."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    document: dict[str, Any] = response.json
    assert document["status"] == status
    assert document["code"] == code
    assert document["type"] == f"urn:training-credits:problem:{code}"
    assert document["title"]
    assert document["detail"]
    return document
