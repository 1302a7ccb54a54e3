"""The description of the interface."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from flask_training_credits.api import describe
from flask_training_credits.api.describe import packed_text
from flask_training_credits.api.openapi import document, text
from flask_training_credits.api.routes import ENDPOINTS
from flask_training_credits.cli.openapi import openapi
from tests.support.fake_api import API, FakeState, make_app

DOCUMENT = document()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def test_the_packed_document_is_what_the_schemas_say() -> None:
    """If this fails: `flask credits openapi --fresh --json flask_training_credits/api/openapi.json`."""
    assert packed_text() == text()


def test_the_document_is_valid() -> None:
    """OpenAPI 3.1."""
    assert DOCUMENT["openapi"].startswith("3.1.")
    validate(DOCUMENT)


def test_every_route_is_described_and_no_other(fake_app: Flask) -> None:
    """Path, method, name and parameters."""
    described = {
        (f"{API}{path}", method.upper(), operation["operationId"])
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
    }
    served = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method, rule.endpoint.removeprefix("training_credits_api."))
        for rule in fake_app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.endpoint.startswith("training_credits_api.") and method not in {"HEAD", "OPTIONS"}
    }

    assert described == {route for route in served if route[2] not in {"unknown", "get_description"}}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_what_moves_credits_needs_a_key(endpoint: Any) -> None:
    """The description says so as the route does."""
    path = re.sub(r"<(\w+)>", r"{\1}", endpoint.path)
    operation = DOCUMENT["paths"][path][endpoint.method.lower()]
    needed = [p["name"] for p in operation["parameters"] if p["in"] == "header" and p["required"]]

    assert needed == (["Idempotency-Key"] if endpoint.moves_credits else [])


def test_requests_are_closed_and_answers_are_complete() -> None:
    """No unknown field in, every field out."""
    assert SCHEMAS["LotRequest"]["additionalProperties"] is False
    assert SCHEMAS["LotRequest"]["required"] == ["amount", "ordered_on"]
    assert "additionalProperties" not in SCHEMAS["Lot"]
    assert SCHEMAS["Lot"]["required"] == sorted(SCHEMAS["Lot"]["properties"])


def test_each_side_of_the_wire_has_its_own_form() -> None:
    """Credits may come as a number and never go as one; what may be absent may be null."""
    properties = SCHEMAS["CodeRequest"]["properties"]

    assert properties["value"]["type"] == ["string", "integer", "null"]
    assert SCHEMAS["Lot"]["properties"]["amount"]["type"] == "string"
    assert properties["count"] == {"default": 1, "maximum": 10_000, "minimum": 1, "type": ["integer", "null"]}
    assert properties["deliveries"]["items"] == {"type": "string", "enum": ["self_paced", "virtual", "in_person"]}


def test_a_change_shows_no_defaults() -> None:
    """They would say that leaving a field out sets it."""
    assert all("default" not in field for field in SCHEMAS["CreditTypeChanges"]["properties"].values())
    assert "required" not in SCHEMAS["CreditTypeChanges"]


@pytest.mark.parametrize("prefix", ["/credits", "/learn", ""])
def test_it_is_served_with_the_hosts_address(prefix: str) -> None:
    """To visitors as well, wherever the host mounted us."""
    app, state = make_app(prefix)
    state.signed_in = None

    served: Any = app.test_client().get(f"{prefix}/api/v1/openapi.json", base_url="https://lms.example/sub/").json

    assert served["servers"] == [{"url": f"/sub{prefix}/api/v1"}]
    assert {**served, "servers": None} == {**json.loads(packed_text()), "servers": None}


def test_the_command_prints_the_packed_document(tmp_path: Any) -> None:
    """To the terminal or into a file."""
    run = CliRunner().invoke(openapi)
    assert (run.exit_code, run.stdout) == (0, packed_text())

    assert CliRunner().invoke(openapi, ["--json", str(tmp_path / "out.json")]).exit_code == 0
    assert (tmp_path / "out.json").read_text("utf-8") == packed_text()


def test_the_command_can_make_it_anew() -> None:
    """That is how the packed one was made."""
    run = CliRunner().invoke(openapi, ["--fresh"])

    assert (run.exit_code, run.stdout) == (0, text())


def test_the_command_notices_a_stale_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1 is a finding."""
    assert CliRunner().invoke(openapi, ["--check"]).exit_code == 0

    monkeypatch.setattr("flask_training_credits.cli.openapi.packed_text", lambda: "{}")
    run = CliRunner().invoke(openapi, ["--check"])

    assert run.exit_code == 1
    assert "stale" in run.stderr


def test_without_the_extra_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that only prints it does not need it."""
    monkeypatch.setitem(sys.modules, "flask_training_credits.api.openapi", None)
    monkeypatch.setitem(sys.modules, "apispec", None)

    run = CliRunner().invoke(openapi, ["--check"])

    assert run.exit_code == 2
    assert "Flask-Training-Credits[openapi]" in run.stderr
    assert CliRunner().invoke(openapi).exit_code == 0


def test_a_new_document_is_read_once(http: FlaskClient, state: FakeState) -> None:
    """The file is not opened for each request."""
    describe.packed_text.cache_clear()
    http.get(f"{API}/openapi.json")
    http.get(f"{API}/openapi.json")

    assert describe.packed_text.cache_info().misses == 1
