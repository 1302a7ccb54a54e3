"""The app against its own description, with requests that a machine makes up."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from flask_training_credits import Offering
from flask_training_credits.api.describe import packed_text
from flask_training_credits.testing import MemoryUsers, person
from tests.support.api import issue_code, order_form

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
"""Not among them: that everything the description excludes is refused. JSON Schema cannot say all that we check, and
says some of it more strictly (`Idempotency-Key: 0` is a key)."""


class Here:
    """The app of the running test: cases are made from the description, before there is one."""

    app: Flask

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Hand on."""
        return self.app(environ, start_response)


here = Here()
description = schemathesis.openapi.from_dict(json.loads(packed_text()))
description.app = here


@pytest.fixture
def known(app: Flask, root: FlaskClient, users: MemoryUsers, course: Offering) -> dict[str, str]:
    """The ids of an account with a code, of a course and of a credit type, on an app where staff are signed in."""
    account_id = order_form(root)["account"]["id"]
    code = issue_code(root, account_id)
    users.sign_in(person(id="root"))
    here.app = app
    return {"account_id": account_id, "code_id": code["id"], "offering_id": course.id, "key": "flex"}


@pytest.mark.databases("sqlite")
@pytest.mark.slow
@description.parametrize()
@settings(
    max_examples=5,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(case: schemathesis.Case, known: dict[str, str]) -> None:
    """Whatever is sent: no server error, no undescribed status, type or shape."""
    case.path_parameters = {name: known.get(name, value) for name, value in (case.path_parameters or {}).items()}

    case.call_and_validate(checks=CHECKS)
