"""Reading bodies."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.fake_api import API, KEPT, FakeState, problem

URL = f"{API}/me/codes"


@pytest.fixture
def keeps(state: FakeState) -> FakeState:
    """State whose code service would take a code."""
    state.codes.answers["keep"] = KEPT
    return state


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "application/a+json"])
def test_json_is_read(http: FlaskClient, keeps: FakeState, content_type: str) -> None:
    """By any of its names."""
    response = http.post(URL, data='{"code": "TC-é"}'.encode(), content_type=content_type)

    assert response.status_code == 201
    assert keeps.codes.calls[0][1] == ("TC-é",)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_anything_but_json_is_refused(http: FlaskClient, keeps: FakeState, content_type: str) -> None:
    """A form of another site can send nothing else."""
    problem(http.post(URL, data='{"code": "TC-1"}', content_type=content_type), 415, "not_json")
    assert keeps.codes.calls == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"code"',
        b"null",
        b'{"code": "TC-1"} trailing',
        b'{"code": "TC-1", "code": "TC-2"}',
        b'{"code": NaN}',
        b'{"code": -Infinity}',
        b'{"code": "\xff"}',
        b'\xef\xbb\xbf{"code": "TC-1"}',
        b'{"code": "\\ud800"}',
        b'{"code": "a\x00"}',
        b'{"code": ' + b"[" * 100_000,
        b'{"code": ' + b"9" * 5000 + b"}",
        "{'code': 'TC-1'}".encode("utf-16"),
    ],
)
def test_what_is_not_one_json_object_is_invalid(http: FlaskClient, keeps: FakeState, body: bytes) -> None:
    """Cut off, doubled, not numbers, not text, too deep or too long: each is a problem, none an exception."""
    document = problem(http.post(URL, data=body, content_type="application/json"), 422, "invalid")

    assert document["errors"]
    assert keeps.codes.calls == []


def test_two_megabytes_are_too_large(http: FlaskClient, keeps: FakeState) -> None:
    """Whether they are announced or just sent."""
    body = b'{"code": "' + b"x" * 2_000_000 + b'"}'

    problem(http.post(URL, data=body, content_type="application/json"), 413, "too_large")
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    problem(http.post(URL, data=body, content_type="application/json", environ_overrides=chunked), 413, "too_large")
    assert keeps.codes.calls == []


def test_the_host_may_take_less(http: FlaskClient, fake_app: Flask, keeps: FakeState) -> None:
    """Its own limit stays."""
    fake_app.config["MAX_CONTENT_LENGTH"] = 100

    body = b'{"code": "' + b"x" * 200 + b'"}'
    problem(http.post(URL, data=body, content_type="application/json"), 413, "too_large")


def test_a_request_without_fields_needs_no_body(http: FlaskClient, state: FakeState) -> None:
    """But it takes none with fields, either."""
    assert http.delete(f"{URL}/kep_1").status_code == 204
    assert http.delete(f"{URL}/kep_1", json={}).status_code == 204
    problem(http.delete(f"{URL}/kep_1", json={"force": True}), 422, "invalid")
    problem(http.delete(f"{URL}/kep_1", data="x"), 415, "not_json")
    assert len(state.codes.calls) == 2
