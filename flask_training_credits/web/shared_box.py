"""The box for any code: what is not a credit code is offered to the host's own codes."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.values import OtherCode, Person
from ..proxy import current_credits
from .cart import Line


def ask_host(text: str, lines: Sequence[Line], person: Person) -> OtherCode | None:
    """What the host's own codes say to the text, for the first line they say anything to."""
    hooks = current_credits.hooks
    if hooks.other_codes is None:
        return None
    offerings = hooks.catalog.get_many([line.offering_id for line in lines])
    for line in lines:
        offering = offerings.get(line.offering_id)
        answer = hooks.other_codes.apply(text, offering, person) if offering else None
        if answer is not None:
            return answer
    return None
