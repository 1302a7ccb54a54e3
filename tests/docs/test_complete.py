"""The reference pages name everything there is, and nothing that is not."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from typing import Any

from flask_training_credits.api.describe import packed_text
from flask_training_credits.cli import COMMANDS
from flask_training_credits.config import Settings
from flask_training_credits.domain.refusals import SENTENCES
from flask_training_credits.errors import REFUSAL_STATUS
from flask_training_credits.hooks import Hooks
from flask_training_credits.hooks.decorators import HookFunctions
from flask_training_credits.migrations import table_names
from flask_training_credits.migrations.tables import VERSION_TABLE
from flask_training_credits.models import Base
from flask_training_credits.signals import EVENTS
from flask_training_credits.testing import memory_hooks
from tests.support.documents import text_of
from tests.support.host import make_host

SETTINGS = {field.name.upper(): field for field in dataclasses.fields(Settings)}


def terms(page: str) -> list[str]:
    """What the definition lists of a page define."""
    return re.findall(r"^`([^`]+)`\n: ", text_of(page), re.MULTILINE)


def test_every_setting_is_there_once() -> None:
    """Each setting is described, and no other."""
    assert sorted(terms("configuration.md")) == sorted(SETTINGS)


def test_defaults_are_those_of_the_code() -> None:
    """What a page calls the default is the default."""
    described = re.findall(r"^`([A-Z_]+)`\n: (.+?)(?=\n\n|\Z)", text_of("configuration.md"), re.MULTILINE | re.DOTALL)
    stated = {name: found[1] for name, text in described if (found := re.search(r"Default:\s+`(.+?)`", text))}

    assert set(stated) == set(SETTINGS) - {"SIGNING_KEYS"}
    for name, default in stated.items():
        assert ast.literal_eval(default) == SETTINGS[name].default, name


def test_every_table_and_column_is_there_once() -> None:
    """The data model is the models'."""
    sections = re.findall(r"^### `(\w+)`\n(.*?)(?=^### |^## |\Z)", text_of("data-model.md"), re.DOTALL | re.MULTILINE)
    described = {
        name: [
            column
            for cell in re.findall(r"^\| (`.+?) \|", body, re.MULTILINE)
            for column in re.findall(r"`(\w+)`", cell)
        ]
        for name, body in sections
    }

    assert sorted(name for name, _ in sections) == sorted(table_names())
    for table in Base.metadata.sorted_tables:
        assert sorted(described[table.name]) == sorted(table.columns.keys()), table.name
    assert described[VERSION_TABLE] == ["version_num"]


def test_every_route_is_there_once() -> None:
    """The tables of routes are those of the served description, with their flags."""
    listed = re.findall(r"^\| `([A-Z]+) (/[^`]+)`( ⚑)? \|", text_of("api.md"), re.MULTILINE)
    described = [
        (method.upper(), path, " ⚑" if any(one["name"] == "Idempotency-Key" for one in parameters(operation)) else "")
        for path, operations in json.loads(packed_text())["paths"].items()
        for method, operation in operations.items()
    ]

    assert sorted(listed) == sorted(described)


def parameters(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The parameters of an operation that are not references."""
    return [one for one in operation["parameters"] if "name" in one]


def test_every_refusal_is_there_with_its_status() -> None:
    """Each code that an item can be refused with is listed, in the order in which they are looked at."""
    section = text_of("api.md").partition("### Refusals")[2].partition("## Idempotency")[0]
    listed = [(code, int(status)) for status, code in re.findall(r"^\| (\d+) \| `(\w+)`", section, re.MULTILINE)]

    assert listed == [(code, REFUSAL_STATUS.get(code, 422)) for code in SENTENCES]


def test_every_hook_is_there() -> None:
    """Each decorator and each field of `Hooks` is spoken of."""
    words = set(re.findall(r"\w+", text_of("hooks.md")))

    assert {field.name for field in dataclasses.fields(HookFunctions)} <= words
    assert {field.name for field in dataclasses.fields(Hooks)} <= words


def test_every_signal_is_there() -> None:
    """Each event that is told has its name on the page of hooks."""
    assert [event for event in EVENTS if f"`{event.replace('.', '-')}`" not in text_of("hooks.md")] == []


def test_every_command_is_there() -> None:
    """Each command is spoken of under operations."""
    assert [one.name for one in COMMANDS if f"`flask credits {one.name}" not in text_of("operations.md")] == []


def test_every_page_is_there_once() -> None:
    """The table of pages has every address that a browser can be sent to."""
    app = make_host("sqlite://", memory_hooks(), SQLALCHEMY_ENGINE_OPTIONS={})
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("training_credits.")]
    pages = {
        rule.endpoint.removeprefix("training_credits."): rule.rule.removeprefix("/credits")
        for rule in rules
        if "GET" in (rule.methods or ()) and not rule.endpoint.endswith(".static")
    }

    listed = re.findall(r"^\| `(\w+)` \| `(/[^`]+)` \|", text_of("pages.md"), re.MULTILINE)

    assert dict(listed) == pages
    assert len(listed) == len(pages)
