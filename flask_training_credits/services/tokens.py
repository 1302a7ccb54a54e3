"""Quote tokens: a price promised for some minutes. They hold no secret, and no code text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from ..domain.journal import microseconds
from ..errors import Invalid, Refused

Line = tuple[str, int, str, str, int, int, int]
"""Offering, quantity, learner, source (code or account id), unit price, gross and discount in hundredths."""


class QuoteTokens:
    """Signs and reads the tokens of quotes."""

    def __init__(self, keys: Sequence[bytes], minutes: int) -> None:
        self._minutes = timedelta(minutes=minutes)
        self._serializer = URLSafeSerializer(
            list(keys),
            salt="training-credits.quote",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def sign(self, user_id: str, lines: Sequence[Line], now: datetime) -> str:
        """A token that fixes these lines for this user."""
        signed = self._serializer.dumps([user_id, microseconds(now + self._minutes), [list(line) for line in lines]])
        return str(signed)

    def read(self, token: str, user_id: str, asked: Sequence[tuple[Any, ...]], now: datetime) -> list[Line]:
        """The lines of a token that was given to this user for these items and sources.

        Raises `Invalid` for what is not a token, `quote_expired` when its time is over, `price_changed` when it was
        made for something else.
        """
        try:
            owner, until, lines = self._serializer.loads(token)
        except BadSignature:
            raise Invalid.field("token", "This is not a token from a quote; ask for a new quote.") from None
        if microseconds(now) >= until:
            raise Refused(
                "quote_expired", "The quoted price is no longer fixed. Look at the price again.", remedy=_QUOTE
            )
        if owner != user_id or [tuple(line[:4]) for line in lines] != [tuple(line) for line in asked]:
            raise Refused(
                "price_changed", "This price was quoted for something else. Look at the price again.", remedy=_QUOTE
            )
        return [tuple(line) for line in lines]


_QUOTE = {"action": "quote"}
