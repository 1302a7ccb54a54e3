"""Roles, kinds and deliveries in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from .i18n import translate

ROLES: Final[Mapping[str, str]] = {
    "owner": "You are an owner",
    "approver": "You are an approver",
    "member": "You are a member",
    "viewer": "You are a viewer",
    "staff": "You are staff",
    "": "You have no role",
}

KINDS: Final[Mapping[str, str]] = {
    "course": "courses",
    "path": "learning paths",
    "plan": "plans",
    "bootcamp": "bootcamps",
    "exam": "exams",
    "workshop": "workshops",
    "event": "events",
    "lab": "labs",
}
"""Plurals of the kinds we name ourselves; a host's own kinds are shown as they are."""

DELIVERIES: Final[Mapping[str, str]] = {
    "self_paced": "self-paced",
    "virtual": "virtual",
    "in_person": "in person",
}


def rule(matcher: Mapping[str, Sequence[str] | None]) -> str:
    """What a matcher lets through: "courses, learning paths (virtual)"."""
    kinds, deliveries = matcher.get("kinds"), matcher.get("deliveries")
    what = _listed(kinds, KINDS) if kinds else translate("everything")
    return f"{what} ({_listed(deliveries, DELIVERIES)})" if deliveries else what


def _listed(keys: Sequence[str], words: Mapping[str, str]) -> str:
    return ", ".join(translate(words.get(key, key)) for key in keys)
