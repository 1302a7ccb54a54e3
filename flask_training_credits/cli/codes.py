"""`flask credits codes`: issue, list, hand out and revoke codes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

import click

from ..api.account_codes import CODES_CSV
from ..domain.amounts import human
from ..errors import NotFound
from ..proxy import current_credits
from ..schemas.codes import CodeRequest
from ..services.issuing import MAX_COUNT
from ..services.paging import MAX_LIMIT
from ..services.results import Code, Page
from .errors import explained, read
from .groups import UsualGroup
from .output import json_option, show
from .words import day_of, key_option, table

group = UsualGroup("codes", usual="list", help="Issue, list, hand out and revoke codes: codes ACCOUNT")

account_argument = click.argument("account_id", metavar="ACCOUNT")


@group.command("list")
@account_argument
@click.option("--limit", type=click.IntRange(1, MAX_COUNT), default=50, show_default=True, help="How many at most.")
@json_option
@explained
def list_command(account_id: str, limit: int, json_file: IO[str] | None) -> None:
    """List the codes of an ACCOUNT, newest first, without their texts. This is what `codes ACCOUNT` does."""
    found = list(islice(_listed(account_id), limit + 1))
    has_more, codes = len(found) > limit, found[:limit]
    show({"items": codes, "has_more": has_more}, _lines(codes), json_file)
    if has_more:
        click.echo(f"Only the newest {limit} are shown: raise --limit.", err=True)


@group.command("issue")
@account_argument
@click.option("--count", type=int, default=1, show_default=True, help=f"How many, all alike; at most {MAX_COUNT}.")
@click.option("--value", metavar="CREDITS", help="What one is worth; without it, all that the account has.")
@click.option("--funding", type=click.Choice(["shared", "reserved"]), default="shared", show_default=True)
@click.option("--label", metavar="TEXT", help="What people see it is for.")
@click.option("--tracking-id", metavar="TEXT", help="A purchase order or the like, for reports.")
@click.option("--starts-at", metavar="TIME", help="Usable from, such as 2027-03-16T00:00:00Z.")
@click.option("--expires-at", metavar="TIME", help="Usable until, exclusive.")
@click.option("--max-redemptions", type=int, help="How often one may be used in all.")
@click.option("--per-learner", type=int, help="How often a learner may use it.")
@click.option("--offering", "offering_ids", multiple=True, metavar="ID", help="Only for this; may be repeated.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only for this kind; may be repeated.")
@click.option("--delivery", "deliveries", multiple=True, metavar="WAY", help="Only for this way; may be repeated.")
@click.option("--learner", "learners", multiple=True, metavar="WHO", help="A user id, an address or a mail domain.")
@click.option("--access-days", type=int, help="For how many days the access lasts that it buys.")
@click.option("--access-ends-with-code", is_flag=True, help="The access it buys ends when the code expires.")
@key_option
@json_option
@explained
def issue_command(account_id: str, key: str | None, json_file: IO[str] | None, **options: Any) -> None:
    """Issue codes on an ACCOUNT; prints their texts, one a line."""
    issued = current_credits.codes.issue(account_id, **read(CodeRequest(), options), actor="cli", key=key)
    show({"items": issued}, (code.text or f"{code.id}: its key is gone" for code in issued), json_file)


@group.command("csv")
@account_argument
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=False), default="-")
@explained
def csv_command(account_id: str, file: IO[str]) -> None:
    """Write all codes of an ACCOUNT with their texts to a CSV FILE, or to standard output."""
    for chunk in CODES_CSV.lines(current_credits.codes.iter(account_id, viewer=None)):
        file.write(chunk)


@group.command("revoke")
@account_argument
@click.argument("code_ids", metavar="CODE...", nargs=-1, required=True)
@json_option
@explained
def revoke_command(account_id: str, code_ids: tuple[str, ...], json_file: IO[str] | None) -> None:
    """Revoke codes of an ACCOUNT by their ids, for good; what they had reserved goes back to it."""
    current_credits.accounts.get(account_id, viewer=None)
    for code_id in code_ids:
        _require(account_id, code_id)
    revoked = [current_credits.codes.revoke(account_id, code_id, actor="cli") for code_id in code_ids]
    show({"items": revoked}, (f"{code.id} (…{code.last_four}) is revoked." for code in revoked), json_file)


def _require(account_id: str, code_id: str) -> None:
    """Raise wrong usage for a code that is not there, before any other is revoked."""
    try:
        current_credits.codes.get(account_id, code_id, viewer=None)
    except NotFound:
        raise click.BadParameter(f"{account_id} has no code {code_id}.", param_hint="CODE") from None


def _listed(account_id: str) -> Iterator[Code]:
    page: Page[Code] = current_credits.codes.list(account_id, viewer=None, limit=MAX_LIMIT)
    yield from page.items
    while page.next_cursor is not None:
        page = current_credits.codes.list(account_id, viewer=None, limit=MAX_LIMIT, cursor=page.next_cursor)
        yield from page.items


def _lines(codes: list[Code]) -> Iterator[str]:
    if not codes:
        yield "This account has no codes."
    rows = [
        [
            code.id,
            f"…{code.last_four}",
            code.label or "-",
            "-" if code.value is None else f"{human(code.used)} of {human(code.value)}",
            str(code.uses),
            day_of(code.expires_at),
            code.status,
        ]
        for code in codes
    ]
    yield from table(["ID", "ENDS IN", "LABEL", "USED", "USES", "UNTIL", "STATUS"], rows)
