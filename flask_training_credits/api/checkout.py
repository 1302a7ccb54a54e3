"""From a cart to an order."""

from __future__ import annotations

from ..proxy import current_credits
from ..schemas.checkout import CheckoutRequest, Quote, QuoteRequest
from ..schemas.orders import Order
from ..services import results
from .answers import Document
from .endpoints import Call, Routes

routes = Routes("Checkout")


@routes.post("/checkout/quote", body=QuoteRequest(), answer=Document(Quote()))
def quote(call: Call) -> results.Quote:
    """What a checkout would cost and do, or why it would be refused. Writes nothing."""
    return current_credits.checkout.quote(call.person, call.body["items"], address=call.address)


@routes.post("/checkout", body=CheckoutRequest(), answer=Document(Order()), status=201, moves_credits=True)
def place_order(call: Call) -> results.Order:
    """Buy all items, or none: then the first refusal is the problem, and its `items` name all."""
    return current_credits.checkout.place(
        call.person, call.body["items"], key=call.key, token=call.body.get("token"), address=call.address
    )
