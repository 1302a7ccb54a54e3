"""The desk of staff: find an account, open one, book an order form."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ..errors import Invalid, Refused
from ..proxy import current_credits
from ..services.idempotency import Replayed
from . import notices, once
from .forms import Fields
from .guards import for_staff, signed_in
from .i18n import translate
from .refusals import explain
from .render import render

PER_PAGE = 20


def register(blueprint: Blueprint) -> None:
    """Add these pages."""
    both = ["GET", "POST"]
    blueprint.add_url_rule("/admin", "admin", for_staff(admin))
    blueprint.add_url_rule("/admin/accounts", "open_account", for_staff(open_account), methods=both)
    blueprint.add_url_rule("/admin/accounts/<account_id>/lots", "add_lot", for_staff(add_lot), methods=both)


def admin() -> str:
    """Search accounts, and see the credit types."""
    text = request.args.get("q", "").strip()
    page = current_credits.accounts.search(
        viewer=signed_in(), text=text or None, limit=PER_PAGE, cursor=request.args.get("cursor")
    )
    return render("admin.html", page=page, text=text, types=current_credits.credit_types.list())


def open_account() -> ResponseReturnValue:
    """Open an account from an order form: the account, its owners and its first credits in one go."""
    types = current_credits.credit_types.list()
    if request.method == "GET":
        return render("admin_account.html", types=types, form={}, errors={}, refused=None)
    person = signed_in()
    try:
        account, lot = _read_account([t.key for t in types]), _read_lot()
        form = current_credits.lots.order_form(
            account=account, lot=lot, actor=person, key=once.claim(person, lambda made: _account_url(made.account.id))
        )
    except Replayed as replayed:
        return redirect(once.location(replayed) or url_for("training_credits.admin"), 303)
    except (Invalid, Refused) as error:
        page = render("admin_account.html", types=types, form=request.form, **_why(error))
        return page, error.status
    notices.leave(translate("The account is open, with {n} credits.", n=form.lot.amount))
    return redirect(_account_url(form.account.id), 303)


def add_lot(account_id: str) -> ResponseReturnValue:
    """Add credits to an account."""
    person = signed_in()
    account = current_credits.accounts.get(account_id, viewer=person)
    if request.method == "GET":
        return render("admin_lot.html", account=account, form={}, errors={}, refused=None)
    try:
        lot = current_credits.lots.issue(
            account_id, **_read_lot(), actor=person, key=once.claim(person, lambda _lot: _account_url(account_id))
        )
    except Replayed as replayed:
        return redirect(once.location(replayed) or _account_url(account_id), 303)
    except (Invalid, Refused) as error:
        return render("admin_lot.html", account=account, form=request.form, **_why(error)), error.status
    notices.leave(translate("{n} credits are added.", n=lot.amount))
    return redirect(_account_url(account_id), 303)


def _read_account(types: list[str]) -> dict[str, Any]:
    fields = Fields(request.form)
    wanted: dict[str, Any] = {
        "name": fields.text("name", required=True),
        "credit_type": fields.choice("credit_type", types, default=types[0] if len(types) == 1 else None),
        "kind": fields.choice("kind", ("company", "individual"), default="company"),
        "country": fields.country("country"),
        "owners": fields.words("owners") or [],
        "contact": fields.text("contact"),
    }
    fields.check()
    return wanted


def _read_lot() -> dict[str, Any]:
    fields = Fields(request.form)
    wanted: dict[str, Any] = {
        "amount": fields.credits("amount", required=True),
        "source": fields.choice("source", ("order", "grant"), default="order"),
        "order_reference": fields.text("order_reference"),
        "ordered_on": fields.day("ordered_on", required=True),
        "expires_on": fields.day("expires_on"),
        "promotional": "promotional" in request.form,
    }
    fields.check()
    return wanted


def _why(error: Invalid | Refused) -> dict[str, Any]:
    if isinstance(error, Invalid):
        return {"errors": error.errors, "refused": None}
    return {"errors": {}, "refused": explain(error)}


def _account_url(account_id: str) -> str:
    return url_for("training_credits.account", account_id=account_id)
