"""An access hook that does what a test tells it to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask_training_credits import AccessGrant
from flask_training_credits.testing import MemoryAccess


@dataclass
class ScriptedAccess(MemoryAccess):
    """Calls `script["grant"](grant)` and its like first, then notes the call; a script may raise."""

    script: dict[str, Callable[[AccessGrant], object]] = field(default_factory=dict)

    def grant(self, grant: AccessGrant) -> Mapping[str, str] | None:
        """Play, then note it."""
        self._play("grant", grant)
        return super().grant(grant)

    def after_grant(self, grant: AccessGrant) -> None:
        """Play, then note it."""
        self._play("after_grant", grant)
        super().after_grant(grant)

    def revoke(self, grant: AccessGrant, reason: str) -> None:
        """Play, then note it."""
        self._play("revoke", grant)
        super().revoke(grant, reason)

    def after_revoke(self, grant: AccessGrant, reason: str) -> None:
        """Play, then note it."""
        self._play("after_revoke", grant)
        super().after_revoke(grant, reason)

    def _play(self, hook: str, grant: AccessGrant) -> None:
        if hook in self.script:
            self.script[hook](grant)


def failing(grant: AccessGrant) -> None:
    """A script for a hook that is broken."""
    raise RuntimeError(f"this hook fails for {grant.user_id}")
