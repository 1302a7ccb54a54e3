"""One sentence about what has just been done, shown on the next page. Hosts show `flash` in their own way, or not."""

from __future__ import annotations

from flask import session

KEY = "_training_credits_notice"


def leave(text: str) -> None:
    """Show the text on the next page of ours."""
    session[KEY] = text


def take() -> str | None:
    """The text left for this page, once."""
    return session.pop(KEY, None) if KEY in session else None
