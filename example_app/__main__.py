"""Start the example on a machine that has nothing but Python: `python3 example_app`, with `flask run`'s options."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    bootstrap = runpy.run_path(str(Path(__file__).resolve().parent.parent / ".ci" / "bootstrap.py"))
    # Not 5000, Flask's own choice: on a Mac something else listens there.
    sys.exit(bootstrap["run"]("example", "flask", "--app=example_app", "run", "--port=8000", *sys.argv[1:]))
