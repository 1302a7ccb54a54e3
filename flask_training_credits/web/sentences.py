"""Sentences that use cases have filled in already, in the reader's language."""

from __future__ import annotations

import re
from functools import cache

from ..domain.refusals import SENTENCES
from .i18n import look_up

_PLACEHOLDER = re.compile(r"%\\\((\w+)\\\)s")


def translated(code: str, message: str) -> str:
    """The sentence of a refusal in the reader's language; a host's own sentence stays as it is.

    What was filled in is read back from the English sentence, which the services wrote without knowing the reader.
    """
    sentence = SENTENCES.get(code)
    if sentence is None:
        return message
    text = look_up(sentence)
    found = _pattern(sentence).fullmatch(message)
    if text == sentence or found is None:
        return message
    try:
        return text % found.groupdict()
    except (KeyError, TypeError, ValueError):  # a translation with a placeholder that is not ours
        return message


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub(r"(?P<\1>.*)", re.escape(sentence)))
