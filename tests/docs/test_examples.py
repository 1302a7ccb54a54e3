"""What the documentation shows works as it stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.documents import DOCS, PAGES, execute

WITH_EXAMPLES = [page for page in PAGES if "```python\n" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: str(page.relative_to(DOCS)))
def test_a_page_does_what_it_shows(page: Path, tmp_path: Path) -> None:
    """Every block of the page, from top to bottom."""
    assert execute(page, tmp_path) > 0
