"""Codes in the hands of an account's owners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..proxy import current_credits
from ..schemas.codes import Code, CodeChanges, CodeRequest, IssuedCodes
from ..schemas.common import PageQuery
from ..services import results
from .answers import Batch, Document, Listing, Table
from .endpoints import Call, Routes

routes = Routes("Codes of an account")

CODES_CSV = Table(
    "codes.csv",
    ("id", "text", "label", "tracking_id", "value", "used", "remaining", "uses", "expires_at", "status"),
    words=frozenset({"label", "tracking_id"}),
)


@routes.get("/accounts/<account_id>/codes", query=PageQuery(), answer=Listing(Code()))
def list_codes(call: Call, account_id: str) -> results.Page[results.Code]:
    """The account's codes, newest first, without their texts."""
    return current_credits.codes.list(account_id, viewer=call.person, **call.query)


@routes.post(
    "/accounts/<account_id>/codes", body=CodeRequest(), answer=Batch(IssuedCodes()), status=201, moves_credits=True
)
def issue_codes(call: Call, account_id: str) -> Sequence[results.Code]:
    """New codes, with their texts."""
    return current_credits.codes.issue(account_id, actor=call.person, key=call.key, **call.body)


@routes.get("/accounts/<account_id>/codes.csv", answer=CODES_CSV)
def download_codes(call: Call, account_id: str) -> Iterator[results.Code]:
    """All codes of the account with their texts, as a spreadsheet."""
    return current_credits.codes.iter(account_id, viewer=call.person)


@routes.get("/accounts/<account_id>/codes/<code_id>", answer=Document(Code()))
def get_code(call: Call, account_id: str, code_id: str) -> results.Code:
    """One code with its text, for as long as its signing key is kept."""
    return current_credits.codes.get(account_id, code_id, viewer=call.person)


@routes.patch("/accounts/<account_id>/codes/<code_id>", body=CodeChanges(), answer=Document(Code()))
def update_code(call: Call, account_id: str, code_id: str) -> results.Code:
    """Other limits for a code, or a later end."""
    return current_credits.codes.update(account_id, code_id, dict(call.body), actor=call.person)


@routes.delete("/accounts/<account_id>/codes/<code_id>")
def revoke_code(call: Call, account_id: str, code_id: str) -> None:
    """Revoke a code. What was set aside for it goes back to the account; what it paid for stays."""
    current_credits.codes.revoke(account_id, code_id, actor=call.person)
