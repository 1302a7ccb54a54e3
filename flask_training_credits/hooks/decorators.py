"""Hooks as decorated functions: `@credits.catalog`, `@credits.grant` and their like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ..domain.values import AccessGrant, MailMessage, Offering, Person, Refusal
from ..errors import ConfigurationError

CatalogFunction = TypeVar("CatalogFunction", bound=Callable[[str], Offering | None])
SearchFunction = TypeVar("SearchFunction", bound=Callable[[str, int], Iterable[Offering]])
StaffFunction = TypeVar("StaffFunction", bound=Callable[[Person], bool])
CheckFunction = TypeVar("CheckFunction", bound=Callable[[Person, Offering, int], Refusal | None])
HasAccessFunction = TypeVar("HasAccessFunction", bound=Callable[[str, Offering], bool])
GrantFunction = TypeVar("GrantFunction", bound=Callable[[AccessGrant], Mapping[str, str] | None])
AfterGrantFunction = TypeVar("AfterGrantFunction", bound=Callable[[AccessGrant], None])
RevokeFunction = TypeVar("RevokeFunction", bound=Callable[[AccessGrant, str], None])
NotifyFunction = TypeVar("NotifyFunction", bound=Callable[[MailMessage], None])
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass
class HookFunctions:
    """The functions a host has decorated so far."""

    catalog: Callable[[str], Offering | None] | None = None
    search: Callable[[str, int], Iterable[Offering]] | None = None
    staff: Callable[[Person], bool] | None = None
    check: Callable[[Person, Offering, int], Refusal | None] | None = None
    has_access: Callable[[str, Offering], bool] | None = None
    grant: Callable[[AccessGrant], Mapping[str, str] | None] | None = None
    after_grant: Callable[[AccessGrant], None] | None = None
    revoke: Callable[[AccessGrant, str], None] | None = None
    after_revoke: Callable[[AccessGrant, str], None] | None = None
    notify: Callable[[MailMessage], None] | None = None


class HookDecorators:
    """The decorators of `TrainingCredits`.

    Each returns the function unchanged and raises `ConfigurationError` for a second function of the same kind, and
    once an app is mounted: a hook that came later would hold for some requests only.
    """

    def __init__(self) -> None:
        self._functions = HookFunctions()
        self._is_mounted = False

    def catalog(self, function: CatalogFunction) -> CatalogFunction:
        """`function(offering_id)` answers the offering, or None (or aborts with 404) if there is none."""
        return self._register("catalog", function)

    def search(self, function: SearchFunction) -> SearchFunction:
        """`function(text, limit)` answers the offerings that match, best first."""
        return self._register("search", function)

    def staff(self, function: StaffFunction) -> StaffFunction:
        """`function(person)` says who is staff, in place of the STAFF setting."""
        return self._register("staff", function)

    def check(self, function: CheckFunction) -> CheckFunction:
        """`function(person, offering, quantity)` answers a `Refusal`, or None to let them buy."""
        return self._register("check", function)

    def has_access(self, function: HasAccessFunction) -> HasAccessFunction:
        """`function(user_id, offering)` says whether the host has let the person in already."""
        return self._register("has_access", function)

    def grant(self, function: GrantFunction) -> GrantFunction:
        """`function(grant)` lets the learner in, last in our transaction; it must not commit."""
        return self._register("grant", function)

    def after_grant(self, function: AfterGrantFunction) -> AfterGrantFunction:
        """`function(grant)` runs after the commit, at least once."""
        return self._register("after_grant", function)

    def revoke(self, function: RevokeFunction) -> RevokeFunction:
        """`function(grant, reason)` takes the access back, in our transaction; it must not commit."""
        return self._register("revoke", function)

    def after_revoke(self, function: RevokeFunction) -> RevokeFunction:
        """`function(grant, reason)` runs after the commit of a revocation, at least once."""
        return self._register("after_revoke", function)

    def notify(self, function: NotifyFunction) -> NotifyFunction:
        """`function(message)` sends one mail."""
        return self._register("notify", function)

    def _register(self, name: str, function: Function) -> Function:
        if self._is_mounted:
            raise ConfigurationError([f"@{name} came after init_app: register every hook before the first init_app"])
        if getattr(self._functions, name) is not None:
            raise ConfigurationError([f"@{name} is used twice: one function of each kind can be registered"])
        setattr(self._functions, name, function)
        return function
