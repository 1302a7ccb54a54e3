"""What commands share: `--json [FILE]`, and how they end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import IO, Any, NoReturn, TypeVar

import click

from ..domain.wire import to_wire

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """Add `--json [FILE]`; the command gets `json_file`, open for writing, or None.

    The file is opened before the command does anything: what cannot be told must not be done.
    """
    return click.option(
        "--json",
        "json_file",
        type=click.File("w", encoding="utf-8", lazy=False),
        is_flag=False,
        flag_value="-",
        metavar="[FILE]",
        help="Write JSON to FILE, or to standard output.",
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
