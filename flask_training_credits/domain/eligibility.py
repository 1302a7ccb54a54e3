"""What may be bought with what: matchers over kinds and deliveries, and the limits of a code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .values import Offering, Person


def matches(offering: Offering, matcher: Mapping[str, Any]) -> bool:
    """True when the offering's kind and delivery are among the matcher's; a list that is absent allows all."""
    kinds, deliveries = matcher.get("kinds"), matcher.get("deliveries")
    return (kinds is None or offering.kind in kinds) and (deliveries is None or offering.delivery in deliveries)


def matches_any(offering: Offering, matchers: Sequence[Mapping[str, Any]]) -> bool:
    """True when one matcher matches."""
    return any(matches(offering, matcher) for matcher in matchers)


def applies(offering: Offering, applies_to: Sequence[Mapping[str, Any]]) -> bool:
    """True when a credit type may buy the offering; a type without matchers buys everything."""
    return not applies_to or matches_any(offering, applies_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLimits:
    """The limits of a code, as stored; None is no limit. Amounts are hundredths."""

    value: int | None
    used: int
    uses: int
    max_redemptions: int | None
    starts_at: datetime | None
    expires_at: datetime | None
    offering_ids: Sequence[str] | None
    kinds: Sequence[str] | None
    deliveries: Sequence[str] | None
    learners: Sequence[str] | None

    @property
    def remaining(self) -> int | None:
        """`value - used`; None without a value."""
        return None if self.value is None else self.value - self.used

    def standing(self, now: datetime) -> str:
        """`not_started`, `expired`, `used_up` or `active`."""
        if self.starts_at is not None and now < self.starts_at:
            return "not_started"
        if self.expires_at is not None and now >= self.expires_at:
            return "expired"
        spent = self.value is not None and self.value > 0 and self.used >= self.value
        if spent or (self.max_redemptions is not None and self.uses >= self.max_redemptions):
            return "used_up"
        return "active"

    def allows_offering(self, offering: Offering) -> bool:
        """True when the offering is within the code's offerings, kinds and deliveries."""
        listed = self.offering_ids is None or offering.id in self.offering_ids
        return listed and matches(offering, {"kinds": self.kinds, "deliveries": self.deliveries})

    def allows_learner(self, person: Person, mail_domains: Sequence[str] | None) -> bool:
        """True when the code is for this person; the account's mail domains are the default."""
        allowed = self.learners if self.learners is not None else mail_domains
        return allowed is None or is_listed(person, allowed)


def is_listed(person: Person, learners: Sequence[str]) -> bool:
    """True when a list of user ids, e-mail addresses and mail domains names the person.

    Addresses and domains match verified e-mails only, without case. A domain may be written `@example.com`.
    """
    email = person.verified_email
    domain = email.rpartition("@")[2] if email else None
    for entry in learners:
        if entry == person.id:
            return True
        lowered = entry.lower()
        if email and (lowered == email or lowered.removeprefix("@") == domain):
            return True
    return False
