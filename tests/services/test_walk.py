"""The first walk: credits on an account, a code, a course."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_training_credits import Item, Refused
from flask_training_credits.testing import offering, person


def test_a_code_buys_a_course_and_the_journal_says_why(
    credits: Any, make: Any, catalog: Any, users: Any, access: Any
) -> None:
    """100 credits become 80, the learner is let in, and a second course that costs 90 is refused."""
    ada = users.add(person(id="ada"))
    catalog.add(offering(id="networking", price_credits=Decimal(20)))
    catalog.add(offering(id="mastery", price_credits=Decimal(90)))
    code = make.credit_code()

    quote = credits.checkout.quote(ada, [Item("networking", code=code.text)])
    assert (quote.ok, quote.total) == (True, Decimal("20.00"))
    order = credits.checkout.place(ada, [Item("networking", code=code.text)], key="k1", token=quote.token)
    assert order.status == "completed"
    again = credits.checkout.place(ada, [Item("networking", code=code.text)], key="k1", token=quote.token)
    assert again.id == order.id
    account = credits.accounts.get(code.account_id, viewer=None)
    assert account.available == Decimal("80.00")
    kinds = [t.kind for t in credits.accounts.transactions(code.account_id, viewer=None).items]
    assert kinds == ["spend", "issue"]
    with pytest.raises(Refused) as refused:
        credits.checkout.place(ada, [Item("mastery", code=code.text)], key="k2")
    assert refused.value.code == "insufficient_credits"
    with pytest.raises(Refused) as refused:
        credits.checkout.place(ada, [Item("networking", code=code.text)], key="k3")
    assert refused.value.code == "already_enrolled"
    assert credits.redemptions.find("ada", "networking").id == order.items[0].id
