"""Why an item cannot be bought: the first reason that holds, in the order that hosts rely on.

Sentences are message ids in English; `%(name)s` are filled from the details of the refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .eligibility import CodeLimits, applies, is_listed, matches_any
from .lots import Choice
from .pricing import Price
from .values import Offering, Person, Refusal

SENTENCES: Mapping[str, str] = {
    "code_not_usable": "This code does not work. Check that it is complete and written as you were given it.",
    "code_not_started": "This code can be used from %(starts_at)s.",
    "code_expired": "This code expired on %(expires_at)s.",
    "code_used_up": "This code has been used up.",
    "not_for_you": "This cannot be used by you.",
    "email_not_verified": "This code is for your e-mail address, but you have not confirmed that address yet.",
    "offering_not_found": "There is no such offering.",
    "offering_closed": "This offering is closed; nobody can enroll now.",
    "assisted_only": "This offering is booked for you by our staff. Send a request and they will answer with a price.",
    "credits_not_accepted": "This offering cannot be bought with training credits.",
    "price_unknown": "This offering has no price in training credits.",
    "not_for_this_offering": "These credits cannot be used for this offering.",
    "wrong_country": "These credits can only be used for this in the country they were sold in.",
    "already_enrolled": "You have this already.",
    "sold_out": "No seats are left.",
    "account_frozen": "The account that pays is frozen.",
    "limit_reached": "You have used this as often as you may.",
    "code_value_too_low": "This costs %(required)s credits, but only %(remaining)s are left on the code.",
    "credits_expire_too_soon": "The credits expire before this takes place.",
    "insufficient_credits": "This costs %(required)s credits, and the account does not have that many.",
}

REMEDIES: Mapping[str, str] = {
    "code_not_usable": "check_code",
    "code_not_started": "wait",
    "code_expired": "ask_for_code",
    "code_used_up": "ask_for_code",
    "not_for_you": "ask_contact",
    "email_not_verified": "verify_email",
    "offering_not_found": "choose_another",
    "offering_closed": "choose_another",
    "assisted_only": "open_case",
    "credits_not_accepted": "pay_otherwise",
    "price_unknown": "ask_support",
    "not_for_this_offering": "choose_another",
    "wrong_country": "choose_another",
    "already_enrolled": "open",
    "sold_out": "choose_another",
    "account_frozen": "ask_contact",
    "limit_reached": "ask_for_code",
    "code_value_too_low": "ask_for_code",
    "credits_expire_too_soon": "choose_another",
    "insufficient_credits": "ask_contact",
}
"""What would fix it, as the `action` of the remedy."""


@dataclass(frozen=True, slots=True)
class No:
    """A refusal with its details: numbers in hundredths, instants, ids. `message` is the host's own sentence."""

    code: str
    details: Mapping[str, Any] = field(default_factory=dict)
    message: str | None = None
    remedy: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What pays, as rules see it. `code` is None when an account pays directly. `role` is the buyer's."""

    account_id: str
    account_name: str
    contact: str | None
    is_frozen: bool
    mail_domains: Any
    benefits: Any
    applies_to: Any
    home_country_for: Any
    unit_values: Any
    cancellation: Any
    deadline: str
    zone: str
    terms: int
    role: str | None
    code_id: str | None = None
    code: CodeLimits | None = None
    is_reserved: bool = False
    revision: int = 0
    per_learner: int | None = None
    access_days: int | None = None
    access_ends_with_code: bool = False
    label: str | None = None
    tracking_id: str | None = None

    def needs_home_country(self, offering: Offering) -> bool:
        """True when only lots of the offering's country may pay for it."""
        return matches_any(offering, self.home_country_for)


@dataclass(slots=True, kw_only=True)
class Facts:
    """What is known of one item when it is judged. What is not looked at yet does not refuse."""

    buyer: Person
    learner: Person
    quantity: int
    now: datetime
    source: Source | None = None
    may_spend: bool = True
    offering: Offering | None = None
    price: Price | None = None
    enrolled: str | None = None
    """Id of the learner's live redemption of this offering."""
    is_enrolled: bool = False
    seats: int | None = None
    veto: Refusal | None = None
    learner_uses: int = 0
    choice: Choice | None = None
    """The lots that would pay; None while lots have not been looked at, and for what costs nothing."""
    has_home_lots: bool = True

    @property
    def sees(self) -> bool:
        """True when the buyer has a role that sees the account's balance and lots."""
        return self.source is not None and self.source.role in ("owner", "approver", "viewer")


def refuse(facts: Facts) -> No | None:
    """The first reason that holds, or None."""
    source, price = facts.source, facts.price
    return refuse_before_host(facts) or (_refuse_use(facts, source, price) if source and price else None)


def refuse_before_host(facts: Facts) -> No | None:
    """The first reason that comes before anything the host is asked about the learner, or None."""
    source = facts.source
    return refuse_source(facts) or (
        _refuse_offering(facts, source, facts.offering, facts.price) if source is not None else None
    )


def refuse_source(facts: Facts) -> No | None:
    """The first reason that lies in what pays, whatever is bought, or None."""
    source = facts.source
    if source is None:
        return No("code_not_usable")
    limits = source.code
    if limits is not None:
        standing = limits.standing(facts.now)
        if standing == "not_started":
            return No("code_not_started", {"starts_at": limits.starts_at})
        if standing == "expired":
            return No("code_expired", {"expires_at": limits.expires_at})
        if standing == "used_up":
            return No("code_used_up", {"remaining": limits.remaining})
    if not facts.buyer.is_active:
        return No("not_for_you", message="Your user account is not active.")
    if not facts.may_spend:
        return No("not_for_you", message="Only owners and approvers of this account can spend its credits. Ask one.")
    if not facts.learner.is_active:
        return No("not_for_you", message="The learner is not known here, or not active.")
    if limits is not None and not limits.allows_learner(facts.learner, source.mail_domains):
        return No("email_not_verified" if _would_match(facts.learner, limits, source) else "not_for_you")
    return None


def _would_match(person: Person, limits: CodeLimits, source: Source) -> bool:
    """True when the person would be let in if their address were verified."""
    if not person.email or person.email_verified:
        return False
    allowed = limits.learners if limits.learners is not None else source.mail_domains
    return is_listed(Person(person.id, person.name, person.email, email_verified=True), allowed or ())


def _refuse_offering(facts: Facts, source: Source, offering: Offering | None, price: Price | None) -> No | None:
    if offering is None:
        return No("offering_not_found")
    if not offering.open:
        return No("offering_closed")
    if offering.assisted:
        return No("assisted_only")
    if not offering.accepts_credits:
        return No("credits_not_accepted")
    if price is None:
        return No("price_unknown")
    if not applies(offering, source.applies_to) or (source.code and not source.code.allows_offering(offering)):
        return No("not_for_this_offering")
    if price.amount and source.needs_home_country(offering) and (not offering.country or not facts.has_home_lots):
        return No("wrong_country")
    return None


def _refuse_use(facts: Facts, source: Source, price: Price) -> No | None:
    if facts.is_enrolled:
        return No("already_enrolled", {"redemption_id": facts.enrolled})
    if facts.seats is not None and facts.seats < facts.quantity:
        return No("sold_out")
    if facts.veto is not None:
        return No(facts.veto.code, message=facts.veto.message, remedy=facts.veto.remedy)
    if source.is_frozen:
        return No("account_frozen")
    if source.per_learner is not None and facts.learner_uses >= source.per_learner:
        return No("limit_reached")
    remaining = source.code.remaining if source.code else None
    if remaining is not None and remaining < price.amount:
        return No("code_value_too_low", {"remaining": remaining, "required": price.amount})
    choice = facts.choice
    if choice is not None and choice.missing:
        if choice.too_soon:
            return No("credits_expire_too_soon", {"required": price.amount})
        return No("insufficient_credits", {"available": choice.eligible, "required": price.amount})
    return None
