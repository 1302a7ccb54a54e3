"""Reading pages and sending their forms, the way a browser without JavaScript does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def soup(response: TestResponse) -> BeautifulSoup:
    """The parsed page."""
    return BeautifulSoup(response.text, "html.parser")


def text_of(response: TestResponse) -> str:
    """What the page says, in one line."""
    return " ".join(soup(response).get_text(" ").split())


def heading(response: TestResponse) -> str:
    """The page's one main heading."""
    [found] = soup(response).find_all("h1")
    return " ".join(found.get_text(" ").split())


def form_of(response: TestResponse, button: str) -> Tag:
    """The form with a visible button of this name."""
    for form in soup(response).find_all("form"):
        for found in form.find_all("button"):
            if " ".join(found.get_text(" ").split()).startswith(button):
                return form
    raise AssertionError(f"no form with a button {button!r}: {text_of(response)}")


def fields_of(form: Tag, button: str) -> dict[str, Any]:
    """What the form would send when this button is pressed."""
    fields: dict[str, Any] = {}
    for found in form.find_all(["input", "select"]):
        name, kind = found.get("name"), found.get("type", "text")
        if not name or found.has_attr("disabled") or (kind in {"radio", "checkbox"} and not found.has_attr("checked")):
            continue
        if found.name == "select":
            chosen = found.find("option", selected=True) or found.find("option")
            fields[str(name)] = chosen["value"] if chosen else ""
        else:
            fields[str(name)] = found.get("value", "")
    for found in form.find_all("button"):
        if " ".join(found.get_text(" ").split()).startswith(button) and found.get("name"):
            fields[str(found["name"])] = found.get("value", "")
    return fields


def press(
    client: FlaskClient, page: TestResponse, button: str, fill: Mapping[str, Any] | None = None, **options: Any
) -> TestResponse:
    """Fill the form that holds the button, and press it."""
    form = form_of(page, button)
    data = fields_of(form, button) | dict(fill or {})
    url = urlsplit(str(form.get("action") or page.request.full_path))._replace(fragment="").geturl()
    if str(form.get("method", "get")).lower() == "get":
        return client.get(url, query_string=data, **options)
    return client.post(url, data=data, **options)


def alert(response: TestResponse) -> str:
    """What the page says went wrong."""
    [found] = soup(response).find_all(role="alert")
    return " ".join(found.get_text(" ").split())
