"""`flask credits account`: find, show and open accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, Any

import click

from ..domain.amounts import human
from ..domain.wire import to_wire
from ..proxy import current_credits
from ..schemas.accounts import AccountRequest
from ..services.paging import MAX_LIMIT
from ..services.results import Account, Lot, Transaction
from .errors import explained, ours, read
from .groups import UsualGroup
from .output import json_option, show
from .words import day_of, table

MOST_TRANSACTIONS = 20

group = UsualGroup("account", usual="show", help="Find, show and open accounts: account [TEXT]")


@group.command("show")
@click.argument("text", required=False)
@click.option(
    "--limit", type=click.IntRange(1, MAX_LIMIT), default=50, show_default=True, help="How many accounts at most."
)
@json_option
@explained
def show_command(text: str | None, limit: int, json_file: IO[str] | None) -> None:
    """Show an account by its id with its lots and last transactions, or list accounts whose name or owner match TEXT.

    This is what `account [TEXT]` does.
    """
    if text is not None and text.startswith("acc_"):
        _show_one(text, json_file)
        return
    page = current_credits.accounts.search(viewer=None, text=text, limit=limit)
    show({"items": page.items, "has_more": page.next_cursor is not None}, _list_lines(page.items), json_file)
    if page.next_cursor is not None:
        click.echo(f"Only the newest {limit} are shown: narrow TEXT down, or raise --limit.", err=True)


def _show_one(account_id: str, json_file: IO[str] | None) -> None:
    account = current_credits.accounts.get(account_id, viewer=None)
    lots = current_credits.lots.list(account_id, viewer=None, limit=MAX_LIMIT).items
    history = list(islice(current_credits.accounts.iter_transactions(account_id, viewer=None), MOST_TRANSACTIONS))
    data = {**to_wire(account), "lots": lots, "transactions": history}
    show(data, _account_lines(account, lots, history), json_file)


@group.command("create")
@click.argument("name")
@click.option("--credit-type", required=True, metavar="KEY", help="Key of its credit type.")
@click.option("--kind", type=click.Choice(["company", "individual"]), default="company", show_default=True)
@click.option("--country", metavar="CODE", help="Where its orders ship to, two letters.")
@click.option("--owner", "owners", multiple=True, metavar="WHO", help="A user id or an address; may be repeated.")
@click.option(
    "--mail-domain", "mail_domains", multiple=True, metavar="DOMAIN", help="Who its codes are for by default."
)
@click.option("--contact", metavar="TEXT", help="Whom learners ask about it.")
@json_option
@explained
def create_command(json_file: IO[str] | None, **options: Any) -> None:
    """Open an account called NAME."""
    account = current_credits.accounts.create(**read(AccountRequest(), options), actor="cli")
    show(account, [f"{account.id}: {account.name}", f"Next: {ours(f'issue {account.id} AMOUNT')}"], json_file)


def _list_lines(accounts: Sequence[Account]) -> Iterator[str]:
    if not accounts:
        yield "No account matches."
    rows = [
        [one.id, one.name, one.credit_type, one.status, _human(one.available), ", ".join(one.owners or ())]
        for one in accounts
    ]
    yield from table(["ID", "NAME", "TYPE", "STATUS", "AVAILABLE", "OWNERS"], rows)


def _account_lines(account: Account, lots: Sequence[Lot], history: Sequence[Transaction]) -> Iterator[str]:
    yield f"{account.id}: {account.name} ({account.credit_type}, {account.status})"
    yield f"Owners: {', '.join(account.owners or ()) or 'none'}"
    yield f"Available: {_human(account.available)}, held: {_human(account.held)}"
    for upcoming in account.upcoming:
        yield f"{human(upcoming.amount)} more from {day_of(upcoming.starts_at)}"
    for expiring in account.expiring:
        yield f"{human(expiring.amount)} expire at {day_of(expiring.expires_at)}"
    if not lots:
        yield f"No credits yet: {ours(f'issue {account.id} AMOUNT')}"
        return
    yield ""
    yield from table(
        ["LOT", "AMOUNT", "AVAILABLE", "FROM", "UNTIL", "ORDER"],
        [
            [
                lot.id,
                human(lot.amount),
                human(lot.available),
                day_of(lot.starts_at),
                day_of(lot.expires_at),
                lot.order_reference or "-",
            ]
            for lot in lots
        ],
    )
    yield ""
    yield from table(
        ["VERSION", "WHEN", "KIND", "AMOUNT", "AVAILABLE", "ACTOR", "REASON"],
        [
            [
                str(one.version),
                day_of(one.recorded_at),
                one.kind,
                human(one.amount),
                human(one.available_after),
                one.actor,
                one.reason or one.redemption_id or "-",
            ]
            for one in history
        ],
    )


def _human(amount: Any) -> str:
    return "-" if amount is None else human(amount)
