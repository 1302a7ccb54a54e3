"""From what a host has given to the hooks our code calls."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..integrations.mail import HostMail
from .adapters import FunctionNotifier, HostAccess, HostCatalog, HostPermissions, method
from .bundle import Hooks, ResolvedHooks
from .decorators import HookFunctions
from .defaults import no_holidays, system_clock
from .protocols import Users
from .users import SQLAlchemyUsers


def resolve(
    shared: Hooks,
    functions: HookFunctions,
    own: Hooks,
    *,
    staff: Collection[str] = (),
    user_model: type[Any] | None = None,
) -> tuple[ResolvedHooks | None, list[str]]:
    """The hooks of one app, or None and everything that is missing.

    `own` are the hooks given for this app alone: each of them is used as it is. Otherwise decorated functions lie
    over the class in `shared`, method by method. `staff` is the setting that decides who is staff without a hook.
    """
    problems: list[str] = []

    def layers(field: str) -> tuple[Any, HookFunctions]:
        if (alone := getattr(own, field)) is not None:
            return alone, HookFunctions()
        return getattr(shared, field), functions

    catalog, catalog_functions = layers("catalog")
    if catalog_functions.catalog is None and method(catalog, "get_many") is None:
        problems.append("no catalog: decorate a function with @credits.catalog or pass Hooks(catalog=...)")
    access, access_functions = layers("access")
    problems.extend(
        f"no {name}: decorate a function with @credits.{name} or pass Hooks(access=...) that has it"
        for name in ("grant", "revoke")
        if getattr(access_functions, name) is None and method(access, name) is None
    )
    users = _users(own.users or shared.users, user_model, problems)
    permissions, permission_functions = layers("permissions")
    notifier, notifier_functions = layers("notifier")
    if notifier_functions.notify is not None:
        notifier = FunctionNotifier(notifier_functions.notify)
    if users is None or problems:
        return None, problems
    resolved = ResolvedHooks(
        catalog=HostCatalog(catalog, catalog_functions),
        users=users,
        access=HostAccess(access, access_functions),
        permissions=HostPermissions(permissions, permission_functions, staff),
        notifier=notifier or HostMail(),
        payments=own.payments or shared.payments,
        vouchers=own.vouchers or shared.vouchers,
        other_codes=own.other_codes or shared.other_codes,
        holidays=own.holidays or shared.holidays or no_holidays,
        clock=own.clock or shared.clock or system_clock,
    )
    return resolved, []


def _users(given: Users | None, user_model: type[Any] | None, problems: list[str]) -> Users | None:
    if given is not None:
        lacking = [name for name in ("current", "get_many", "find_by_email") if method(given, name) is None]
        if lacking:
            problems.append(f"the users hook has no {', '.join(lacking)}: see the protocol Users")
        return given
    if user_model is None:
        problems.append("no users: pass init_app(app, user_model=User) or Hooks(users=...)")
        return None
    try:
        return SQLAlchemyUsers(user_model)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with the model belongs into the list
        problems.append(f"user_model cannot be used: {error}")
        return None
