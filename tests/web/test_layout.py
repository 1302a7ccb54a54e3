"""The one template that knows the host."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_training_credits.testing import MemoryHooks, person
from tests.support.host import SignedIn
from tests.support.pages import soup

pytestmark = pytest.mark.databases("sqlite")

HOST = """<!doctype html><html lang="en"><head><title>{% block heading %}{% endblock %}</title></head>
<body><main class="host">{% block body %}{% endblock %}</main></body></html>"""


@pytest.fixture
def visit(make_app: Callable[..., Flask], hooks: MemoryHooks, tmp_path: Path) -> Callable[..., Any]:
    """Asks for a page of a host with these templates and settings."""

    def get(files: dict[str, str], **config: Any) -> Any:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        app = make_app(own=True, TRAINING_CREDITS_TEMPLATES=str(tmp_path), **config)
        client: FlaskClient = app.test_client(user=SignedIn(hooks.users.add(person()).id))
        return soup(client.get("/credits/my-codes"))

    return get


def test_pages_go_into_the_hosts_blocks(visit: Callable[..., Any]) -> None:
    """Whatever those are called."""
    page = visit(
        {"skeleton.html": HOST},
        TRAINING_CREDITS_BASE_TEMPLATE="skeleton.html",
        TRAINING_CREDITS_TITLE_BLOCK="heading",
        TRAINING_CREDITS_CONTENT_BLOCK="body",
    )

    assert page.find("title").get_text() == "My codes"
    assert page.select_one("main.host h1").get_text() == "My codes"
    assert page.select_one("main.host link")["href"] == "/credits/static/training_credits.css"


def test_a_host_may_write_the_layout_itself(visit: Callable[..., Any]) -> None:
    """In three lines."""
    layout = """{% extends "skeleton.html" %}
    {% block heading %}Mine: {% block credits_title %}{% endblock %}{% endblock %}
    {% block body %}{% block credits_content %}{% endblock %}{% endblock %}"""

    page = visit({"skeleton.html": HOST, "training_credits/layout.html": layout})

    assert page.find("title").get_text() == "Mine: My codes"
    assert page.select_one("main.host h1").get_text() == "My codes"
    assert page.select_one("main.host link") is not None


def test_without_a_base_template_pages_stand_alone(visit: Callable[..., Any]) -> None:
    """Whole, with links."""
    page = visit({})

    assert page.find("main").find("h1").get_text() == "My codes"
    assert [a.get_text() for a in page.select("nav a")] == ["What credits buy", "My purchases", "My codes"]
