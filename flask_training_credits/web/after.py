"""What the receipt says first: how much is left on the code."""

from __future__ import annotations

from collections.abc import Set

from ..domain.values import Person
from ..errors import Refused
from ..proxy import current_credits
from . import notices
from .i18n import translate


def tell_what_remains(person: Person, codes: Set[str]) -> None:
    """Say how much is left on the one code that has paid; several codes, or one without a value, say nothing."""
    if len(codes) != 1:
        return
    try:
        remaining = current_credits.codes.check(next(iter(codes)), person=person).remaining
    except Refused:  # used up by this very purchase
        return
    if remaining is not None:
        notices.leave(translate("{n} credits remain on your code.", n=remaining))
