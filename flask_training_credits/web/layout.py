"""The layout template, written for the blocks of one host."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jinja2 import BaseLoader, Environment, TemplateNotFound

from ..config import Settings

LAYOUT = "training_credits/layout.html"
STANDALONE = "training_credits/standalone.html"
SOURCE = Path(__file__).parent.parent / "templates" / LAYOUT


class LayoutLoader(BaseLoader):
    """Gives `training_credits/layout.html`, with the host's base template and block names filled in.

    Jinja fixes the names of blocks when it compiles, so they cannot be variables. A host's own
    `training_credits/layout.html` is found before this one, like any template of an application.
    """

    def __init__(self, settings: Settings) -> None:
        self._names = {
            "BASE_TEMPLATE": settings.base_template or STANDALONE,
            "TITLE_BLOCK": settings.title_block if settings.base_template else "title",
            "CONTENT_BLOCK": settings.content_block if settings.base_template else "content",
        }

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return the layout, and nothing else."""
        if template != LAYOUT:
            raise TemplateNotFound(template)
        source = SOURCE.read_text(encoding="utf-8")
        for name, value in self._names.items():
            source = source.replace(name, value)
        return source, str(SOURCE), lambda: True
