"""Purchase with credits: one offering, one code or account, in two steps."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ..domain.values import Item, Person
from ..errors import Refused
from ..proxy import current_credits
from ..services.idempotency import Replayed
from ..services.judging import MAX_QUANTITY
from ..services.results import Quote
from . import after, once
from .forms import Fields
from .guards import signed_in
from .refusals import Explanation, explain
from .render import render


@dataclass(frozen=True)
class Source:
    """What is to pay: a code's text or an account's id, and how many are bought."""

    code: str | None = field(repr=False)
    account_id: str | None
    quantity: int

    @classmethod
    def from_form(cls) -> Source:
        """Read the source of this request. Raises `Invalid`."""
        fields = Fields(request.values)
        quantity = fields.whole("quantity", most=MAX_QUANTITY) or 1
        fields.check()
        code = request.form.get("code", "").strip()
        if request.form.get("kept_id"):
            code = current_credits.codes.text_of(request.form["kept_id"], person=signed_in())
        return cls(code or None, None if code else request.form.get("account_id") or None, quantity)

    def item(self, offering_id: str) -> Item:
        """The line of the order."""
        return Item(offering_id, quantity=self.quantity, code=self.code, account_id=self.account_id)


def register(blueprint: Blueprint) -> None:
    """Add these pages."""
    blueprint.add_url_rule("/pay/<offering_id>", "pay", pay, methods=["GET", "POST"])
    blueprint.add_url_rule("/pay/<offering_id>/purchase", "purchase", purchase, methods=["POST"])


def pay(offering_id: str) -> ResponseReturnValue:
    """Ask for a code or an account; once there is one, show what would happen. Writes nothing."""
    person = signed_in()
    source = Source.from_form()
    if request.method == "POST" and (source.code or source.account_id):
        return _quoted(person, offering_id, source)
    missing = request.method == "POST"
    return _page(person, offering_id, source, missing=missing), 422 if missing else 200


def purchase(offering_id: str) -> ResponseReturnValue:
    """Carry it out, and go to the receipt."""
    person = signed_in()
    source = Source.from_form()
    going_to = once.claim(person, lambda order: url_for("training_credits.order", order_id=order.id))
    items = [source.item(offering_id)]
    token = request.form.get("token") or None
    try:
        order = current_credits.checkout.place(person, items, key=going_to, token=token, address=request.remote_addr)
    except Replayed as replayed:
        return redirect(once.location(replayed) or url_for("training_credits.orders"), 303)
    except Refused as refusal:
        if refusal.code in {"price_changed", "quote_expired"}:
            return _quoted(person, offering_id, source, why=explain(refusal), status=refusal.status)
        return _page(person, offering_id, source, refused=explain(refusal)), refusal.status
    after.tell_what_remains(person, {source.code} if source.code else set())
    return redirect(url_for("training_credits.order", order_id=order.id), 303)


def _quoted(
    person: Person, offering_id: str, source: Source, *, why: Explanation | None = None, status: int = 200
) -> ResponseReturnValue:
    try:
        items = [source.item(offering_id)]
        quote = current_credits.checkout.quote(person, items, address=request.remote_addr)
    except Refused as refusal:
        return _page(person, offering_id, source, refused=explain(refusal)), refusal.status
    refused = quote.items[0].refusal
    if refused is not None:
        answer = Refused(refused.code).status
        return _page(person, offering_id, source, refused=explain(refused)), answer
    return _page(person, offering_id, source, quote=quote, why=why), status


def _page(
    person: Person,
    offering_id: str,
    source: Source,
    *,
    quote: Quote | None = None,
    refused: Explanation | None = None,
    why: Explanation | None = None,
    missing: bool = False,
) -> str:
    return render(
        "pay.html",
        offering=current_credits.checkout.offering(offering_id, person=person),
        source=source,
        kept=[] if quote else current_credits.codes.kept(person),
        owned=current_credits.redemptions.find(person.id, offering_id),
        quote=quote,
        item=quote.items[0] if quote else None,
        refused=refused,
        why=why,
        missing=missing,
    )
