"""`flask credits openapi`: the description of the JSON interface."""

from __future__ import annotations

import json
from typing import IO

import click

from ..api.describe import packed_text
from .output import findings, json_option


@click.command()
@click.option("--fresh", is_flag=True, help="Make the document anew from the schemas (needs the extra `openapi`).")
@click.option("--check", is_flag=True, help="Exit 1 if the packed document is not what the schemas say.")
@json_option
def openapi(*, fresh: bool, check: bool, json_file: IO[str] | None) -> None:
    """Print the OpenAPI document of the JSON interface."""
    text = _fresh_text() if fresh or check else packed_text()
    if not check:
        (json_file.write if json_file else _print)(text)
    elif json.loads(text) != json.loads(packed_text()):
        click.echo("openapi.json is stale: make it anew with `flask credits openapi --fresh --json FILE`.", err=True)
        findings()


def _print(text: str) -> None:
    click.echo(text, nl=False)


def _fresh_text() -> str:
    try:
        from ..api.openapi import text
    except ModuleNotFoundError as error:
        raise click.UsageError(
            f"{error.name} is not installed: pip install 'Flask-Training-Credits[openapi]'"
        ) from None
    return text()
