"""What each hook promises. A host's class may inherit from these to take over the defaults, or only look like them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from ..domain.values import AccessGrant, MailMessage, Offering, OtherCode, Person, Refusal


class Catalog(Protocol):
    """What the host sells."""

    @abstractmethod
    def get_many(self, offering_ids: Collection[str]) -> Mapping[str, Offering]:
        """The offerings with these ids, by id; unknown ids are left out."""

    def search(self, text: str, limit: int) -> Iterable[Offering]:
        """Offerings that match what somebody typed, best first."""
        return ()


class Users(Protocol):
    """Whom the host knows."""

    @abstractmethod
    def current(self) -> Person | None:
        """Who is signed in, None for a visitor or outside a request."""

    @abstractmethod
    def get_many(self, user_ids: Collection[str]) -> Mapping[str, Person]:
        """The people with these ids, by id; those who are gone are left out and show as "former user"."""

    @abstractmethod
    def find_by_email(self, email: str) -> Person | None:
        """Whose address this is, compared without case; None if nobody's or more than one person's."""


class Access(Protocol):
    """How somebody gets into an offering, and out again.

    Hooks use only their arguments, never the signed-in user: they also run for approvals and in jobs.
    """

    joins_transaction: bool = True
    """Whether `grant` and `revoke` write through the host's session, in our transaction.

    False for systems elsewhere: both then run from the outbox, and the redemption is `fulfilling` until they did.
    """

    def check(self, person: Person, offering: Offering, quantity: int) -> Refusal | None:
        """The host's veto for this learner (a prerequisite, a waiting list), None to let them in."""
        return None

    @abstractmethod
    def grant(self, grant: AccessGrant) -> Mapping[str, str] | None:
        """Let the learner in; runs last in our transaction.

        Raise `Refused(code)` to refuse, which undoes the whole order. `commit()` and `rollback()` are stopped before
        they reach the database. A mapping of strings, at most 4 kB of JSON, is kept and comes back as `grant.receipt`.
        """

    def after_grant(self, grant: AccessGrant) -> None:
        """After the commit, at least once: send mail, clear caches, commit whatever you like."""

    @abstractmethod
    def revoke(self, grant: AccessGrant, reason: str) -> None:
        """Take the access back, in our transaction like `grant`; the learner may be gone by now."""

    def after_revoke(self, grant: AccessGrant, reason: str) -> None:
        """After the commit of a revocation, at least once."""

    def has_access(self, user_id: str, offering: Offering) -> bool:
        """Whether buying would add nothing because the host has let the person in already.

        A live redemption of ours counts whatever this says.
        """
        return False


class Permissions(Protocol):
    """Who runs the site."""

    @abstractmethod
    def is_staff(self, person: Person) -> bool:
        """Whether the person may do what staff do."""

    def may(self, person: Person, action: str) -> bool:
        """Whether staff may do one kind of thing.

        `action` is "accounts", "credits", "codes", "cases", "vouchers", "purchases", "reports" or "webhooks".
        """
        return self.is_staff(person)


class Notifier(Protocol):
    """How mail leaves the host."""

    @abstractmethod
    def send(self, message: MailMessage) -> None:
        """Hand the mail on; raise to have it tried again. `message.key` tells a repetition from a new mail."""


class Payments(Protocol):
    """How credits are paid for."""

    @abstractmethod
    def start(self, purchase: Any) -> str:
        """The address where the buyer pays for this purchase."""

    @abstractmethod
    def parse_event(self, headers: Mapping[str, str], body: bytes) -> Any:
        """The verified event the payment provider has sent; raise if it is not authentic."""


class VoucherIssuer(Protocol):
    """Where vouchers come from when they are not in a pool."""

    @abstractmethod
    def issue(self, redemption: Any) -> Sequence[Any]:
        """As many vouchers as the redemption's quantity."""


class OtherCodes(Protocol):
    """The host's own promotion and license codes, for the box that takes any code."""

    @abstractmethod
    def apply(self, text: str, offering: Offering, person: Person | None) -> OtherCode | None:
        """What the host's code does for this offering; None if the text is none of its codes."""
