"""Refusals as people and machines get them: a sentence, the numbers, whom to ask, what would fix it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..config import Settings
from ..domain.amounts import from_hundredths, human, wire
from ..domain.iso import zone
from ..domain.refusals import REMEDIES, SENTENCES, Facts, No, Source
from ..domain.wire import instant
from ..errors import Refused
from .results import ItemRefusal

_GENERAL = "This is not possible right now."


def explain(facts: Facts, no: No, settings: Settings) -> ItemRefusal:
    """What is told about a refused item. What an account holds is told to those with a role on it only."""
    source = facts.source
    details = {name: value for name, value in no.details.items() if name != "available" or facts.sees}
    shown = {name: _spoken(value, source.zone if source else "UTC") for name, value in details.items()}
    sentence = no.message or SENTENCES.get(no.code, _GENERAL)
    remedy: Mapping[str, Any] = no.remedy or {"action": REMEDIES.get(no.code, "ask_support")}
    if no.code == "already_enrolled":
        remedy = {**remedy, "redemption_id": no.details.get("redemption_id")}
    return ItemRefusal(
        code=no.code,
        message=sentence % shown if no.message is None else sentence,
        remedy=remedy,
        contact=whom_to_ask(facts.source, settings),
        details={name: _wired(value) for name, value in details.items()},
    )


def whom_to_ask(source: Source | None, settings: Settings) -> str | None:
    """The account's contact, else the host's support."""
    return (source.contact if source else None) or settings.support_email or settings.support_url


def refused(one: ItemRefusal) -> Refused:
    """A refusal as the problem itself."""
    return Refused(one.code, one.message, remedy=one.remedy, contact=one.contact, extra=one.details)


def refused_order(refusals: Sequence[tuple[int, ItemRefusal]]) -> Refused:
    """The first refusal of an order as the problem, naming all."""
    _, first = refusals[0]
    return Refused(
        first.code,
        first.message,
        remedy=first.remedy,
        contact=first.contact,
        extra=first.details,
        items=[{"index": index, "code": one.code, "message": one.message} for index, one in refusals],
    )


def refused_by_hook(refused: Refused, index: int, source: Source, settings: Settings) -> Refused:
    """What a hook refused inside the unit, as the problem of the order: whom to ask, and which item it was."""
    return Refused(
        refused.code,
        refused.message,
        remedy=refused.remedy or {"action": REMEDIES.get(refused.code, "ask_support")},
        contact=refused.contact or whom_to_ask(source, settings),
        extra=refused.extra,
        items=[{"index": index, "code": refused.code, "message": refused.message}],
    )


def _spoken(value: Any, zone_name: str) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(zone(zone_name)):%Y-%m-%d %H:%M %Z}"
    return human(from_hundredths(value)) if isinstance(value, int) else str(value)


def _wired(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    return wire(from_hundredths(value)) if isinstance(value, int) else value
