"""The lines of our checkout page. The address says what is bought; the form says what pays for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from flask import request

from ..domain.values import Item, Offering, Person
from ..errors import Invalid, NotFound
from ..proxy import current_credits
from ..services.asking import Host
from ..services.judging import MAX_QUANTITY
from ..services.prices import general_price
from ..services.results import OfferingAccount, QuoteItem
from .refusals import Explanation, explain

MOST: Final = 50


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line: what, how many, and what pays for it so far."""

    offering_id: str
    quantity: int = 1
    code: str | None = field(default=None, repr=False)
    account_id: str | None = None

    @property
    def is_covered(self) -> bool:
        """Whether something pays for it."""
        return bool(self.code or self.account_id)

    def item(self) -> Item:
        """The line as a use case takes it."""
        return Item(self.offering_id, quantity=self.quantity, code=self.code, account_id=self.account_id)


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    """A line with all that the page says of it."""

    line: Line
    title: str
    price_credits: Decimal | None
    """For one; None if it depends on the account."""
    quoted: QuoteItem | None = None
    refused: Explanation | None = None


def read_lines() -> list[Line]:
    """The lines of this request: `?offering_id=a&quantity=1&offering_id=b`, and the form's sources by index."""
    offering_ids = request.args.getlist("offering_id")
    quantities = request.args.getlist("quantity")
    if len(offering_ids) > MOST:
        raise Invalid.field("offering_id", f"A checkout holds at most {MOST} items.")
    return [
        Line(
            offering_id=offering_id,
            quantity=_quantity(quantities[index]) if index < len(quantities) else 1,
            code=request.form.get(f"code-{index}") or None,
            account_id=request.form.get(f"account-{index}") or None,
        )
        for index, offering_id in enumerate(offering_ids)
    ]


def cover(lines: Sequence[Line], **source: str) -> list[Line]:
    """Let one source pay for every line that nothing pays for yet."""
    return [line if line.is_covered else replace(line, **source) for line in lines]  # type: ignore[arg-type]


def uncover(lines: Sequence[Line], indexes: Mapping[int, object] | set[int]) -> list[Line]:
    """Take the sources away from the lines with these indexes."""
    return [replace(line, code=None, account_id=None) if index in indexes else line for index, line in enumerate(lines)]


def show(lines: Sequence[Line], quoted: Sequence[QuoteItem] = ()) -> list[ShownLine]:
    """The lines for the page; `quoted` are the quotes of the covered ones, in their order.

    The catalog is asked once for all of them. Raises `NotFound` for what it does not know.
    """
    offerings = _offerings({line.offering_id for line in lines})
    is_derived = any(offering.price_credits is None for offering in offerings.values())
    types = current_credits.credit_types.list() if is_derived else ()
    quotes = iter(quoted)
    shown = []
    for line in lines:
        quote = next(quotes, None) if line.is_covered else None
        shown.append(
            ShownLine(
                line=line,
                title=offerings[line.offering_id].title,
                price_credits=general_price(offerings[line.offering_id], types),
                quoted=quote,
                refused=explain(quote.refusal) if quote and quote.refusal else None,
            )
        )
    return shown


def accounts_for(lines: Sequence[Line], person: Person) -> Sequence[OfferingAccount]:
    """The accounts that could pay for what nothing pays for yet.

    For a single such line each account says what it would answer. For several that is left to the review, which asks
    the chosen account about all of them: asking here would take a judgement for each line and each account.
    """
    open_ids = [line.offering_id for line in lines if not line.is_covered]
    if not open_ids:
        return []
    accounts = current_credits.checkout.offering(open_ids[0], person=person).accounts
    return accounts if len(open_ids) == 1 else [replace(account, refusal=None) for account in accounts]


def _offerings(offering_ids: Set[str]) -> Mapping[str, Offering]:
    found = Host(current_credits.hooks).offerings(offering_ids)
    if not offering_ids <= found.keys():
        raise NotFound
    return found


def _quantity(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_QUANTITY):
        raise Invalid.field("quantity", f"Write a whole number from 1 to {MAX_QUANTITY}.")
    return int(text)
