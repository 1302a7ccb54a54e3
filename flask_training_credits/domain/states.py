"""States of redemptions, and the status of an order taken from them."""

from __future__ import annotations

from collections.abc import Collection

LIVE = frozenset({"pending", "completed", "fulfilling"})
"""States that keep a learner's slot for an offering."""


def order_status(states: Collection[str]) -> str:
    """One word for an order: any pending, else all of one sort, else `mixed`."""
    found = set(states)
    if "pending" in found:
        return "pending"
    if found <= {"completed", "fulfilling"}:
        return "completed"
    if found <= {"declined", "lapsed"}:
        return "declined"
    if found <= {"withdrawn", "cancelled"}:
        return "cancelled"
    return "mixed"
