"""The codes of an account: issue, look up, extend, revoke, download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ..domain.values import DELIVERIES
from ..errors import Invalid, Refused
from ..proxy import current_credits
from ..services.idempotency import Replayed
from ..services.issuing import MAX_COUNT
from ..services.results import Code
from . import notices, once
from .forms import Fields
from .guards import signed_in
from .i18n import translate
from .refusals import explain
from .render import render
from .times import zone_of


def register(blueprint: Blueprint) -> None:
    """Add these pages."""
    root = "/accounts/<account_id>/codes"
    blueprint.add_url_rule(root, "account_codes", account_codes)
    blueprint.add_url_rule(root, "issue_codes", issue_codes, methods=["POST"])
    blueprint.add_url_rule(f"{root}/<code_id>", "account_code", account_code)
    blueprint.add_url_rule(f"{root}/<code_id>/extend", "extend_code", extend_code, methods=["POST"])
    blueprint.add_url_rule(f"{root}/<code_id>/revoke", "revoke_code", revoke_code, methods=["POST"])


def account_codes(account_id: str) -> str:
    """List the codes, by their last four, and offer to issue more."""
    return _list(account_id)


def issue_codes(account_id: str) -> ResponseReturnValue:
    """Issue one code or many."""
    person = signed_in()

    def going_to(codes: Sequence[Code]) -> str:
        if len(codes) == 1:
            return url_for("training_credits.account_code", account_id=account_id, code_id=codes[0].id)
        return url_for("training_credits.account_codes", account_id=account_id)

    try:
        wanted = _read_issue(account_id)
        codes = current_credits.codes.issue(account_id, **wanted, actor=person, key=once.claim(person, going_to))
    except Replayed as replayed:
        return redirect(once.location(replayed) or url_for("training_credits.accounts"), 303)
    except Invalid as error:
        return _list(account_id, errors=error.errors), error.status
    except Refused as refusal:
        return _list(account_id, refused=refusal), refusal.status
    if len(codes) == 1:
        notices.leave(translate("The code is issued. Copy it from here."))
    else:
        notices.leave(translate("{count} codes are issued. Download them as CSV.", count=len(codes)))
    return redirect(going_to(codes), 303)


def account_code(account_id: str, code_id: str) -> str:
    """Show one code with its text."""
    return _detail(account_id, code_id)


def extend_code(account_id: str, code_id: str) -> ResponseReturnValue:
    """Give a code a later last day."""
    person = signed_in()
    fields = Fields(request.form)
    zone = zone_of(_zone_name(account_id))
    expires_at = fields.end_of_day("expires_on", zone)
    if expires_at is None and not fields.errors:
        fields.fail("expires_on", translate("Fill in this field."))
    elif expires_at is not None and expires_at <= current_credits.hooks.clock():
        fields.fail("expires_on", translate("This day has passed. To stop the code, revoke it."))
    try:
        fields.check()
        current_credits.codes.update(account_id, code_id, {"expires_at": expires_at}, actor=person)
    except Invalid as error:
        errors = {"expires_on": error.errors.get("expires_at", error.errors.get("expires_on", []))}
        return _detail(account_id, code_id, errors=errors), error.status
    except Refused as refusal:
        return _detail(account_id, code_id, refused=refusal), refusal.status
    notices.leave(translate("The code has a new last day."))
    return redirect(url_for("training_credits.account_code", account_id=account_id, code_id=code_id), 303)


def revoke_code(account_id: str, code_id: str) -> ResponseReturnValue:
    """Stop a code."""
    try:
        current_credits.codes.revoke(account_id, code_id, actor=signed_in())
    except Refused as refusal:
        return _detail(account_id, code_id, refused=refusal), refusal.status
    notices.leave(translate("The code is revoked. Nobody can use it any more."))
    return redirect(url_for("training_credits.account_code", account_id=account_id, code_id=code_id), 303)


def _read_issue(account_id: str) -> dict[str, Any]:
    """Read the form into the arguments of `codes.issue`. Raises `Invalid`."""
    fields = Fields(request.form)
    zone = zone_of(_zone_name(account_id))
    wanted = {
        "count": fields.whole("count", most=MAX_COUNT) or 1,
        "value": fields.credits("value"),
        "funding": fields.choice("funding", ("shared", "reserved"), default="shared"),
        "label": fields.text("label", longest=100),
        "tracking_id": fields.text("tracking_id", longest=100),
        "expires_at": fields.end_of_day("expires_at", zone),
        "max_redemptions": fields.whole("max_redemptions"),
        "per_learner": fields.whole("per_learner"),
        "offering_ids": fields.words("offering_ids"),
        "kinds": fields.words("kinds"),
        "deliveries": [d for d in request.form.getlist("deliveries") if d in DELIVERIES] or None,
        "learners": fields.words("learners"),
        "access_days": fields.whole("access_days"),
        "access_ends_with_code": "access_ends_with_code" in request.form,
    }
    fields.check()
    return wanted


def _zone_name(account_id: str) -> str:
    account = current_credits.accounts.get(account_id, viewer=signed_in())
    return current_credits.credit_types.get(account.credit_type).zone


def _list(account_id: str, *, errors: dict[str, Any] | None = None, refused: Refused | None = None) -> str:
    person = signed_in()
    account = current_credits.accounts.get(account_id, viewer=person)
    return render(
        "account_codes.html",
        account=account,
        zone=zone_of(current_credits.credit_types.get(account.credit_type).zone),
        page=current_credits.codes.list(account_id, viewer=person, limit=50, cursor=request.args.get("cursor")),
        form=request.form,
        errors=errors or {},
        refused=explain(refused) if refused else None,
        most=MAX_COUNT,
    )


def _detail(
    account_id: str, code_id: str, *, errors: dict[str, Any] | None = None, refused: Refused | None = None
) -> str:
    person = signed_in()
    return render(
        "account_code.html",
        account=current_credits.accounts.get(account_id, viewer=person),
        zone=zone_of(_zone_name(account_id)),
        code=current_credits.codes.get(account_id, code_id, viewer=person),
        form=request.form,
        errors=errors or {},
        refused=explain(refused) if refused else None,
    )
