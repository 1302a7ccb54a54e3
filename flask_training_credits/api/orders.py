"""Orders of the caller, and staff's order forms."""

from __future__ import annotations

from ..proxy import current_credits
from ..schemas.common import PageQuery
from ..schemas.orders import Order, OrderForm, OrderFormRequest
from ..services import results
from .answers import Document, Listing
from .endpoints import Call, Routes

routes = Routes("Orders")


@routes.get("/orders", query=PageQuery(), answer=Listing(Order()))
def list_orders(call: Call) -> results.Page[results.Order]:
    """The caller's orders, newest first."""
    return current_credits.orders.list(viewer=call.person, **call.query)


@routes.get("/orders/<order_id>", answer=Document(Order()))
def get_order(call: Call, order_id: str) -> results.Order:
    """One order."""
    return current_credits.orders.get(order_id, viewer=call.person)


@routes.post(
    "/admin/orders",
    body=OrderFormRequest(),
    answer=Document(OrderForm()),
    status=201,
    moves_credits=True,
    staff="credits",
)
def take_order_form(call: Call) -> results.OrderForm:
    """Credits by order form: the account, if it is new, its owners and the lot, in one call."""
    return current_credits.lots.order_form(actor=call.person, key=call.key, **call.body)
