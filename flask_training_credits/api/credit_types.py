"""Credit types: for everybody to read, for staff to define."""

from __future__ import annotations

from collections.abc import Sequence

from ..proxy import current_credits
from ..schemas.credit_types import CreditType, CreditTypeChanges, CreditTypeRequest
from ..services import results
from .answers import Document, Listing
from .endpoints import Call, Routes

routes = Routes("Credit types")


@routes.get("/credit-types", answer=Listing(CreditType()), public=True)
def list_credit_types(_: Call) -> Sequence[results.CreditType]:
    """What credits there are, what they are worth and what they buy."""
    return current_credits.credit_types.list()


@routes.get("/admin/credit-types", answer=Listing(CreditType()), staff="credits")
def list_credit_types_for_staff(_: Call) -> Sequence[results.CreditType]:
    """The same, also while the rest is switched off."""
    return current_credits.credit_types.list()


@routes.post(
    "/admin/credit-types", body=CreditTypeRequest(), answer=Document(CreditType()), status=201, staff="credits"
)
def create_credit_type(call: Call) -> results.CreditType:
    """A new program."""
    return current_credits.credit_types.create(dict(call.body), actor=call.person)


@routes.patch("/admin/credit-types/<key>", body=CreditTypeChanges(), answer=Document(CreditType()), staff="credits")
def update_credit_type(call: Call, key: str) -> results.CreditType:
    """Other rules for a program; what was already sold keeps its dates."""
    return current_credits.credit_types.update(key, dict(call.body), actor=call.person)
