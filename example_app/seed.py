"""Demo data. Credits come in, and go out, through the extension's own services: the journal is real."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask_training_credits import Item, Person, current_credits

from .models import Product, User, db
from .presets import PERSONAS, AccountSeed, LotSeed, Preset, ProductSeed

OTHERS = {"grace@globex.example": "Grace Obi", "ravi@globex.example": "Ravi Menon"}
"""People of the demo whom nobody can be."""

ACTOR = "Northwind Academy"
"""Who the journal says did it."""


def seed(preset: Preset) -> None:
    """Fill an empty database; leave any other alone."""
    if db.session.scalar(db.select(User.id).limit(1)) is not None:
        return
    for position, product in enumerate(preset.products):
        db.session.add(_product(product, position))
    for persona in PERSONAS:
        db.session.add(
            User(
                name=persona.name,
                email=persona.email,
                company=persona.company,
                persona=persona.key,
                is_staff=persona.is_staff,
            )
        )
    for email, name in OTHERS.items():
        db.session.add(User(name=name, email=email, company="Globex Europe"))
    db.session.commit()
    current_credits.credit_types.create(dict(preset.credit_type), actor=ACTOR)
    for account in preset.accounts:
        _open_account(account, preset.credit_type["key"])


def demo_code(preset: Preset) -> str | None:
    """The text of the code on the front page: the first code of the preset's first account."""
    name = preset.accounts[0].name
    found = current_credits.accounts.search(viewer=None, text=name, limit=1).items
    if not found:
        return None
    codes = current_credits.codes.list(found[0].id, viewer=None, limit=200).items
    return current_credits.codes.get(found[0].id, codes[-1].id, viewer=None).text if codes else None


def _product(seed: ProductSeed, position: int) -> Product:
    return Product(
        id=seed.id,
        title=seed.title,
        kind=seed.kind,
        delivery=seed.delivery,
        summary=seed.summary,
        outline=list(seed.outline),
        level=seed.level,
        hours=seed.hours,
        price_cents=seed.dollars * 100 if seed.dollars is not None else None,
        credits=seed.credits,
        credits_only=seed.credits_only,
        access_days=seed.access_days,
        repeatable=seed.repeatable,
        position=position,
    )


def _open_account(seed: AccountSeed, credit_type: str) -> None:
    account = current_credits.accounts.create(
        name=seed.name, credit_type=credit_type, owners=seed.owners, contact=seed.contact, actor=ACTOR
    )
    for number, lot in enumerate(seed.lots):
        _issue(account.id, lot, key=f"setup:lot:{account.id}:{number}")
    texts: list[str] = []
    for number, code in enumerate(seed.codes):
        issued = current_credits.codes.issue(
            account.id,
            label=code.label,
            value=code.value,
            **code.limits,
            actor=ACTOR,
            key=f"setup:code:{account.id}:{number}",
        )
        texts += [item.text for item in issued if item.text]
    for number, purchase in enumerate(seed.purchases):
        item = Item(purchase.product_id, code=texts[0])
        current_credits.checkout.place(_person(purchase.learner), [item], key=f"setup:order:{account.id}:{number}")


def _issue(account_id: str, lot: LotSeed, *, key: str) -> None:
    today = datetime.now(UTC).date()
    current_credits.lots.issue(
        account_id,
        amount=lot.amount,
        source="order" if lot.order_reference else "grant",
        order_reference=lot.order_reference,
        ordered_on=today - timedelta(days=lot.days_ago),
        expires_on=today + timedelta(days=lot.days_left) if lot.days_left is not None else None,
        promotional=lot.promotional,
        actor=ACTOR,
        key=key,
    )


def _person(email: str) -> Person:
    user = db.session.scalars(db.select(User).filter_by(email=email)).one()
    return Person(str(user.id), user.name, user.email, email_verified=user.email_verified)
