"""Lots: where an account's credits come from, and when they go."""

from __future__ import annotations

from ..proxy import current_credits
from ..schemas.common import PageQuery
from ..schemas.lots import Lot, LotRequest
from ..services import results
from .answers import Document, Listing
from .endpoints import Call, Routes

routes = Routes("Lots")


@routes.get("/accounts/<account_id>/lots", query=PageQuery(), answer=Listing(Lot()))
def list_lots(call: Call, account_id: str) -> results.Page[results.Lot]:
    """The account's lots, newest first."""
    return current_credits.lots.list(account_id, viewer=call.person, **call.query)


@routes.post(
    "/admin/accounts/<account_id>/lots",
    body=LotRequest(),
    answer=Document(Lot()),
    status=201,
    moves_credits=True,
    staff="credits",
)
def issue_lot(call: Call, account_id: str) -> results.Lot:
    """Credits for an account, from an order or as a grant."""
    return current_credits.lots.issue(account_id, actor=call.person, key=call.key, **call.body)
