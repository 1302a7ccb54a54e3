"""A refusal as a page tells it: what happened, why, whom to ask, what to do next."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from flask import url_for
from markupsafe import Markup

from ..errors import CreditsError, Refused
from ..proxy import current_credits
from ..services.results import ItemRefusal
from .i18n import translate
from .sentences import translated

TITLES: Final[Mapping[str, str]] = {
    "code_not_usable": "This code cannot be used",
    "code_not_started": "This code is not valid yet",
    "code_expired": "This code has expired",
    "code_used_up": "This code is used up",
    "code_value_too_low": "What is left on this code is not enough",
    "not_for_you": "This is not yours to use",
    "not_for_this_offering": "These credits do not pay for this",
    "wrong_country": "These credits are for another country",
    "country_not_served": "This is not sold in your country",
    "already_enrolled": "You already have this",
    "sold_out": "There are no seats left",
    "account_frozen": "This account is frozen",
    "limit_reached": "The limit is reached",
    "insufficient_credits": "There are not enough credits",
    "credits_expire_too_soon": "The credits expire too soon",
    "credits_not_accepted": "This cannot be paid with credits",
    "offering_not_found": "This is not on offer",
    "offering_closed": "This is not open for enrollment",
    "assisted_only": "This is arranged by our staff",
    "price_unknown": "There is no price in credits yet",
    "price_changed": "The price has changed",
    "quote_expired": "The price was held for a while, and that while is over",
    "email_not_verified": "Your e-mail address is not verified",
    "too_many_attempts": "Too many attempts",
    "retry_later": "The system is busy",
    "in_flight": "This is being carried out right now",
    "hook_failed": "Something failed on our side",
    "not_allowed_for_type": "This credit type does not allow that",
}

STEPS: Final[Mapping[str, str]] = {
    "code_not_usable": "Check the code for typing mistakes, or enter another one.",
    "code_not_started": "Come back when it is valid, or enter another code.",
    "code_expired": "Ask for a new code, then enter it here.",
    "code_used_up": "Ask for another code, then enter it here.",
    "code_value_too_low": "Ask for another code or for more credits, or choose something that costs less.",
    "not_for_you": "Sign in with the account the code was given to, or enter another code.",
    "not_for_this_offering": "Enter another code, or choose something these credits pay for.",
    "insufficient_credits": "Ask for more credits, or choose something that costs less.",
    "credits_expire_too_soon": "Choose an earlier date, or ask for credits that last longer.",
    "price_changed": "Look at the new price, then decide.",
    "quote_expired": "Look at the price again, then decide.",
    "too_many_attempts": "Wait some minutes, then try again.",
    "retry_later": "Try again in a moment. Nothing was charged.",
    "email_not_verified": "Verify your e-mail address, then try again.",
    "limit_reached": "Enter another code, or ask for the limit to be raised.",
}

NUMBERS: Final[Mapping[str, str]] = {"required": "Needed", "remaining": "Left on the code", "available": "Available"}

_ADDRESS = re.compile(r"https?://[^\s,;<>()]+|[^\s@,;<>()]+@[^\s@,;<>()]+\.[^\s@,;<>().]+")


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What a page says about a refusal."""

    code: str
    title: str
    message: str
    numbers: Sequence[tuple[str, Decimal]]
    ask: Markup | None
    step: str | None
    link: tuple[str, str] | None


def explain(refusal: ItemRefusal | CreditsError) -> Explanation:
    """Return the explanation of a quoted item's refusal, or of a use case's."""
    extra: Mapping[str, Any] = refusal.details if isinstance(refusal, ItemRefusal) else refusal.extra
    contact = refusal.contact if isinstance(refusal, ItemRefusal | Refused) else None
    step = STEPS.get(refusal.code)
    return Explanation(
        code=refusal.code,
        title=translate(TITLES.get(refusal.code, "This is not possible right now")),
        message=translated(refusal.code, refusal.message),
        numbers=_numbers(extra),
        ask=whom_to_ask(contact),
        step=translate(step) if step else None,
        link=_link(refusal.code, extra),
    )


def whom_to_ask(contact: str | None) -> Markup | None:
    """The contact with its mail and web addresses as links; without one the host's support."""
    settings = current_credits.settings
    text = contact or settings.support_email or settings.support_url
    return _with_links(text) if text else None


def _with_links(text: str) -> Markup:
    parts, end = Markup(), 0
    for match in _ADDRESS.finditer(text):
        target = f"mailto:{match[0]}" if "@" in match[0] and not match[0].startswith("http") else match[0]
        parts += Markup('{}<a href="{}">{}</a>').format(text[end : match.start()], target, match[0])
        end = match.end()
    return parts + text[end:]


def _numbers(extra: Mapping[str, Any]) -> list[tuple[str, Decimal]]:
    return [(translate(NUMBERS[name]), Decimal(extra[name])) for name in NUMBERS if extra.get(name) is not None]


def _link(code: str, extra: Mapping[str, Any]) -> tuple[str, str] | None:
    redemption = extra.get("redemption_id")
    if code == "already_enrolled" and redemption:
        return translate("See your purchase"), url_for("training_credits.redemption", redemption_id=redemption)
    return None
