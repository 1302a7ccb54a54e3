"""Catalog, details page and the course page behind it."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from .models import Enrollment, Product, db, find_enrollment

blueprint = Blueprint("catalog", __name__)


@blueprint.get("/courses")
def courses() -> str:
    """Show everything that is sold."""
    products = db.session.scalars(db.select(Product).order_by(Product.position)).all()
    return render_template("catalog/courses.html", products=products)


@blueprint.get("/courses/<product_id>")
def details(product_id: str) -> str:
    """Show one product and how to get it."""
    product = find_product(product_id)
    enrolled = current_user.is_authenticated and find_enrollment(current_user.get_id(), product_id)
    return render_template("catalog/details.html", product=product, enrolled=bool(enrolled))


@blueprint.get("/learn/<product_id>")
@login_required  # type: ignore[untyped-decorator]  # Flask-Login has no types
def learn(product_id: str) -> ResponseReturnValue:
    """Show the course itself to those who are enrolled, the details page to others."""
    product = find_product(product_id)
    enrollment = find_enrollment(current_user.get_id(), product_id)
    if enrollment is None:
        return render_template("catalog/details.html", product=product, enrolled=False)
    return render_template("catalog/learn.html", product=product, enrollment=enrollment)


@blueprint.get("/my-courses")
@login_required  # type: ignore[untyped-decorator]  # Flask-Login has no types
def my_courses() -> str:
    """Show what the learner is enrolled in."""
    query = db.select(Enrollment).filter_by(user_id=current_user.id).order_by(Enrollment.since.desc())
    return render_template("catalog/my_courses.html", enrollments=db.session.scalars(query).all())


def find_product(product_id: str) -> Product:
    """Return the product or answer 404."""
    product = db.session.get(Product, product_id)
    if product is None:
        abort(404)
    return product
