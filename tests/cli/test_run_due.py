"""`flask credits run-due`."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from flask_training_credits import Item
from flask_training_credits.cli import progress
from flask_training_credits.testing import MemoryHooks, memory_hooks, offering, person
from tests.support.access import ScriptedAccess, failing

Run = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def hooks() -> MemoryHooks:
    """The host's side, in memory, with access that can be made to fail."""
    return memory_hooks(access=ScriptedAccess())


def test_nothing_due(run: Run) -> None:
    """Is said, and is good."""
    assert run("run-due") == (0, "Nothing was due.\n", "")


def test_expiries_and_access_that_are_due_are_booked_once(
    run: Run, make: Any, credits: Any, users: Any, catalog: Any, access: Any, clock: Any
) -> None:
    """The figures are those of this run; a second run finds nothing left."""
    ada = users.add(person(id="ada"))
    catalog.add(offering(id="networking", access_days=30))
    code = make.credit_code()
    credits.checkout.place(ada, [Item("networking", code=code.text)], key="k1")
    clock.advance(days=400)

    exit_code, output, complaints = run("run-due")

    assert (exit_code, complaints) == (0, "")
    assert output.splitlines() == [
        "Accounts with credits that expired or came back from expired codes: 1",
        "Learners whose access has ended: 1",
        "Old idempotency keys forgotten: 3",
    ]
    assert [(grant.user_id, reason) for grant, reason in access.revoked] == [("ada", "access_ended")]
    kinds = [one.kind for one in credits.accounts.transactions(code.account_id, viewer=None).items]
    assert kinds == ["expire", "spend", "issue"]
    assert run("run-due") == (0, "Nothing was due.\n", "")


def test_figures_as_json(run: Run, make: Any, clock: Any) -> None:
    """Every count, zeros too."""
    make.lot()
    clock.advance(days=400)

    code, output, _ = run("run-due", "--json")

    assert code == 0
    assert json.loads(output) == {
        "accounts_settled": 1,
        "access_ended": 0,
        "handed_on": 0,
        "failed": 0,
        "keys_forgotten": 1,
    }


def test_a_failing_hook_is_a_finding_and_is_tried_again(
    run: Run, make: Any, credits: Any, users: Any, catalog: Any, access: ScriptedAccess
) -> None:
    """Exit code 1 while it fails, 0 once it worked; what was bought stays bought."""
    ada = users.add(person(id="ada"))
    catalog.add(offering(id="networking"))
    code = make.credit_code()
    access.script["after_grant"] = failing
    order = credits.checkout.place(ada, [Item("networking", code=code.text)], key="k1")
    assert order.status == "completed"

    exit_code, output, complaints = run("run-due")
    assert (exit_code, complaints) == (1, "")
    assert output == "Hooks that failed and will be tried again at the next run (the log says why): 1\n"

    del access.script["after_grant"]
    assert run("run-due") == (0, "Events and hooks handed on: 1\n", "")
    assert [grant.user_id for grant in access.after_granted] == ["ada"]
    assert credits.accounts.get(code.account_id, viewer=None).available == Decimal(80)


def test_progress_goes_to_stderr(run: Run, make: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures on standard output stay figures."""
    make.lot()
    clock.advance(days=400)
    monkeypatch.setattr(progress, "EVERY", 0.0)

    code, output, complaints = run("run-due", "--json")

    assert code == 0
    assert json.loads(output)["accounts_settled"] == 1
    assert "expiry: 1 done\n" in complaints
