"""Credits, whole numbers and flags, as JSON has them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import ValidationError, fields

from ..domain.amounts import parse_credits, wire
from .base import JsonSchema

_DIGITS = re.compile(r"[0-9]{1,9}")


class Credits(fields.Field[Decimal]):
    """Credits: a string or a whole number in, `"20.00"` out. `signed` lets an adjustment be negative."""

    accepts: ClassVar[JsonSchema] = {
        "type": ["string", "integer"],
        "pattern": r"^[0-9]{1,15}(\.[0-9]{1,2})?$",
        "minimum": 0,
        "maximum": 10**15,
        "examples": ["20.00", 20],
    }
    gives: ClassVar[JsonSchema] = {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$", "examples": ["20.00"]}

    def __init__(self, *, signed: bool = False, positive: bool = False, **kwargs: Any) -> None:
        self.signed = signed
        self.positive = positive
        super().__init__(**kwargs)

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else wire(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        try:
            amount = parse_credits(value, signed=self.signed)
        except ValueError as problem:
            raise ValidationError(str(problem)) from None
        if self.positive and amount == 0:
            raise ValidationError("This must be more than zero.")
        return amount


class WholeNumber(fields.Field[int]):
    """An integer within bounds; `3.0`, `"3"` and `true` are not. In a query there are only strings: `in_query`."""

    def __init__(self, *, least: int = 0, most: int = 2**31 - 1, in_query: bool = False, **kwargs: Any) -> None:
        self.least = least
        self.most = most
        self.in_query = in_query
        super().__init__(**kwargs)

    @property
    def accepts(self) -> JsonSchema:
        """Its JSON Schema in requests."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    gives: ClassVar[JsonSchema] = {"type": "integer"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if self.in_query and isinstance(value, str) and _DIGITS.fullmatch(value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("Send a whole number.")
        if not self.least <= value <= self.most:
            raise ValidationError(f"Send a whole number from {self.least} to {self.most}.")
        return value


class Flag(fields.Field[bool]):
    """`true` or `false`, nothing that merely looks like it."""

    accepts: ClassVar[JsonSchema] = {"type": "boolean"}
    gives = accepts

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Send true or false.")
        return value
