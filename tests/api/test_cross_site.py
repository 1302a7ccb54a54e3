"""Requests that another site makes a browser send."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.support.fake_api import API, KEPT, FakeState, problem

BODY = {"code": "TC-1"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Origin": "https://localhost"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://behind-a-proxy.example"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://LOCALHOST"},
    ],
)
def test_our_own_site_may(http: FlaskClient, state: FakeState, headers: dict[str, str]) -> None:
    """And clients that are no browsers; the scheme may be lost at a proxy."""
    state.codes.answers["keep"] = KEPT

    assert http.post(f"{API}/me/codes", json=BODY, headers=headers).status_code == 201
    assert http.delete(f"{API}/me/codes/kep_1", headers=headers).status_code == 204


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:8080"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "surprise"},
    ],
)
def test_another_site_may_not(http: FlaskClient, state: FakeState, headers: dict[str, str]) -> None:
    """With a body or without."""
    problem(http.post(f"{API}/me/codes", json=BODY, headers=headers), 403, "cross_site")
    problem(http.delete(f"{API}/me/codes/kep_1", headers=headers), 403, "cross_site")
    assert state.codes.calls == []


def test_reading_is_not_checked(http: FlaskClient, state: FakeState) -> None:
    """Another site cannot read the answer; that is the browser's part."""
    state.codes.answers["kept"] = [KEPT]

    assert http.get(f"{API}/me/codes", headers={"Origin": "https://evil.example"}).status_code == 200
