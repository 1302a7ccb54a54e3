"""A secret that outlives a restart, so that sessions and codes stay valid."""

from __future__ import annotations

import secrets
from pathlib import Path


def kept_secret(file: Path) -> str:
    """The secret kept in `file`, made on first use and readable by its owner only."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()
