"""Accounts: what their people see, and what staff do with them."""

from __future__ import annotations

from collections.abc import Iterator

from ..proxy import current_credits
from ..schemas.accounts import Account, AccountChanges, AccountRequest, AccountSearch, Reason
from ..schemas.common import PageQuery
from ..schemas.transactions import Transaction
from ..services import results
from .answers import Document, Listing, Table
from .endpoints import Call, Routes

routes = Routes("Accounts")

TRANSACTIONS_CSV = Table(
    "transactions.csv",
    (
        "id",
        "version",
        "kind",
        "amount",
        "available_after",
        "held_after",
        "effective_at",
        "recorded_at",
        "actor",
        "reason",
        "redemption_id",
        "hash",
    ),
    words=frozenset({"actor", "reason"}),
)


@routes.get("/accounts", query=PageQuery(), answer=Listing(Account()))
def list_accounts(call: Call) -> results.Page[results.Account]:
    """The accounts on which the caller has a role."""
    return current_credits.accounts.list(viewer=call.person, **call.query)


@routes.get("/accounts/<account_id>", answer=Document(Account()))
def get_account(call: Call, account_id: str) -> results.Account:
    """One account, as far as the caller's role shows it."""
    return current_credits.accounts.get(account_id, viewer=call.person)


@routes.get("/accounts/<account_id>/transactions", query=PageQuery(), answer=Listing(Transaction()))
def list_transactions(call: Call, account_id: str) -> results.Page[results.Transaction]:
    """The account's journal, newest first."""
    return current_credits.accounts.transactions(account_id, viewer=call.person, **call.query)


@routes.get("/accounts/<account_id>/transactions.csv", answer=TRANSACTIONS_CSV)
def download_transactions(call: Call, account_id: str) -> Iterator[results.Transaction]:
    """The whole journal, newest first, as a spreadsheet."""
    return current_credits.accounts.iter_transactions(account_id, viewer=call.person)


@routes.get("/admin/accounts", query=AccountSearch(), answer=Listing(Account()), staff="accounts")
def search_accounts(call: Call) -> results.Page[results.Account]:
    """All accounts, or those that match."""
    return current_credits.accounts.search(viewer=call.person, **call.query)


@routes.post("/admin/accounts", body=AccountRequest(), answer=Document(Account()), status=201, staff="accounts")
def create_account(call: Call) -> results.Account:
    """A new account; owners who are not there yet are invited by mail."""
    return current_credits.accounts.create(actor=call.person, **call.body)


@routes.patch("/admin/accounts/<account_id>", body=AccountChanges(), answer=Document(Account()), staff="accounts")
def update_account(call: Call, account_id: str) -> results.Account:
    """Another name, contact, country, or other terms."""
    return current_credits.accounts.update(account_id, dict(call.body), actor=call.person)


@routes.post("/admin/accounts/<account_id>/freeze", body=Reason(), answer=Document(Account()), staff="accounts")
def freeze_account(call: Call, account_id: str) -> results.Account:
    """Stop spending and code issue, until unfrozen; refunds and expiry go on."""
    return current_credits.accounts.freeze(account_id, call.body["reason"], actor=call.person)


@routes.post("/admin/accounts/<account_id>/unfreeze", body=Reason(), answer=Document(Account()), staff="accounts")
def unfreeze_account(call: Call, account_id: str) -> results.Account:
    """Let the account spend again."""
    return current_credits.accounts.unfreeze(account_id, call.body["reason"], actor=call.person)
