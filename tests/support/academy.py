"""A host as a preset sets it up: staff do everything else over HTTP, learners on pages and over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient

API = "/credits/api/v1"


class Academy:
    """The JSON interface in the hands of somebody who is signed in."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> Any:
        """What is there."""
        response = self.client.get(f"{API}{path}")
        assert response.status_code == 200, response.text
        return response.json

    def make(self, path: str, body: Mapping[str, Any]) -> Any:
        """Make something."""
        status, made = self.send(path, body)
        assert status == 201, made
        return made

    def send(self, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Post something, with a key of its own; status and answer."""
        response = self.client.post(f"{API}{path}", json=body, headers={"Idempotency-Key": uuid4().hex})
        return response.status_code, response.json

    def quote(self, **item: Any) -> Any:
        """The quote of one item."""
        status, quote = self.send("/checkout/quote", {"items": [item]})
        assert status == 200, quote
        return quote["items"][0]

    def buy(self, *items: Mapping[str, Any]) -> tuple[int, Any]:
        """Buy items."""
        return self.send("/checkout", {"items": list(items)})
