"""What every use case stands on, and the way each of them moves credits once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from ..codes import CodeTexts
from ..config import Settings
from ..domain.wire import to_wire
from ..errors import IdempotencyKeyRequired
from .asking import Host
from .attempts import Attempts
from .idempotency import Claim, IdempotencyKeys, Replayed
from .people import Actor, People, actor_id
from .store import Store
from .unit import Units

T = TypeVar("T")

MAX_KEY = 255


@dataclass(frozen=True)
class Core:
    """The parts that use cases share. A service never reads the request, the session of a visitor or the config."""

    settings: Settings
    store: Store
    units: Units
    host: Host
    people: People
    keys: IdempotencyKeys
    texts: CodeTexts
    attempts: Attempts
    clock: Callable[[], datetime]

    def once(
        self,
        key: str | Claim | None,
        actor: Actor,
        method: str,
        asked: dict[str, Any],
        *,
        act: Callable[[Claim | None], T],
        reload: Callable[[Any], T],
    ) -> T:
        """Move credits once per key: look the key up, then `act`, which runs its unit with the claim.

        A `Claim` comes from the API, which answers a replay itself (`Replayed` is raised). A plain key comes from
        host code: `reload` gets the ids that were kept, and gives the result as it stands now.
        """
        claim = self._claim(key, actor, method, asked)
        try:
            with self.keys.running(claim):
                return act(claim)
        except Replayed as replay:
            if claim is not key:
                return reload(json.loads(replay.body))
            raise

    def _claim(self, key: str | Claim | None, actor: Actor, method: str, asked: dict[str, Any]) -> Claim | None:
        if not isinstance(key, str):
            return key
        if not 1 <= len(key) <= MAX_KEY:
            raise IdempotencyKeyRequired
        fingerprint = hashlib.sha256(json.dumps(to_wire(asked), sort_keys=True).encode()).hexdigest()
        return Claim(actor_id(actor), "CALL", method, key, fingerprint, _ids_of)


def _ids_of(result: Any) -> tuple[int, str]:
    """What is kept for host code: the id of the result, or a list of ids."""
    return 0, json.dumps([item.id for item in result] if isinstance(result, list) else result.id)
