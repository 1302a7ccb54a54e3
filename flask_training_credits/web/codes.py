"""Codes a learner keeps for later."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ..errors import Refused
from ..proxy import current_credits
from . import notices
from .guards import signed_in
from .i18n import translate
from .refusals import Explanation, explain
from .render import render


def register(blueprint: Blueprint) -> None:
    """Add these pages."""
    blueprint.add_url_rule("/my-codes", "codes", codes)
    blueprint.add_url_rule("/my-codes", "keep_code", keep_code, methods=["POST"])
    blueprint.add_url_rule("/my-codes/<kept_id>/drop", "drop_code", drop_code, methods=["POST"])


def codes() -> str:
    """List the kept codes and take another one."""
    return _page()


def keep_code() -> ResponseReturnValue:
    """Keep a code."""
    person = signed_in()
    text = request.form.get("code", "").strip()
    if not text:
        return _page(missing=True), 422
    try:
        kept = current_credits.codes.keep(text, person=person, address=request.remote_addr)
    except Refused as refusal:
        return _page(refused=explain(refusal)), refusal.status
    notices.leave(translate("The code ending in {four} is kept.", four=kept.last_four))
    return redirect(url_for("training_credits.codes"), 303)


def drop_code(kept_id: str) -> ResponseReturnValue:
    """Keep a code no longer."""
    current_credits.codes.drop(kept_id, person=signed_in())
    notices.leave(translate("The code is no longer kept here. It still works for whoever has it."))
    return redirect(url_for("training_credits.codes"), 303)


def _page(*, refused: Explanation | None = None, missing: bool = False) -> str:
    kept = current_credits.codes.kept(signed_in())
    return render("codes.html", kept=kept, refused=refused, missing=missing)
