"""The lines of our checkout page. The address says what is bought; the form says what pays for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask import request

from ..domain.values import Item, Person
from ..errors import Invalid
from ..proxy import current_credits
from ..services.results import OfferingView, QuoteItem
from .refusals import Explanation, explain

MOST: Final = 50
MOST_OF_ONE: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line: what, how many, and what pays for it so far."""

    offering_id: str
    quantity: int = 1
    code: str | None = None
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
    offering: OfferingView
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


def show(lines: Sequence[Line], person: Person, quoted: Sequence[QuoteItem] = ()) -> list[ShownLine]:
    """The lines for the page; `quoted` are the quotes of the covered ones, in their order."""
    quotes = iter(quoted)
    shown = []
    for line in lines:
        quote = next(quotes, None) if line.is_covered else None
        refused = explain(quote.refusal) if quote and quote.refusal else None
        offering = current_credits.checkout.offering(line.offering_id, person=person)
        shown.append(ShownLine(line=line, offering=offering, quoted=quote, refused=refused))
    return shown


def _quantity(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_OF_ONE):
        raise Invalid.field("quantity", "Write a whole number of at least 1.")
    return int(text)
