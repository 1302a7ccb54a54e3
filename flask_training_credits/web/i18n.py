"""The words on the pages, in the reader's language.

The English sentence is the message id. A host with Flask-Babel may translate any of them in its own catalogs; what it
leaves out comes from ours.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import current_app

from .numbers import show_credits

TRANSLATIONS = Path(__file__).parent.parent / "translations"
MANY, ONE = "{n} credits", "{n} credit"


def translate(message: str, /, **values: object) -> str:
    """The message in the reader's language, its `{placeholders}` filled in; credits are written as `20`.

    A message that counts `{n} credits` becomes `{n} credit` for exactly one.
    """
    text = look_up(message)
    if MANY in message and values.get("n") == 1:
        one = message.replace(MANY, ONE)
        singular = look_up(one)
        # A language may have the sentence for many only: better that than English.
        text = singular if singular != one or text == message else text
    if not values:
        return text
    shown = {name: show_credits(value) if isinstance(value, Decimal) else value for name, value in values.items()}
    try:
        return text.format(**shown)
    except (KeyError, IndexError, ValueError):  # a translation with a placeholder that is not ours
        return message.format(**shown)


def look_up(message: str) -> str:
    """The sentence in the host's catalog, else in ours, else in English."""
    babel = flask_babel()
    if babel is None:
        return message
    text: str = babel.get_domain().gettext(message)
    return text if text != message else str(_own_domain(babel).gettext(message))


def flask_babel() -> Any:
    """The module Flask-Babel if the host uses it, else None; that it is installed says nothing."""
    return import_module("flask_babel") if "babel" in current_app.extensions else None


@cache
def _own_domain(babel: Any) -> Any:
    return babel.Domain(translation_directories=[str(TRANSLATIONS)], domain="training_credits")
