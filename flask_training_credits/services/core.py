"""What every use case stands on, and the way each of them moves credits once."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError

from ..codes import CodeTexts
from ..config import Settings
from ..domain.wire import to_wire
from ..errors import IdempotencyKeyRequired, Refused, RetryLater
from .asking import Host
from .attempts import Attempts
from .idempotency import Claim, IdempotencyKeys, Replayed
from .people import Actor, People, actor_id
from .store import Store
from .unit import Units, is_transient

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
        act_looks_up: bool = False,
    ) -> T:
        """Move credits once per key: look the key up, then `act`, which runs its unit with the claim.

        With `act_looks_up`, `act` does the first as well, along with what else it reads.

        A `Claim` comes from the API, which answers a replay itself (`Replayed` is raised). A plain key comes from
        host code: `reload` gets the ids that were kept, and gives the result as it stands now.
        """
        claim = self._claim(key, actor, method, asked)
        try:
            with self.keys.running(claim):
                return self._act(claim, act, act_looks_up=act_looks_up)
        except Replayed as replay:
            if claim is not key:
                return reload(json.loads(replay.body))
            raise

    def _act(self, claim: Claim, act: Callable[[Claim | None], T], *, act_looks_up: bool) -> T:
        try:
            if not act_looks_up:
                self.keys.look_up(claim)
            return act(claim)
        except Refused:  # perhaps only because a twin on another machine was faster: then its answer is the answer
            self.keys.look_up(claim)
            raise
        except DBAPIError as error:  # while reading; units try again by themselves
            if not is_transient(error):
                raise
            with suppress(DBAPIError):
                self.store.session.rollback()
            raise RetryLater from error

    def _claim(self, key: str | Claim | None, actor: Actor, method: str, asked: dict[str, Any]) -> Claim:
        """Without a key the call gets one of its own: after a COMMIT that got lost it is still not done twice."""
        if isinstance(key, Claim):
            return key
        if key is None:
            key = secrets.token_hex()
        if not 1 <= len(key) <= MAX_KEY:
            raise IdempotencyKeyRequired
        fingerprint = hashlib.sha256(json.dumps(to_wire(asked), sort_keys=True).encode()).hexdigest()
        return Claim(actor_id(actor), "CALL", method, key, fingerprint, _ids_of)


def _ids_of(result: Any) -> tuple[int, str]:
    """What is kept for host code: the id of the result, or a list of ids."""
    return 0, json.dumps([item.id for item in result] if isinstance(result, list) else result.id)
