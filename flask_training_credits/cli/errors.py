"""Errors as an operator reads them: the option that is wrong and how to mend it, never a traceback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

import click
from marshmallow import Schema
from sqlalchemy.exc import DBAPIError

from ..errors import CreditsError, IdempotencyKeyRequired, IdempotencyMismatch, Invalid, NotFound
from ..proxy import current_credits
from ..schemas.base import WHOLE, parse

Command = TypeVar("Command", bound=Callable[..., Any])

_WRONG_USAGE = (IdempotencyKeyRequired, IdempotencyMismatch)


def explained(command: Command) -> Command:
    """Make a command end with a sentence where a service refuses.

    Exit code 2 for what was asked wrongly, 1 for what is not possible now.
    """

    @wraps(command)
    def explaining(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except Invalid as error:
            raise click.UsageError(named_by_option(error)) from None
        except NotFound:
            raise click.UsageError(f"There is no such thing. Find accounts with: {ours('account TEXT')}") from None
        except _WRONG_USAGE as error:
            raise click.UsageError(f"--key: {error.message}") from None
        except CreditsError as error:
            raise click.ClickException(f"{error.message} ({error.code})") from None
        except DBAPIError as error:
            raise click.ClickException(f"The database says: {error.orig}. Look with: {ours('doctor')}") from None

    return explaining  # type: ignore[return-value]  # the same signature


def read(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """Options as the JSON interface would read them; those that were not given are left out."""
    return parse(schema, {name: value for name, value in values.items() if value not in (None, ())})


def named_by_option(error: Invalid) -> str:
    """Each wrong value under the option it came from."""
    lines = []
    for field, sentences in error.errors.items():
        name = field.partition(".")[0]
        words = " ".join(map(str, sentences))
        lines.append(words if name == WHOLE else f"{_option(name)}: {words}")
    return "\n".join(lines)


def ours(command: str) -> str:
    """How to call one of our commands in this app."""
    return f"flask {current_credits.settings.cli_group} {command}"


def _option(field: str) -> str:
    """The argument or option that fills a field."""
    context = click.get_current_context()
    for parameter in context.command.params:
        if parameter.name == field:
            return parameter.opts[-1] if isinstance(parameter, click.Option) else parameter.make_metavar(context)
    return field
