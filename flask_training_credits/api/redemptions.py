"""What was bought with credits."""

from __future__ import annotations

from ..proxy import current_credits
from ..schemas.redemptions import Redemption, RedemptionQuery
from ..services import results
from .answers import Document, Listing
from .endpoints import Call, Routes

routes = Routes("Redemptions")


@routes.get("/redemptions", query=RedemptionQuery(), answer=Listing(Redemption()))
def list_redemptions(call: Call) -> results.Page[results.Redemption]:
    """The caller's redemptions, newest first."""
    return current_credits.redemptions.list(viewer=call.person, **call.query)


@routes.get("/redemptions/<redemption_id>", answer=Document(Redemption()))
def get_redemption(call: Call, redemption_id: str) -> results.Redemption:
    """One redemption."""
    return current_credits.redemptions.get(redemption_id, viewer=call.person)


@routes.post(
    "/admin/redemptions/<redemption_id>/retry", answer=Document(Redemption()), moves_credits=True, staff="credits"
)
def retry_redemption(call: Call, redemption_id: str) -> results.Redemption:
    """Try again, now, to give the access that was paid for."""
    return current_credits.redemptions.retry(redemption_id, actor=call.person, key=call.key)
