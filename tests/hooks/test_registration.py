"""Hooks by decorator, by class, by both; what is missing is said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import pytest
from werkzeug.exceptions import NotFound

from flask_training_credits import AccessGrant, ConfigurationError, Hooks, Offering, Refusal
from flask_training_credits.hooks import Access, HookDecorators, ResolvedHooks, resolve
from flask_training_credits.testing import (
    MemoryAccess,
    MemoryCatalog,
    MemoryUsers,
    RecordingNotifier,
    memory_hooks,
    offering,
    person,
)

NETWORKING = offering(id="networking")


def resolved(
    shared: Hooks, decorators: HookDecorators | None = None, own: Hooks | None = None, **options: Any
) -> ResolvedHooks:
    """The hooks of an app, which must be complete."""
    functions = (decorators or HookDecorators())._functions
    hooks, problems = resolve(shared, functions, own or Hooks(), **options)
    assert problems == []
    assert hooks is not None
    return hooks


def three_functions() -> HookDecorators:
    """The only functions that a host has to write."""
    mount = HookDecorators()

    @mount.catalog
    def find(offering_id: str) -> Offering | None:
        return {"networking": NETWORKING}.get(offering_id)

    @mount.grant
    def enroll(grant: AccessGrant) -> None: ...

    @mount.revoke
    def unenroll(grant: AccessGrant, reason: str) -> None: ...

    return mount


def test_three_functions_and_the_users_are_enough() -> None:
    """Everything else has a default that does no harm."""
    hooks = resolved(Hooks(users=MemoryUsers()), three_functions())
    ada = person(id="ada")

    assert hooks.catalog.get_many(["networking", "gone"]) == {"networking": NETWORKING}
    assert list(hooks.catalog.search("net", 5)) == []
    assert hooks.access.joins_transaction
    assert hooks.access.check(ada, NETWORKING, 1) is None
    assert not hooks.access.has_access("ada", NETWORKING)
    assert not hooks.permissions.is_staff(ada)
    assert not hooks.permissions.may(ada, "credits")
    assert hooks.holidays("DE", 2026) == frozenset()
    assert hooks.clock().utcoffset() is not None
    assert (hooks.payments, hooks.vouchers, hooks.other_codes) == (None, None, None)


def test_what_is_missing_is_said_with_the_remedy() -> None:
    """All of it at once."""
    hooks, problems = resolve(Hooks(), HookDecorators()._functions, Hooks())

    assert hooks is None
    assert problems == [
        "no catalog: decorate a function with @credits.catalog or pass Hooks(catalog=...)",
        "no grant: decorate a function with @credits.grant or pass Hooks(access=...) that has it",
        "no revoke: decorate a function with @credits.revoke or pass Hooks(access=...) that has it",
        "no users: pass init_app(app, user_model=User) or Hooks(users=...)",
    ]


def test_a_decorator_returns_the_function() -> None:
    """The host can go on calling it."""
    mount = HookDecorators()

    def is_staff(somebody: object) -> bool:
        return True

    assert mount.staff(is_staff) is is_staff


def test_a_second_function_of_a_kind_is_refused() -> None:
    """Which of two would run is not a question to leave open."""
    mount = three_functions()

    with pytest.raises(ConfigurationError, match="@catalog is used twice"):
        mount.catalog(lambda offering_id: None)


def test_a_hook_after_mounting_is_refused() -> None:
    """It would hold for some requests only."""
    mount = three_functions()
    mount._is_mounted = True

    with pytest.raises(ConfigurationError, match="@search came after init_app"):
        mount.search(lambda text, limit: [])


def test_functions_lie_over_a_class() -> None:
    """A function replaces one method, the class keeps the rest."""
    access = MemoryAccess(vetoes={"networking": Refusal("waiting_list")}, joins_transaction=False)
    mount = HookDecorators()
    entered: list[str] = []

    @mount.has_access
    def has_access(user_id: str, offering: Offering) -> bool:
        entered.append(user_id)
        return True

    @mount.search
    def search(text: str, limit: int) -> list[Offering]:
        return [NETWORKING] * 10

    hooks = resolved(memory_hooks(access=access, catalog=MemoryCatalog(NETWORKING)), mount)

    assert hooks.access.has_access("ada", NETWORKING)
    assert entered == ["ada"]
    assert hooks.access.check(person(), NETWORKING, 1) == Refusal("waiting_list")
    assert not hooks.access.joins_transaction
    assert list(hooks.catalog.search("anything", 3)) == [NETWORKING] * 3
    assert hooks.catalog.get_many(["networking"]) == {"networking": NETWORKING}


def test_hooks_of_one_app_win_alone() -> None:
    """What is given for an app replaces functions too, so that a test can take over a whole hook."""
    elsewhere = offering(id="elsewhere")

    hooks = resolved(Hooks(users=MemoryUsers()), three_functions(), Hooks(catalog=MemoryCatalog(elsewhere)))

    assert hooks.catalog.get_many(["networking", "elsewhere"]) == {"elsewhere": elsewhere}


def test_a_catalog_function_may_abort_with_404() -> None:
    """`get_or_404` is how many hosts look things up; anything else it raises goes on."""
    mount = HookDecorators()

    @mount.catalog
    def find(offering_id: str) -> Offering:
        raise {"gone": NotFound, "broken": KeyError}[offering_id]

    hooks = resolved(memory_hooks(catalog=None), mount)

    assert hooks.catalog.get_many(["gone"]) == {}
    with pytest.raises(KeyError):
        hooks.catalog.get_many(["broken"])


class Enrolment(Access):
    """A host's class that leaves the defaults alone."""

    def grant(self, grant: AccessGrant) -> Mapping[str, str] | None:
        """Enrol."""
        return None

    def revoke(self, grant: AccessGrant, reason: str) -> None:
        """Leave."""


class DuckEnrolment:
    """A host's class that only looks like the protocol."""

    grant = Enrolment.grant
    revoke = Enrolment.revoke


@pytest.mark.parametrize("access", [Enrolment(), DuckEnrolment()])
def test_a_class_may_leave_the_defaults_out(access: Any) -> None:
    """Only `grant` and `revoke` are asked of it."""
    hooks = resolved(memory_hooks(access=access))

    assert hooks.access.check(person(), NETWORKING, 1) is None
    assert not hooks.access.has_access("ada", NETWORKING)
    assert hooks.access.joins_transaction


def test_a_users_hook_that_lacks_methods_is_named() -> None:
    """Better at the start than at the first checkout."""

    class Half:
        def current(self) -> None: ...

        def get_many(self, user_ids: Collection[str]) -> dict[str, Any]:
            return {}

    broken: Any = Half()
    _, problems = resolve(memory_hooks(users=broken), HookDecorators()._functions, Hooks())

    assert problems == ["the users hook has no find_by_email: see the protocol Users"]


@pytest.mark.parametrize(
    ("somebody", "staff"),
    [
        (person(id="root", email=None), True),
        (person(id="ada", email="Ops@LMS.example"), True),
        (person(id="ada", email="ops@lms.example", email_verified=False), False),
        (person(id="ROOT"), False),
        (person(id="root", is_active=False), False),
        (person(id="ada"), False),
    ],
)
def test_staff_by_setting_are_ids_and_verified_addresses(somebody: Any, *, staff: bool) -> None:
    """Ids are compared exactly, addresses without case, and only somebody active is staff."""
    permissions = resolved(memory_hooks(), staff=["root", "OPS@lms.example"]).permissions

    assert permissions.is_staff(somebody) is staff
    assert permissions.may(somebody, "reports") is staff


def test_a_staff_function_replaces_the_setting() -> None:
    """The host's word is the last."""
    mount = HookDecorators()
    mount.staff(lambda somebody: somebody.id == "ada")

    permissions = resolved(memory_hooks(), mount, staff=["root"]).permissions

    assert permissions.is_staff(person(id="ada"))
    assert not permissions.is_staff(person(id="root"))


def test_notify_takes_the_place_of_the_notifier() -> None:
    """Mail goes through the function."""
    mount = HookDecorators()
    sent: list[Any] = []
    mount.notify(sent.append)
    notifier = RecordingNotifier()
    message: Any = object()

    resolved(memory_hooks(notifier=notifier), mount).notifier.send(message)

    assert sent == [message]
    assert notifier.sent == []


def test_a_receipt_is_strings_and_small() -> None:
    """What `grant` answers is kept, so it has to fit."""
    access = MemoryAccess()
    hooks = resolved(memory_hooks(access=access))
    grant: Any = object()

    assert hooks.access.grant(grant) == {}
    access.receipt = {"seat": "12"}
    assert hooks.access.grant(grant) == {"seat": "12"}
    access.receipt = {"seat": 12}  # type: ignore[dict-item]
    with pytest.raises(TypeError, match="strings"):
        hooks.access.grant(grant)
    access.receipt = {"seat": "x" * 4096}
    with pytest.raises(ValueError, match="4096 bytes"):
        hooks.access.grant(grant)


def test_holidays_are_the_hosts() -> None:
    """A plain function is a hook too."""
    new_year = date(2026, 1, 1)

    hooks = resolved(memory_hooks(holidays=lambda country, year: {new_year}))

    assert hooks.holidays("DE", 2026) == {new_year}


def test_nobody_waits_for_a_commit_unless_the_host_says_so() -> None:
    """A class that leaves the hooks after a commit to the protocol is not handed anything after it."""

    class Enrolling(Access):
        def grant(self, grant: AccessGrant) -> None: ...

        def revoke(self, grant: AccessGrant, reason: str) -> None: ...

    class Mailing(Enrolling):
        def after_grant(self, grant: AccessGrant) -> None: ...

    catalog, users = MemoryCatalog(NETWORKING), MemoryUsers()
    quiet = resolved(Hooks(catalog=catalog, users=users, access=Enrolling())).access
    mailing = resolved(Hooks(catalog=catalog, users=users, access=Mailing())).access

    assert (quiet.wants_after_grant, quiet.wants_after_revoke) == (False, False)
    assert (mailing.wants_after_grant, mailing.wants_after_revoke) == (True, False)
