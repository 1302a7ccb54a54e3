"""The blueprint that holds every page, every macro and the stylesheet."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader

from ..config import Settings
from . import (
    account_codes,
    accounts,
    admin,
    checkout,
    codes,
    credit_types,
    csrf,
    errors,
    guards,
    orders,
    pay,
    redemptions,
)
from .layout import LayoutLoader
from .numbers import show_credits
from .tools import PageTools

NAME = "training_credits"
PACKAGE = Path(__file__).parent.parent
VIEWS = (pay, checkout, orders, redemptions, codes, credit_types, accounts, account_codes, admin)


class PagesBlueprint(Blueprint):
    """A blueprint whose layout template is made for the host it is mounted in."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            NAME,
            __name__,
            url_prefix=settings.url_prefix,
            static_folder=str(PACKAGE / "static"),
            static_url_path="/static",
        )
        self._templates = ChoiceLoader([LayoutLoader(settings), FileSystemLoader(PACKAGE / "templates")])

    @property
    def jinja_loader(self) -> BaseLoader:
        """The layout for this host first, then the package's templates."""
        return self._templates


def create_web_blueprint(settings: Settings) -> Blueprint:
    """Return the pages as one flat blueprint named `training_credits`, ready to be registered on one app."""
    blueprint = PagesBlueprint(settings)
    guards.install(blueprint)
    errors.install(blueprint)
    for module in VIEWS:
        module.register(blueprint)

    @blueprint.record_once
    def add_to_templates(state: BlueprintSetupState) -> None:
        state.app.jinja_env.globals["tc"] = PageTools()
        state.app.jinja_env.filters["credits"] = show_credits
        csrf.follow_sign_ins(cast(Flask, state.app))  # typed as what Flask and Quart have in common

    return blueprint
