"""Throttling of guesses: flat answers per user and per address."""

from __future__ import annotations

import time

from limits import RateLimitItem, parse_many, storage, strategies

from ..errors import Refused

_ADDRESS_FACTOR = 10


class Attempts:
    """Counts flat answers to code texts. Success resets nothing."""

    def __init__(self, limit: str, storage_uri: str) -> None:
        self._limits = parse_many(limit)
        self._window = strategies.FixedWindowRateLimiter(storage.storage_from_string(storage_uri))

    def check(self, user_id: str | None, address: str | None) -> None:
        """Raise `too_many_attempts` when the user or the address has had too many flat answers."""
        for limit, name in self._counted(user_id, address):
            if not self._window.test(limit, name):
                reset, _ = self._window.get_window_stats(limit, name)
                raise Refused(
                    "too_many_attempts",
                    "Too many codes that do not exist. Wait a little, check the code and try again.",
                    remedy={"action": "wait", "seconds": max(1, int(reset - time.time()) + 1)},
                )

    def failed(self, user_id: str | None, address: str | None) -> None:
        """Count one flat answer."""
        for limit, name in self._counted(user_id, address):
            self._window.hit(limit, name)

    def _counted(self, user_id: str | None, address: str | None) -> list[tuple[RateLimitItem, str]]:
        counted = [(limit, f"credits:user:{user_id}") for limit in self._limits if user_id]
        wider = (
            (type(limit)(limit.amount * _ADDRESS_FACTOR, limit.multiples), f"credits:address:{address}")
            for limit in self._limits
            if address
        )
        return [*counted, *wider]
