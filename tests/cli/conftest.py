"""Running our commands as a shell does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(app: Flask) -> Run:
    """Runs `flask credits …`; answers exit code, output and complaints."""

    def run(*arguments: str) -> tuple[int, str, str]:
        result = app.test_cli_runner().invoke(args=["credits", *arguments], catch_exceptions=False)
        return result.exit_code, result.stdout, result.stderr

    return run
