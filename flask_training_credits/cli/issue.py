"""`flask credits issue`: credits for an account."""

from __future__ import annotations

from typing import IO, Any

import click
from flask.cli import with_appcontext

from ..domain.amounts import human
from ..domain.iso import zone
from ..domain.validity import local_day
from ..proxy import current_credits
from ..schemas.lots import LotRequest
from ..services.results import Lot
from .errors import explained, read
from .output import json_option, show
from .words import day_of, key_option


@click.command()
@with_appcontext
@click.argument("account_id", metavar="ACCOUNT")
@click.argument("amount")
@click.option("--ordered-on", metavar="DAY", help="The order's day, YYYY-MM-DD; today if left out.")
@click.option("--starts-on", metavar="DAY", help="First usable day, if it is not the order's.")
@click.option("--expires-on", metavar="DAY", help="Last usable day; the credit type decides if left out.")
@click.option("--order-reference", metavar="TEXT", help="The order's number.")
@click.option("--source", type=click.Choice(["order", "grant"]), default="order", show_default=True)
@click.option("--country", metavar="CODE", help="Ship-to country, two letters; the account's if left out.")
@click.option("--paid", type=(int, str), metavar="MINOR CURRENCY", help="What was paid, for example: 2500000 USD.")
@click.option("--promotional", is_flag=True, help="Credits that cost nothing and are used up first.")
@key_option
@json_option
@explained
def issue(account_id: str, key: str | None, json_file: IO[str] | None, **options: Any) -> None:
    """Put AMOUNT credits on an ACCOUNT, as one lot."""
    paid = options.pop("paid")
    options["paid"] = {"minor": paid[0], "currency": paid[1]} if paid else None
    options["ordered_on"] = options["ordered_on"] or _today(account_id)
    lot = current_credits.lots.issue(account_id, **read(LotRequest(), options), actor="cli", key=key)
    show(lot, [_line(lot)], json_file)


def _today(account_id: str) -> str:
    """Today in the zone of the account's credit type."""
    account = current_credits.accounts.get(account_id, viewer=None)
    local = zone(current_credits.credit_types.get(account.credit_type).zone)
    return local_day(current_credits.hooks.clock(), local).isoformat()


def _line(lot: Lot) -> str:
    until = f"until {day_of(lot.expires_at)}" if lot.expires_at else "without an end"
    return f"{lot.id}: {human(lot.amount)} credits on {lot.account_id}, usable from {day_of(lot.starts_at)} {until}."
