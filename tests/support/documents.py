"""Pages of the documentation, and what it takes to execute their examples.

A page is executed from top to bottom, in one namespace and in a folder of its own. `python` blocks run. `pycon` blocks
run, and what comes out is compared, `...` standing for any text. `console` blocks run those commands that begin with
`flask credits`, on the page's `app`; output below a command is compared in the same way. `jinja` blocks that begin with
a file's name in a comment are written to that file. The quickstart's `lms.py` is a module that every page can import.
"""

from __future__ import annotations

import contextlib
import doctest
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted(page for page in DOCS.rglob("*.md") if "_build" not in page.parts)
"""Every page."""

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
COMMAND = "flask credits "


def text_of(name: str) -> str:
    """The source of a page."""
    return (DOCS / name).read_text(encoding="utf-8")


def execute(page: Path, folder: Path) -> int:
    """Execute a page's examples in this folder; how many there were. Raises where one does not do what it shows."""
    parsers = [
        PythonCodeBlockParser(),
        CodeBlockParser("pycon", run_session),
        CodeBlockParser("console", run_commands),
        CodeBlockParser("jinja", write_template),
    ]
    document = Sybil(parsers, path=str(DOCS)).parse(page)
    with lms_in(folder, document.namespace):
        count = 0
        for example in document.examples():
            example.evaluate()
            count += 1
    return count


@contextlib.contextmanager
def lms_in(folder: Path, namespace: dict[str, Any]) -> Iterator[None]:
    """The folder as working directory, with `lms.py` in it; at the end every database is closed."""
    (folder / "lms.py").write_text(quickstart_module(), encoding="utf-8")
    namespace["__name__"] = "page"
    sys.path.insert(0, str(folder))
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        sys.path.remove(str(folder))
        lms = sys.modules.pop("lms", None)
        for app in {id(app): app for app in [*namespace.values(), getattr(lms, "app", None)]}.values():
            if isinstance(app, Flask) and "sqlalchemy" in app.extensions:
                _dispose(app)


def quickstart_module() -> str:
    """The `lms.py` that the quickstart builds up: its first blocks."""
    blocks = re.findall(r"^```python\n(.*?)^```$", text_of("quickstart.md"), re.DOTALL | re.MULTILINE)
    parts = []
    for block in blocks:
        parts.append(block)
        if "credits.init_app(app" in block:
            break
    return "\n".join(parts)


def run_session(example: Example) -> None:
    """Run a `pycon` block and compare what comes out."""
    name, line = f"{Path(example.path).name}:{example.line}", example.line
    session = doctest.DocTestParser().get_doctest(example.parsed, example.namespace, name, example.path, line)
    complaints: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(session, out=complaints.append, clear_globs=False)
    example.namespace.update(session.globs)
    if complaints:
        raise AssertionError("".join(complaints))


def run_commands(example: Example) -> None:
    """Run the commands of a `console` block that are ours."""
    app = example.namespace.get("app")
    if app is None:
        from lms import app  # type: ignore[import-not-found]  # made for this page
    for command, expected in _sessions(example.parsed):
        if not command.startswith(COMMAND):
            continue
        words = shlex.split(re.sub(r"\$([A-Z]+)", lambda name: str(example.namespace[name[1]]), command))
        result = app.test_cli_runner().invoke(args=words[1:], catch_exceptions=False)
        if not expected:
            assert result.exit_code == 0, f"{command}: {result.output}"
        elif not doctest.OutputChecker().check_output(expected, result.output, FLAGS):
            raise AssertionError(f"{command} says\n{result.output}\nnot\n{expected}")


def write_template(example: Example) -> None:
    """Write a `jinja` block to the file it names, in the page's folder."""
    named = re.match(r"\{# (\S+) #\}\n", example.parsed)
    if named:
        path = Path(named[1])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(example.parsed, encoding="utf-8")


def _sessions(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a session with what is shown below it."""
    for session in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = session.replace("\\\n", " ").partition("\n")
        yield command, output


def _dispose(app: Flask) -> None:
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()
