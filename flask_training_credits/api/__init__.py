"""The JSON interface: one flat blueprint under `<prefix>/api/v1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response

from .describe import add_description
from .dispatch import view_of
from .problems import add_error_handlers
from .routes import ENDPOINTS
from .unknown import add_catch_all

if TYPE_CHECKING:
    from ..config import Settings

NAME = "training_credits_api"


def create_api_blueprint(settings: Settings) -> Blueprint:
    """A new blueprint with every route of the interface, under `<prefix>/api/v1`.

    It is flat, so that a host's CSRF exemption reaches all of it; it answers everything under its prefix, errors
    and unknown paths too, with JSON that nobody may cache.
    """
    blueprint = Blueprint(NAME, __name__, url_prefix=f"{settings.url_prefix}/api/v1")
    for endpoint in ENDPOINTS:
        blueprint.add_url_rule(
            endpoint.path,
            endpoint.name,
            view_of(endpoint),
            methods=[endpoint.method],
            provide_automatic_options=False,  # it would name the methods of the catch-all
        )
    add_description(blueprint)
    add_catch_all(blueprint)
    add_error_handlers(blueprint)
    blueprint.after_request(_forbid_caching)
    return blueprint


def _forbid_caching(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
