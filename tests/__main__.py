"""Run the tests on a machine that has nothing but Python: `python3 tests`, with pytest's options if you like."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    bootstrap = runpy.run_path(str(Path(__file__).resolve().parent.parent / ".ci" / "bootstrap.py"))
    options = sys.argv[1:] or ["--numprocesses=auto", "--maxprocesses=4"]
    sys.exit(bootstrap["run"]("tests", "pytest", *options))
