"""What may be bought with what, and the limits of a code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flask_training_credits.domain.eligibility import CodeLimits, applies, is_listed, matches
from flask_training_credits.domain.values import Offering, Person

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
COURSE = Offering(id="networking", title="Networking", kind="course")
UNLIMITED = CodeLimits(
    value=None,
    used=0,
    uses=0,
    max_redemptions=None,
    starts_at=None,
    expires_at=None,
    offering_ids=None,
    kinds=None,
    deliveries=None,
    learners=None,
)


@pytest.mark.parametrize(
    ("matcher", "matched"),
    [
        ({}, True),
        ({"kinds": None, "deliveries": None}, True),
        ({"kinds": ["course", "exam"]}, True),
        ({"kinds": ["exam"]}, False),
        ({"kinds": []}, False),
        ({"kinds": ["course"], "deliveries": ["self_paced"]}, True),
        ({"kinds": ["course"], "deliveries": ["virtual"]}, False),
    ],
)
def test_a_matcher_matches_kind_and_delivery(matcher: dict[str, Any], matched: bool) -> None:  # noqa: FBT001
    """A list that is absent allows all, an empty one nothing."""
    assert matches(COURSE, matcher) is matched


def test_a_type_without_matchers_buys_everything() -> None:
    """And one with matchers buys what any of them matches."""
    assert applies(COURSE, [])
    assert applies(COURSE, [{"kinds": ["exam"]}, {"kinds": ["course"]}])
    assert not applies(COURSE, [{"kinds": ["exam"]}])


@pytest.mark.parametrize(
    ("limits", "standing"),
    [
        ({}, "active"),
        ({"starts_at": NOW}, "active"),
        ({"starts_at": NOW + INSTANT}, "not_started"),
        ({"expires_at": NOW + INSTANT}, "active"),
        ({"expires_at": NOW}, "expired"),
        ({"value": 100, "used": 99}, "active"),
        ({"value": 100, "used": 100}, "used_up"),
        ({"value": 0}, "active"),
        ({"max_redemptions": 2, "uses": 1}, "active"),
        ({"max_redemptions": 2, "uses": 2}, "used_up"),
        ({"expires_at": NOW, "value": 100, "used": 100}, "expired"),
    ],
)
def test_the_standing_of_a_code(limits: dict[str, Any], standing: str) -> None:
    """Usable in `[starts_at, expires_at)` while value and uses last; a code of value zero buys what is free."""
    assert replace(UNLIMITED, **limits).standing(NOW) == standing


def test_what_remains_of_a_code() -> None:
    """Its value less what is used; None, not zero, without a value."""
    assert replace(UNLIMITED, value=10000, used=2000).remaining == 8000
    assert UNLIMITED.remaining is None


@pytest.mark.parametrize(
    ("limits", "allowed"),
    [
        ({}, True),
        ({"offering_ids": ["networking"]}, True),
        ({"offering_ids": ["Networking"]}, False),
        ({"offering_ids": []}, False),
        ({"offering_ids": ["networking"], "kinds": ["exam"]}, False),
        ({"deliveries": ["virtual"]}, False),
    ],
)
def test_the_offerings_a_code_is_for(limits: dict[str, Any], allowed: bool) -> None:  # noqa: FBT001
    """All of its limits hold at once; ids are compared exactly."""
    assert replace(UNLIMITED, **limits).allows_offering(COURSE) is allowed


@pytest.mark.parametrize(
    ("learners", "listed"),
    [
        (["ada"], True),
        (["Ada"], False),
        (["ada@example.com"], True),
        (["ADA@Example.COM"], True),
        (["example.com"], True),
        (["@EXAMPLE.com"], True),
        (["ample.com"], False),
        (["mail.example.com"], False),
        ([], False),
    ],
)
def test_learners_by_id_address_and_domain(learners: list[str], listed: bool) -> None:  # noqa: FBT001
    """User ids exactly, addresses and whole domains without case."""
    assert is_listed(Person("ada", "Ada", "Ada@Example.com", email_verified=True), learners) is listed


@pytest.mark.parametrize("learners", [["ada@example.com"], ["example.com"]])
def test_an_address_that_is_not_verified_matches_nothing(learners: list[str]) -> None:
    """Anybody could have typed it; nor does having none."""
    assert not is_listed(Person("ada", "Ada", "ada@example.com"), learners)
    assert not is_listed(Person("ada", "Ada", None, email_verified=True), learners)


def test_the_accounts_mail_domains_are_a_codes_default() -> None:
    """A code's own list wins over them, an empty one too."""
    ada = Person("ada", "Ada", "ada@example.com", email_verified=True)
    assert UNLIMITED.allows_learner(ada, None)
    assert UNLIMITED.allows_learner(ada, ["example.com"])
    assert not UNLIMITED.allows_learner(ada, ["example.org"])
    assert replace(UNLIMITED, learners=["ada"]).allows_learner(ada, ["example.org"])
    assert not replace(UNLIMITED, learners=[]).allows_learner(ada, ["example.com"])
