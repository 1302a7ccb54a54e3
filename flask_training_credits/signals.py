"""Blinker signals, sent after commit. One per event, named like it with a dash: `order-completed`.

A receiver is called as `receiver(app, type=…, timestamp=…, data=…)`; `data` is the resource as the API shows it.
"""

from __future__ import annotations

from typing import Final

from blinker import NamedSignal, Namespace

EVENTS: Final = (
    "transaction.posted",
    "order.completed",
    "redemption.completed",
    "redemption.cancelled",
    "lot.issued",
    "lot.expired",
    "access.ended",
)
"""The events there are so far."""

_namespace = Namespace()


def signal(event: str) -> NamedSignal:
    """The signal of an event, by its name with a dot or a dash. Raises `LookupError` for an unknown name."""
    name = event.replace("-", ".")
    if name not in EVENTS:
        raise LookupError(f"there is no event {event!r}; known are {', '.join(EVENTS)}")
    return _namespace.signal(name.replace(".", "-"))
