"""The texts of codes are told and never kept."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from flask_training_credits import Item
from flask_training_credits.models import Base
from tests.support.api import API
from tests.support.host import db
from tests.support.shop import Shop


def everything(app: Flask) -> str:
    """All our tables, as text."""
    with app.app_context():
        return "\n".join(
            repr(row) for table in Base.metadata.tables.values() for row in db.session.execute(select(table))
        )


def test_no_table_holds_a_text_that_was_issued_and_used(app: Flask, shop: Shop, login: Any) -> None:
    """Not the codes, the events, nor the answers kept under idempotency keys; a replay tells the texts all the same."""
    owner, ada = shop.person("olga"), shop.person("ada")
    shop.sell()
    account = shop.make.account(owners=["olga"])
    shop.make.lot(account.id)
    url, key = f"{API}/accounts/{account.id}/codes", {"Idempotency-Key": "k"}

    first = login(owner).post(url, json={"count": 3}, headers=key)
    again = login(owner).post(url, json={"count": 3}, headers=key)
    texts = [item["text"] for item in first.json["items"]]
    shop.buy(ada, Item("networking", code=texts[0]))
    shop.credits.codes.keep(texts[1], person=ada)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.text == first.text
    held = everything(app)
    assert texts[0][-4:] in held  # what is shown is there, so the look is not at empty tables
    assert not any(text in held or text.replace("-", "") in held for text in texts)
    assert not any(
        text in repr(shop.credits.codes.get(account.id, first.json["items"][0]["id"], viewer=None)) for text in texts
    )
