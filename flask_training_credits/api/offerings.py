"""What an offering costs in credits."""

from __future__ import annotations

from ..proxy import current_credits
from ..schemas.offerings import Offering
from ..services.results import OfferingView
from .answers import Document
from .endpoints import Call, Routes

routes = Routes("Offerings")


@routes.get("/offerings/<offering_id>", answer=Document(Offering()), public=True)
def get_offering(call: Call, offering_id: str) -> OfferingView:
    """An offering, its price in credits, and what the caller's accounts say to it."""
    return current_credits.checkout.offering(offering_id, person=call.caller)
