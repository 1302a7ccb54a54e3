"""Offerings as they were at redemption: kept as JSON, given back as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .values import Money, Offering
from .wire import to_wire

_DEFAULTS = {field.name: field.default for field in fields(Offering)}


def snapshot(offering: Offering) -> dict[str, Any]:
    """JSON-ready fields of an offering; those at their defaults are left out."""
    given = ((name, getattr(offering, name)) for name in _DEFAULTS)
    return {name: to_wire(value) for name, value in given if value != _DEFAULTS[name]}


def restore(kept: Mapping[str, Any]) -> Offering:
    """The offering of a snapshot."""
    values = dict(kept)
    if "price_credits" in values:
        values["price_credits"] = Decimal(values["price_credits"])
    if "list_price" in values:
        values["list_price"] = Money(**values["list_price"])
    for name in ("starts_at", "ends_at", "access_until"):
        if name in values:
            values[name] = _moment(values[name])
    return Offering(**values)


def _moment(text: str) -> datetime | date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
