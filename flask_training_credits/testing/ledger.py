"""The check that ends every test in which credits moved."""

from __future__ import annotations

from flask import Flask

from ..proxy import current_credits


def assert_ledger(app: Flask) -> None:
    """Fail, naming every broken row, unless the whole ledger of the app adds up."""
    with app.app_context():
        broken = current_credits.ledger.check()
    if broken:
        lines = [f"{finding.rule}: {finding.table} {finding.row}: {finding.found}" for finding in broken]
        raise AssertionError("\n".join(["The ledger does not add up:", *lines]))
