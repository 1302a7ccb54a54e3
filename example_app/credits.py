"""Everything the academy does to take training credits."""

from __future__ import annotations

from collections.abc import Iterable

from flask_training_credits import AccessGrant, Hooks, Offering, Person, TrainingCredits

from .models import Enrollment, Product, db, find_enrollment
from .promotions import Promotions

training_credits = TrainingCredits(hooks=Hooks(other_codes=Promotions()))


def _offering(product: Product) -> Offering:
    return product.as_offering(f"/learn/{product.id}")  # a path: jobs and commands ask too, and they have no request


@training_credits.catalog
def offering(offering_id: str) -> Offering | None:
    """What is sold under this id."""
    product = db.session.get(Product, offering_id)
    return _offering(product) if product else None


@training_credits.search
def search(text: str, limit: int) -> Iterable[Offering]:
    """What is sold under a title like this."""
    query = db.select(Product).where(Product.title.icontains(text, autoescape=True)).limit(limit)
    return [_offering(product) for product in db.session.scalars(query)]


@training_credits.grant
def enroll(grant: AccessGrant) -> None:
    """Enroll the learner. Runs in the transaction that spends the credits, so both happen or neither."""
    known = find_enrollment(grant.user_id, grant.offering.id)
    enrollment = known or Enrollment(user_id=int(grant.user_id), product_id=grant.offering.id)
    enrollment.paid_with = "credits"
    enrollment.reference = grant.reference
    enrollment.until = grant.expires_at
    db.session.add(enrollment)


@training_credits.revoke
def unenroll(grant: AccessGrant, reason: str) -> None:
    """Take the learner out again."""
    enrollment = find_enrollment(grant.user_id, grant.offering.id)
    if enrollment is not None:
        db.session.delete(enrollment)


@training_credits.has_access
def is_enrolled(user_id: str, offering: Offering) -> bool:
    """Whether buying would add nothing; a plan can always be prolonged."""
    return not offering.repeatable and find_enrollment(user_id, offering.id) is not None


@training_credits.staff
def is_staff(person: Person) -> bool:
    """Whether somebody runs the academy."""
    return bool(person.user is not None and person.user.is_staff)
