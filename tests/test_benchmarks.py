"""The benchmarks run. What they find is never asserted: figures come from quiet machines, not from tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
def test_the_command_measures_and_says_on_what(tmp_path: Path) -> None:
    """A table for people, the same as JSON, and the machine."""
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--databases=sqlite", f"--json={file}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(file.read_text())
    assert found["machine"]["databases"]["sqlite"].startswith("SQLite 3.")
    assert [figure["name"] for figure in found["sqlite"]] == [
        "orders/s, 1 worker, 1 account",
        "orders/s, 2 threads, 1 account",
        "orders/s, 2 processes, 1 account",
        "orders/s, 2 processes, 2 accounts",
        "an order of 100 items",
        "a forged code",
        "ms an order, by transactions",
        "ms the account's services, by transactions",
        "ms the account page, by transactions",
    ]
    assert all(figure["name"] in done.stdout for figure in found["sqlite"])
