"""Codes in the hands of learners."""

from __future__ import annotations

from collections.abc import Sequence

from ..proxy import current_credits
from ..schemas.checkout import QuoteItem
from ..schemas.codes import ApplyRequest, CodeCheck, CodeText, KeptCode, KeptCodeId
from ..services import results
from .answers import Document, Listing
from .endpoints import Call, Routes

routes = Routes("Codes")


@routes.post("/codes/check", body=CodeText(), answer=Document(CodeCheck()))
def check_code(call: Call) -> results.CodeCheck:
    """What is left on a code, and what it pays for."""
    return current_credits.codes.check(call.body["code"], person=call.person, address=call.address)


@routes.post("/codes/apply", body=ApplyRequest(), answer=Document(QuoteItem()))
def apply_code(call: Call) -> results.QuoteItem:
    """The quote of one offering paid with a code. Writes nothing."""
    return current_credits.codes.apply(
        call.body["code"],
        call.body["offering_id"],
        call.body["quantity"],
        person=call.person,
        address=call.address,
    )


@routes.get("/me/codes", answer=Listing(KeptCode()))
def list_kept_codes(call: Call) -> Sequence[results.KeptCode]:
    """The codes the caller keeps for later."""
    return current_credits.codes.kept(call.person)


@routes.post("/me/codes", body=CodeText(), answer=Document(KeptCode()), status=201)
def keep_code(call: Call) -> results.KeptCode:
    """Keep a code for later."""
    return current_credits.codes.keep(call.body["code"], person=call.person, address=call.address)


@routes.delete("/me/codes", body=KeptCodeId())
def drop_named_code(call: Call) -> None:
    """Keep a code no longer, named in the body. The code itself stays good."""
    current_credits.codes.drop(call.body["id"], person=call.person)


@routes.delete("/me/codes/<kept_id>")
def drop_code(call: Call, kept_id: str) -> None:
    """Keep a code no longer. The code itself stays good."""
    current_credits.codes.drop(kept_id, person=call.person)
