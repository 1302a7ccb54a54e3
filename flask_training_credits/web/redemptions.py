"""Redemptions: what somebody bought with credits."""

from __future__ import annotations

from flask import Blueprint, request

from ..proxy import current_credits
from .guards import signed_in
from .render import render


def register(blueprint: Blueprint) -> None:
    """Add these pages."""
    blueprint.add_url_rule("/redemptions", "redemptions", redemptions)
    blueprint.add_url_rule("/redemptions/<redemption_id>", "redemption", redemption)


def redemptions() -> str:
    """List what the reader bought, newest first."""
    page = current_credits.redemptions.list(viewer=signed_in(), limit=20, cursor=request.args.get("cursor"))
    return render("redemptions.html", page=page)


def redemption(redemption_id: str) -> str:
    """Show one of them."""
    person = signed_in()
    found = current_credits.redemptions.get(redemption_id, viewer=person)
    ends_at = found.access_expires_at
    has_ended = ends_at is not None and ends_at <= current_credits.hooks.clock()
    return render("redemption.html", redemption=found, person=person, has_ended=has_ended)
