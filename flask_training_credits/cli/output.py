"""What commands share: `--json [FILE]`, and how they end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any, NoReturn, TypeVar

import click

from ..domain.wire import to_wire

Command = TypeVar("Command", bound=Callable[..., Any])


class JsonFile(click.File):
    """A file for JSON that cannot be mistaken for the argument after `--json`.

    `account --json acme` would write a file called acme, and list all accounts.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> IO[Any]:
        """The open file; wrong usage unless its name ends in `.json` or has a folder in it."""
        name = str(value)
        if name != "-" and not name.endswith(".json") and Path(name).name == name:
            self.fail(f"If {name!r} is a file, write ./{name}; if not, put it before --json.", param, ctx)
        return super().convert(value, param, ctx)


def json_option(command: Command) -> Command:
    """Add `--json [FILE]`; the command gets `json_file`, open for writing, or None.

    The file is opened before the command does anything: what cannot be told must not be done.
    """
    return click.option(
        "--json",
        "json_file",
        type=JsonFile("w", encoding="utf-8", lazy=False),
        is_flag=False,
        flag_value="-",
        metavar="[FILE]",
        help="Write JSON to FILE (such as out.json), or to standard output.",
    )(command)


def show(data: object, lines: Iterable[str], json_file: IO[str] | None) -> None:
    """Write `data` as JSON if it was asked for, and `lines` for people unless the JSON went to standard output."""
    if json_file is not None:
        json.dump(to_wire(data), json_file, ensure_ascii=False, indent=2)
        json_file.write("\n")
    if json_file is None or json_file.name != "<stdout>":
        for line in lines:
            click.echo(line)


def findings() -> NoReturn:
    """End with exit code 1: the command worked and found something."""
    raise click.exceptions.Exit(1)
