"""The layers of the package: `domain` ← `models` ← `services` ← `api`, `web`, `cli`, never the other way."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import flask_training_credits

PACKAGE = "flask_training_credits"
ROOT = Path(flask_training_credits.__file__).parent

LAYERS = (
    {"errors", "domain"},
    {"models", "config", "hooks", "codes", "signals", "migrations", "integrations"},
    {"services"},
    {"proxy", "cross_site"},
    {"schemas"},
    {"api", "web"},
    {"cli"},
    {"adoption", "extension"},
    {"__init__", "testing"},
)
"""From the ground up. A room may import from its own layer and from those below, `api` and `web` not each other."""

FORBIDDEN = {
    "domain": {"flask", "flask_login", "flask_sqlalchemy", "sqlalchemy", "marshmallow", "werkzeug"},
    "models": {"flask", "flask_login", "flask_sqlalchemy", "marshmallow", "werkzeug"},
    "services": {"flask", "flask_login", "marshmallow", "werkzeug"},
}
"""What a room must not know of. `services` has no Flask, so it reads no `request`, `g` or `current_app`."""


def imports(path: Path, root: Path) -> Iterator[str]:
    """Every module or name that a file imports, wherever in the file, with its full dotted name."""
    package = [PACKAGE, *path.relative_to(root).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = [*base, *(node.module.split(".") if node.module else [])]
            yield from (".".join([*module, alias.name]) for alias in node.names)


def room(dotted: str) -> str:
    """The part of the package that a name inside it belongs to."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and layer(parts[1]) is not None else "__init__"


def layer(name: str) -> int | None:
    """How high a room lies."""
    return next((height for height, rooms in enumerate(LAYERS) if name in rooms), None)


def violations(root: Path) -> Iterator[str]:
    """One sentence for each import that goes the wrong way, and for each room that has no layer."""
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        own = relative.parts[0].removesuffix(".py")
        height = layer(own)
        if height is None:
            yield f"{relative}: {own} is in no layer"
            continue
        for name in imports(path, root):
            top = name.split(".")[0]
            if top in FORBIDDEN.get(own, ()):
                yield f"{relative}: {own} must not import {top}"
            if top != PACKAGE:
                continue
            target = room(name)
            target_height = layer(target)
            assert target_height is not None
            if target_height > height or {own, target} == {"api", "web"}:
                yield f"{relative}: {own} must not import {target}"


def test_imports_only_go_down() -> None:
    """No file of the package imports from a layer above its own, nor a library that its layer must not know."""
    assert list(violations(ROOT)) == []


def test_the_domain_stands_on_the_standard_library_alone() -> None:
    """`domain` imports nothing that has to be installed."""
    tops = {name.split(".")[0] for path in (ROOT / "domain").glob("*.py") for name in imports(path, ROOT)}

    assert tops - {PACKAGE} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("file", "source", "complaint"),
    [
        ("domain/lots.py", "from ..services import lots", "domain must not import services"),
        ("domain/lots.py", "import sqlalchemy as sa", "domain must not import sqlalchemy"),
        ("models/lots.py", f"import {PACKAGE}.services.lots", "models must not import services"),
        ("services/lots.py", "def now():\n    from flask import g", "services must not import flask"),
        ("services/lots.py", "from flask_login import current_user", "services must not import flask_login"),
        ("services/deep/lots.py", "from ...api import views", "services must not import api"),
        ("services/lots.py", f"from {PACKAGE} import current_credits", "services must not import __init__"),
        ("web/lots.py", "from ..api.lots import view", "web must not import api"),
        ("attic/lots.py", "", "attic is in no layer"),
    ],
)
def test_a_violation_is_found(tmp_path: Path, file: str, source: str, complaint: str) -> None:
    """Control: a file that breaks the rule is named together with the rule."""
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")

    assert list(violations(tmp_path)) == [f"{file}: {complaint}"]


def test_the_way_down_is_open(tmp_path: Path) -> None:
    """Control: the rule has nothing against what the layers are for."""
    path = tmp_path / "services" / "lots.py"
    path.parent.mkdir()
    path.write_text("from ..domain.lots import burn\nfrom ..models import Lot\nimport sqlalchemy", encoding="utf-8")

    assert list(violations(tmp_path)) == []
