"""Groups whose first argument may be left to a command that is used most."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup


class UsualGroup(AppGroup):
    """A group of commands; what names none of them goes to the one called `usual`."""

    def __init__(self, *args: Any, usual: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.usual = usual

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments of the group, with the usual command put in front of what names no command."""
        first = args[0] if args else ""
        if first not in self.commands and first not in self.get_help_option_names(ctx):
            args = [self.usual, *args]
        return super().parse_args(ctx, args)
