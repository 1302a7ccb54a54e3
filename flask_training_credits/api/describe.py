"""The interface's own description, served from the packed `openapi.json`."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from flask import Blueprint, Response, url_for

from .answers import MEDIA_JSON, to_json

FILE = "openapi.json"


@cache
def packed_text() -> str:
    """The document as packed."""
    return (files(__package__) / FILE).read_text("utf-8")


def add_description(blueprint: Blueprint) -> None:
    """Serve the document, with the address at which this host mounted us."""

    def get_description() -> Response:
        address = url_for(".get_description").removesuffix(f"/{FILE}")
        document: dict[str, Any] = {**json.loads(packed_text()), "servers": [{"url": address}]}
        return Response(to_json(document), content_type=MEDIA_JSON)

    blueprint.add_url_rule(f"/{FILE}", "get_description", get_description, provide_automatic_options=False)
