"""Run a module of this repository in a virtual environment that is made on the way.

Needs nothing but Python 3.11 and its standard library. Inside a virtual environment it uses that one, elsewhere it
makes `.venv` beside the sources. It installs the package with the extra asked for, unless that was done since
`pyproject.toml` last changed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(extra: str, *command: str) -> int:
    """Run `python -m command` with the package and the extra installed; return its exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036  # whoever starts this may have an older one
        print(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    home = Path(sys.prefix) if sys.prefix != sys.base_prefix else ROOT / ".venv"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"Making a virtual environment in {home} …", flush=True)
        venv.create(home, with_pip=True)
    _install(python, extra, mark=home / f".installed-{extra}")
    try:
        return subprocess.run([python, "-m", *command], cwd=ROOT, check=False).returncode
    except KeyboardInterrupt:
        return 130


def _install(python: Path, extra: str, *, mark: Path) -> None:
    """Install the checkout, editable, unless `mark` says that this very `pyproject.toml` was installed from here."""
    wanted = hashlib.sha256(f"{ROOT}\n".encode() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if mark.exists() and mark.read_text(encoding="ascii") == wanted:
        return
    print("Installing what is needed; this takes a minute the first time …", flush=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--editable", f"{ROOT}[{extra}]"], check=True)
    mark.write_text(wanted, encoding="ascii")
