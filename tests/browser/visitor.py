"""Somebody in front of the example."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, expect

ANSWERED_WITH_A_REFUSAL = "Failed to load resource: the server responded with a status of 4"
"""What the console says of a page that is a refusal; that is no fault."""


STRUCTURE = "[...document.querySelectorAll('*')].map(e => `${e.tagName}.${e.className.baseVal ?? e.className}`).join()"
"""What a page is made of, whatever its words: axe looks at each structure once."""


class Visitor:
    """A browser's page, and what went wrong on it: script errors, violations of the content security policy."""

    def __init__(self, page: Page, address: str, *, width: int, scripts: bool, looked_at: set[str]) -> None:
        self.page = page
        self.problems: list[str] = []
        self._address = address
        self._width = width
        self._scripts = scripts
        self._looked_at = looked_at
        page.set_default_timeout(20_000)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(ANSWERED_WITH_A_REFUSAL):
            self.problems.append(message.text)

    def go(self, path: str) -> None:
        """Open a path."""
        self.page.goto(self._address + path)
        self.check()

    def be(self, persona: str) -> None:
        """Become one of the demo's people."""
        self.go("/")
        self.press(f"Be the {persona}")

    def press(self, button: str) -> None:
        """Press a button that sends a form, and wait for the answer."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button).first.click()
        self.check()

    def follow(self, link: str) -> None:
        """Follow a link."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=link, exact=True).first.click()
        self.check()

    def fill(self, label: str, text: str) -> None:
        """Type into the field with this label."""
        self.page.get_by_label(label).fill(text)

    def sees(self, text: str) -> None:
        """Fail unless the text is on the page, for everybody to see."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def heading(self) -> str:
        """The page's main heading."""
        return self.page.locator("h1").inner_text()

    def path(self) -> str:
        """Where the visitor is."""
        return self.page.url.removeprefix(self._address)

    def check(self) -> None:
        """Fail if the page is not accessible or does not fit."""
        assert self.page.locator("h1").count() == 1
        if not self._scripts:
            return
        structure = f"{self._width} {self.page.evaluate(STRUCTURE)}"
        if structure not in self._looked_at:
            found = Axe().run(self.page).response["violations"]
            said = [f"{self.path()}: {v['id']}: {node['html']}" for v in found for node in v["nodes"]]
            assert said == []
            self._looked_at.add(structure)
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self._width, self.path()
