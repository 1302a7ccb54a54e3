"""Checkout: one box for promotion, license or credit codes, review and pay, confirm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ..domain.values import OtherCode, Person
from ..errors import Refused
from ..proxy import current_credits
from ..services.idempotency import Replayed
from ..services.results import ItemRefusal, Quote, QuoteItem
from . import after, cart, once
from .cart import Line
from .guards import signed_in
from .refusals import Explanation, explain
from .render import render


def register(blueprint: Blueprint) -> None:
    """Add these pages."""
    blueprint.add_url_rule("/checkout", "checkout", checkout, methods=["GET", "POST"])
    blueprint.add_url_rule("/checkout/confirm", "confirm", confirm, methods=["POST"])


def checkout() -> ResponseReturnValue:
    """Show what is bought and take a code, an account, or the wish to review. Writes nothing."""
    person = signed_in()
    lines = cart.read_lines()
    if not lines:
        return render("checkout_empty.html")
    if request.method == "GET":
        return _page(person, lines)
    action = request.form.get("action", "apply")
    if action.startswith("remove-"):
        return _page(person, cart.uncover(lines, {int(n) for n in [action.removeprefix("remove-")] if n.isdigit()}))
    if action == "review":
        return _review(person, lines)
    return _apply(person, lines)


def confirm() -> ResponseReturnValue:
    """Place the order, and go to the receipt."""
    person = signed_in()
    lines = cart.read_lines()
    going_to = once.claim(person, lambda order: url_for("training_credits.order", order_id=order.id))
    token = request.form.get("token") or None
    try:
        order = current_credits.checkout.place(
            person, [line.item() for line in lines], key=going_to, token=token, address=request.remote_addr
        )
    except Replayed as replayed:
        return redirect(once.location(replayed) or url_for("training_credits.orders"), 303)
    except Refused as refusal:
        if refusal.code in {"price_changed", "quote_expired"}:
            return _review(person, lines, why=explain(refusal), status=refusal.status)
        return _page(person, lines, refused=explain(refusal), status=refusal.status)
    after.tell_what_remains(person, {line.code for line in lines if line.code})
    return redirect(url_for("training_credits.order", order_id=order.id), 303)


def _apply(person: Person, lines: Sequence[Line]) -> ResponseReturnValue:
    """Let the text in the box pay for whatever nothing pays for yet, as far as it can."""
    text = request.form.get("code", "").strip()
    if not text:
        return _page(person, lines, empty_box=True, status=422)
    covered = cart.cover(lines, code=text)
    try:
        if not current_credits.codes.is_credit_code(text):
            entered = current_credits.codes.enter(
                text, _first_open(lines).offering_id, person=person, address=request.remote_addr
            )
            if isinstance(entered, OtherCode):
                return _page(person, lines, other=entered)
        quote = _quote(person, covered)
    except Refused as refusal:
        return _page(person, lines, refused=explain(refusal), status=refusal.status, is_quoted=True)
    refused = _refusals_by_line(covered, quote.items)
    tried = {index for index, line in enumerate(lines) if not line.is_covered}
    if tried and tried <= refused.keys():
        first = refused[min(tried)]
        return _page(person, lines, refused=explain(first), status=Refused(first.code).status, is_quoted=True)
    return _page(person, cart.uncover(covered, tried & refused.keys()), applied=True)


def _review(
    person: Person, lines: Sequence[Line], *, why: Explanation | None = None, status: int = 200
) -> ResponseReturnValue:
    """Show the whole order once more, with its price held, unless something is missing or refused."""
    kind, _, chosen = request.form.get("source", "").partition(":")
    if kind == "account":
        lines = cart.cover(lines, account_id=chosen)
    elif kind == "kept":
        lines = cart.cover(lines, code=current_credits.codes.text_of(chosen, person=person))
    if not all(line.is_covered for line in lines):
        return _page(person, lines, nothing_pays=True, status=422)
    try:
        quote = _quote(person, lines)
    except Refused as refusal:
        return _page(person, lines, refused=explain(refusal), status=refusal.status)
    if not quote.ok:
        return _page(person, lines, quote=quote, status=422)
    return render("review.html", lines=cart.show(lines, quote.items), quote=quote, why=why), status


def _first_open(lines: Sequence[Line]) -> Line:
    return next((line for line in lines if not line.is_covered), lines[0])


def _quote(person: Person, lines: Sequence[Line]) -> Quote:
    items = [line.item() for line in lines if line.is_covered]
    return current_credits.checkout.quote(person, items, address=request.remote_addr)


def _refusals_by_line(lines: Sequence[Line], quoted: Sequence[QuoteItem]) -> Mapping[int, ItemRefusal]:
    covered = [index for index, line in enumerate(lines) if line.is_covered]
    return {index: item.refusal for index, item in zip(covered, quoted, strict=True) if item.refusal}


def _page(
    person: Person,
    lines: Sequence[Line],
    *,
    quote: Quote | None = None,
    refused: Explanation | None = None,
    other: OtherCode | None = None,
    applied: bool = False,
    empty_box: bool = False,
    nothing_pays: bool = False,
    is_quoted: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    """The page; `is_quoted` shows the quotes of what is covered although something else was refused."""
    if quote is None and (refused is None or is_quoted) and any(line.is_covered for line in lines):
        quote = _quote(person, lines)
    page = render(
        "checkout.html",
        lines=cart.show(lines, quote.items if quote else ()),
        accounts=cart.accounts_for(lines, person),
        kept=current_credits.codes.kept(person),
        quote=quote,
        refused=refused,
        other=other,
        applied=applied,
        empty_box=empty_box,
        nothing_pays=nothing_pays,
    )
    return page, status
