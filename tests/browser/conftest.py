"""A real browser, and the example for it to walk through."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from example_app import create_app
from example_app.models import db
from flask_training_credits.testing import assert_ledger
from tests.browser.visitor import Visitor

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = {"desktop": 1280, "phone": 390}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is here."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The chromium on the PATH.

    No longer than a module: while it runs there is an event loop in this thread, and the tests after it need their own.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        required = os.environ.get("TRAINING_CREDITS_TEST_REQUIRE") == "all"
        message = "no browser: install chromium (Debian: apt-get install chromium) to walk through the pages"
        (pytest.fail if required else pytest.skip)(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def looked_at() -> set[str]:
    """The pages that axe has looked at already."""
    return set()


@pytest.fixture
def academy(tmp_path: Path) -> Iterator[str]:
    """The address of an example of this test's own; it ends with the check of the ledger."""
    app = create_app({"SECRET_KEY": "x" * 40, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/northwind.sqlite"})
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # not a line for every stylesheet
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    assert_ledger(app)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def visit(browser: Browser, academy: str, looked_at: set[str]) -> Iterator[Callable[..., Visitor]]:
    """Opens the example's front page: `visit(width=390, scripts=False)`. Nothing may have gone wrong at the end."""
    visitors: list[Visitor] = []

    def open_page(*, width: int = 1280, scripts: bool = True) -> Visitor:
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
        visitor = Visitor(context.new_page(), academy, width=width, scripts=scripts, looked_at=looked_at)
        visitors.append(visitor)
        visitor.go("/")
        return visitor

    yield open_page
    for visitor in visitors:
        assert visitor.problems == []
        visitor.page.context.close()


@pytest.fixture(params=WIDTHS.values(), ids=WIDTHS.keys())
def visitor(request: pytest.FixtureRequest, visit: Callable[..., Visitor]) -> Visitor:
    """Somebody at a desk, then somebody with a phone."""
    return visit(width=request.param)
