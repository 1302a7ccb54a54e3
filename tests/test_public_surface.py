"""What the package exports is exactly what its documentation lists."""

from __future__ import annotations

import inspect
import subprocess
import sys

import flask_training_credits

EXPORTED = {
    "AccessGrant",
    "ConfigurationError",
    "CreditsError",
    "Hooks",
    "Item",
    "Money",
    "Offering",
    "Order",
    "Person",
    "Quote",
    "Refusal",
    "Refused",
    "SQLAlchemyUsers",
    "TrainingCredits",
    "UncommittedWork",
    "current_credits",
}


def test_exports_are_those_documented() -> None:
    """`__all__` names the documented surface, no more and no less."""
    assert set(flask_training_credits.__all__) == EXPORTED


def test_nothing_else_is_public() -> None:
    """Beside its submodules the package has no public name that it does not export."""
    public = {
        name
        for name, value in vars(flask_training_credits).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name != "annotations"
    }

    assert public == EXPORTED


def test_every_exported_class_belongs_to_the_package() -> None:
    """Each exported class is documented, under the package's own name."""
    for name in EXPORTED - {"current_credits"}:
        exported = getattr(flask_training_credits, name)
        assert exported.__module__.startswith("flask_training_credits"), name
        assert inspect.getdoc(exported), name


def test_importing_asks_for_nothing_optional() -> None:
    """What an extra brings is imported only when it is used."""
    optional = ("apispec", "flask_babel", "flask_mailman", "flask_wtf", "psycopg", "pymysql", "redis", "pytest")
    program = f"import sys, flask_training_credits;print([name for name in {optional!r} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
