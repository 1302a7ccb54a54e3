"""Orders: the receipt of a checkout, and the list of them."""

from __future__ import annotations

from flask import Blueprint, request

from ..proxy import current_credits
from .guards import signed_in
from .render import render


def register(blueprint: Blueprint) -> None:
    """Add these pages."""
    blueprint.add_url_rule("/orders", "orders", orders)
    blueprint.add_url_rule("/orders/<order_id>", "order", order)


def orders() -> str:
    """List the reader's orders, newest first."""
    page = current_credits.orders.list(viewer=signed_in(), limit=20, cursor=request.args.get("cursor"))
    return render("orders.html", page=page)


def order(order_id: str) -> str:
    """Show the receipt."""
    person = signed_in()
    found = current_credits.orders.get(order_id, viewer=person)
    return render("order.html", order=found, person=person)
