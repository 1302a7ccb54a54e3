"""The figures as a table and as JSON, and the machine they were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from .scenarios import Figure

_PACKAGES = ("Flask", "Flask-SQLAlchemy", "SQLAlchemy", "psycopg", "gunicorn")


def machine() -> dict[str, Any]:
    """Processor, cores, load, and what is installed."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
    }


def _processor() -> str:
    found = Path("/proc/cpuinfo")
    lines = found.read_text().splitlines() if found.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def database(url: str) -> str:
    """Version and settings of a database."""
    engine = sa.create_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            return f"SQLite {sqlite3.sqlite_version}, WAL, synchronous=FULL"
        with engine.connect() as connection:
            settings = [f"{name}={connection.exec_driver_sql(f'SHOW {name}').scalar()}" for name in _SETTINGS]
            return (
                f"PostgreSQL {'.'.join(map(str, connection.dialect.server_version_info or ()))}, {', '.join(settings)}"
            )
    finally:
        engine.dispose()


_SETTINGS = ("fsync", "synchronous_commit", "shared_buffers")


def table(name: str, figures: Iterable[Figure]) -> str:
    """Text for a terminal."""
    rows: list[Sequence[str]] = [(name, "", "ratio", "aim", "")]
    for figure in figures:
        values = "  ".join(f"{key} {_number(value)}" for key, value in figure.values.items())
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        verdict = {True: "met", False: "NOT MET", None: ""}[figure.is_met]
        rows.append((figure.name, values, ratio, f"{figure.aim} {verdict}".strip(), figure.notes))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
