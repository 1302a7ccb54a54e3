"""The academy's own checkout: a card payment (pretended), promotions, and the training credits beside them."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from .catalog import find_product
from .models import Enrollment, db, find_enrollment
from .promotions import discounted

blueprint = Blueprint("checkout", __name__)


@blueprint.get("/checkout/<product_id>")
@login_required  # type: ignore[untyped-decorator]  # Flask-Login has no types
def cart(product_id: str) -> ResponseReturnValue:
    """Show what is bought, what it costs and the ways to pay."""
    product = find_product(product_id)
    if find_enrollment(current_user.get_id(), product_id) and not product.repeatable:
        return redirect(url_for("catalog.learn", product_id=product_id))
    promotion = request.args.get("promotion")
    total = discounted(product.price, promotion) if product.price else None
    return render_template("checkout/cart.html", product=product, promotion=promotion, total=total)


@blueprint.post("/checkout/<product_id>/card")
@login_required  # type: ignore[untyped-decorator]  # Flask-Login has no types
def pay_by_card(product_id: str) -> ResponseReturnValue:
    """Pretend that the card was charged, and enroll."""
    product = find_product(product_id)
    if product.price is not None and find_enrollment(current_user.get_id(), product_id) is None:
        db.session.add(Enrollment(user_id=current_user.id, product_id=product.id, paid_with="card"))
        db.session.commit()
    return redirect(url_for("catalog.learn", product_id=product_id), 303)
