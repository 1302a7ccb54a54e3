"""Links inside the documentation lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.documents import DOCS, PAGES

TREE = re.compile(r"^```\{toctree\}\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")


def anchors(page: Path) -> set[str]:
    """What can be linked to on a page: its headings, and its own targets."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_links_lead_somewhere(page: Path) -> None:
    """Each names a page that is there and a heading on it."""
    lost = []
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        found = (page.parent / target).resolve() if target else page
        if not found.is_file() or (anchor and anchor not in anchors(found)):
            lost.append(f"{target}#{anchor}")

    assert lost == []


def test_every_page_is_in_the_contents() -> None:
    """What is written can be found."""
    listed = set()
    for page in (DOCS / "index.md", DOCS / "decisions" / "index.md"):
        for tree in TREE.findall(page.read_text(encoding="utf-8")):
            listed |= {page.parent / f"{name}.md" for name in re.findall(r"^([\w/-]+)$", tree, re.MULTILINE)}

    assert set(PAGES) - listed == {DOCS / "index.md"}
