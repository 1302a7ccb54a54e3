"""Rendering our templates."""

from __future__ import annotations

from typing import Any

from flask import render_template


def render(template: str, **context: Any) -> str:
    """Return one of our templates, rendered in the host's layout."""
    return render_template(f"training_credits/{template}", **context)
