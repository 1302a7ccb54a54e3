"""Accounts: which ones the reader has a role on, and one of them with balance, lots and history."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from ..proxy import current_credits
from .balance import draw
from .guards import signed_in
from .history import names_of, rows_of
from .render import render
from .times import zone_of

PER_PAGE = 20


def register(blueprint: Blueprint) -> None:
    """Add these pages."""
    blueprint.add_url_rule("/accounts", "accounts", accounts)
    blueprint.add_url_rule("/accounts/<account_id>", "account", account)


def accounts() -> str:
    """List the reader's accounts with their balances."""
    page = current_credits.accounts.list(viewer=signed_in(), limit=PER_PAGE, cursor=request.args.get("cursor"))
    return render("accounts.html", page=page)


def account(account_id: str) -> str:
    """Show the balance, drawn and listed, the lots behind it and the history."""
    person = signed_in()
    found = current_credits.accounts.get(account_id, viewer=person)
    credit_type = current_credits.credit_types.get(found.credit_type)
    settings = current_credits.settings
    shown: dict[str, Any] = {"account": found, "credit_type": credit_type}
    if found.available is None:  # a member: may ask to pay, but not see what is there
        return render("account.html", **shown, balance=None)
    lots = current_credits.lots.list(account_id, viewer=person, limit=50)
    soon_days = max(settings.expiry_notice_days, default=90)
    cursor = request.args.get("cursor")
    history = current_credits.accounts.transactions(account_id, viewer=person, limit=PER_PAGE, cursor=cursor)
    bought = {row.redemption_id for row in history.items if row.redemption_id}
    titles = current_credits.redemptions.titles(account_id, bought, viewer=person)
    return render(
        "account.html",
        **shown,
        balance=draw(found, lots.items, current_credits.hooks.clock(), soon_days),
        zone=zone_of(credit_type.zone),
        is_owner=found.role == "owner",
        lots=lots,
        history=history,
        rows=rows_of(history.items, titles),
        names=names_of(row.actor for row in history.items),
        is_older=cursor is not None,
    )
