"""How far long work has come, told on stderr so that figures on stdout stay clean."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import click

EVERY = 2.0
"""Seconds between two lines; work that takes less says nothing."""


class Progress:
    """Tells how much of some work is done, now and then; a terminal sees one line that changes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told = clock()
        self._is_terminal = sys.stderr.isatty()
        self._is_open = False

    def tell(self, words: str) -> None:
        """Say how far the work is, if it was not said a moment ago."""
        now = self._clock()
        if now - self._told < EVERY:
            return
        self._told = now
        if self._is_terminal:
            click.echo(f"\r\033[K{words}", err=True, nl=False)
            self._is_open = True
        else:
            click.echo(words, err=True)

    def done(self) -> None:
        """End the line that changed."""
        if self._is_open:
            click.echo("\r\033[K", err=True, nl=False)
            self._is_open = False
