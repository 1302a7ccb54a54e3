"""The settings `TRAINING_CREDITS_*`, read once at `init_app`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from ..domain.values import Person
from ..errors import HookFailed
from . import readers

log = logging.getLogger("flask_training_credits")

PREFIX: Final = "TRAINING_CREDITS_"


def _read_by(read: Callable[[Any], object]) -> Mapping[str, Any]:
    """Field metadata: how a configured value is read."""
    return {"read": read}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the host has configured, each value checked; names are those of the settings in lower case."""

    url_prefix: str = field(default="/credits", metadata=_read_by(readers.url_prefix))
    signing_keys: tuple[bytes, ...] = field(repr=False, metadata=_read_by(readers.keys))
    """Oldest to newest; the newest signs. By default Flask's `SECRET_KEY_FALLBACKS` and `SECRET_KEY`."""
    bind_key: str | None = field(default=None, metadata=_read_by(readers.text))
    """The bind that holds our tables; None for the default database."""
    external_url: str | None = field(default=None, metadata=_read_by(readers.web_address))
    """Where the site is, for links made outside a request."""
    staff: tuple[str, ...] = field(default=(), metadata=_read_by(readers.people))
    """User ids and verified e-mail addresses."""
    enabled: bool | Callable[[Person | None], bool] = field(default=True, metadata=_read_by(readers.switch))
    base_template: str | None = field(default=None, metadata=_read_by(readers.text))
    content_block: str = field(default="content", metadata=_read_by(readers.block))
    title_block: str = field(default="title", metadata=_read_by(readers.block))
    templates: str | None = field(default=None, metadata=_read_by(readers.folder))
    """A folder of templates that come before the host's and ours."""
    support_url: str | None = field(default=None, metadata=_read_by(readers.text))
    support_email: str | None = field(default=None, metadata=_read_by(readers.email))
    staff_email: str | None = field(default=None, metadata=_read_by(readers.email))
    """Where mail to staff goes; by default `support_email`."""
    cli_group: str = field(default="credits", metadata=_read_by(readers.command))
    quote_minutes: int = field(default=15, metadata=_read_by(readers.at_least(1)))
    request_days: int = field(default=30, metadata=_read_by(readers.at_least(1)))
    grace_days: int = field(default=30, metadata=_read_by(readers.at_least(0)))
    expiry_notice_days: tuple[int, ...] = field(default=(90, 60, 30, 10, 0), metadata=_read_by(readers.days))
    code_attempts: str = field(default="10 per 10 minutes", metadata=_read_by(readers.rate))
    rate_limit_storage: str = field(default="memory://", metadata=_read_by(readers.storage))
    webhook_private_addresses: bool = field(default=False, metadata=_read_by(readers.flag))

    @classmethod
    def load(cls, config: Mapping[str, Any]) -> tuple[Settings | None, list[str]]:
        """The settings, or None and everything that is wrong, each named with its remedy."""
        values: dict[str, Any] = {}
        problems: list[str] = []
        for setting in fields(cls):
            name = PREFIX + setting.name.upper()
            if name not in config:
                continue
            value = config[name]
            if setting.name == "templates" and isinstance(value, str | Path):
                # Like Flask's own folders, seen from the application's.
                value = Path(getattr(config, "root_path", ""), value)
            try:
                values[setting.name] = setting.metadata["read"](value)
            except ValueError as error:
                problems.append(f"{name} {error}, not {_shown(setting.name, value)}")
        if PREFIX + "SIGNING_KEYS" not in config:
            values["signing_keys"] = _flask_keys(config)
            if not values["signing_keys"]:
                problems.append(
                    f"{PREFIX}SIGNING_KEYS is missing: set it to a list of long random keys, or set SECRET_KEY"
                )
        if problems:
            return None, problems
        if values.get("staff_email") is None:
            values["staff_email"] = values.get("support_email")
        return cls(**values), []

    def is_enabled(self, person: Person | None) -> bool:
        """Whether this person (None: a visitor) is shown anything of training credits. Raises `HookFailed`."""
        if not callable(self.enabled):
            return self.enabled
        try:
            return bool(self.enabled(person))
        except Exception as error:
            log.exception("the callable in TRAINING_CREDITS_ENABLED failed")
            raise HookFailed from error


def _flask_keys(config: Mapping[str, Any]) -> tuple[bytes, ...]:
    """Flask's own keys, oldest to newest: its fallbacks are listed the other way round."""
    newest_first = [config.get("SECRET_KEY"), *(config.get("SECRET_KEY_FALLBACKS") or ())]
    return readers.keys([key for key in reversed(newest_first) if key]) if newest_first[0] else ()


def _shown(name: str, value: object) -> str:
    """The value for a message; of keys only the type."""
    if name == "signing_keys":
        return type(value).__name__
    return repr(str(value) if isinstance(value, Path) else value)
