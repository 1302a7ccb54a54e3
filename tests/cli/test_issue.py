"""`flask credits issue`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.databases("sqlite")


def test_credits_arrive_on_an_account(run: Run, make: Any, credits: Any) -> None:
    """One lot with its order, its money and its days; one transaction by `cli`."""
    account = make.account()

    code, output, complaints = run(
        "issue",
        account.id,
        "100",
        "--order-reference",
        "PO-1",
        "--ordered-on",
        "2026-03-01",
        "--paid",
        "2500000",
        "USD",
    )

    lot = credits.lots.list(account.id, viewer=None).items[0]
    assert (code, complaints) == (0, "")
    assert output == (
        f"{lot.id}: 100 credits on {account.id}, usable from 2026-03-01 00:00 UTC until 2027-03-02 00:00 UTC.\n"
    )
    assert (lot.amount, lot.order_reference, lot.paid.minor) == (Decimal(100), "PO-1", 2500000)
    journal = credits.accounts.transactions(account.id, viewer=None).items
    assert [(one.kind, one.actor, one.amount) for one in journal] == [("issue", "cli", Decimal(100))]


def test_the_lot_as_json(run: Run, make: Any) -> None:
    """As the JSON interface shows it."""
    account = make.account()

    code, output, _ = run("issue", account.id, "12.50", "--promotional", "--source", "grant", "--json")

    lot = json.loads(output)
    assert code == 0
    assert (lot["amount"], lot["promotional"], lot["source"]) == ("12.50", True, "grant")


def test_today_is_the_day_in_the_types_zone(run: Run, make: Any, credits: Any, clock: Any) -> None:
    """Late on the 15th in UTC it is the 16th in Tokyo already."""
    clock.set(datetime(2026, 3, 15, 20, tzinfo=UTC))
    account = make.account(credit_type=make.credit_type(zone="Asia/Tokyo").key)

    assert run("issue", account.id, "1")[0] == 0

    lot = credits.lots.list(account.id, viewer=None).items[0]
    assert lot.starts_at == datetime(2026, 3, 15, 15, tzinfo=UTC)
    assert lot.expires_at == datetime(2027, 3, 16, 15, tzinfo=UTC)


def test_the_same_key_issues_once(run: Run, make: Any, credits: Any) -> None:
    """A second call names the same lot; another amount under the key is wrong usage."""
    account = make.account()

    first = run("issue", account.id, "100", "--key", "PO-1")
    assert run("issue", account.id, "100", "--key", "PO-1") == first
    code, output, complaints = run("issue", account.id, "200", "--key", "PO-1")

    assert (code, output) == (2, "")
    assert "--key: This Idempotency-Key was used for another request." in complaints
    assert credits.accounts.get(account.id, viewer=None).available == Decimal(100)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("1e3",), "AMOUNT: Write credits with at most two decimals"),
        (("NaN",), "AMOUNT: Write credits with at most two decimals"),
        (("19.999",), "AMOUNT: Write credits with at most two decimals"),
        (("0",), "AMOUNT: This must be more than zero."),
        (("10000000000000000000",), "AMOUNT: "),
        (("100", "--ordered-on", "15.3.2026"), '--ordered-on: Write a day as "2027-03-15".'),
        (("100", "--expires-on", "2026-03-14"), "--expires-on: "),
        (("100", "--ordered-on", "2020-01-01"), "--ordered-on: These credits would have expired on 2021-01-01"),
        (("100", "--country", "XX"), "--country: Use an ISO 3166-1 country code"),
        (("100", "--paid", "5", "DOLLARS"), "--paid: Use an ISO 4217 currency code"),
        (("100", "--source", "gift"), "Invalid value for '--source'"),
        (("100", "--key", "x" * 256), "--key: "),
    ],
)
def test_bad_input_names_the_option_and_issues_nothing(
    run: Run, make: Any, credits: Any, arguments: tuple[str, ...], complaint: str
) -> None:
    """Exit code 2, no traceback, no lot."""
    account = make.account()

    code, output, complaints = run("issue", account.id, *arguments)

    assert (code, output) == (2, "")
    assert complaint in complaints
    assert "Traceback" not in complaints
    assert credits.lots.list(account.id, viewer=None).items == []


def test_an_account_that_is_not_there(run: Run) -> None:
    """Wrong usage."""
    code, _, complaints = run("issue", "acc_nothing", "100")

    assert code == 2
    assert "Find accounts with: flask credits account TEXT" in complaints


def test_an_answer_that_cannot_be_written_is_refused_before_anything_happens(
    run: Run, make: Any, credits: Any, tmp_path: Path
) -> None:
    """A folder that is not there is wrong usage, and no lot is issued."""
    account = make.account()

    code, output, complaints = run("issue", account.id, "100", "--json", str(tmp_path / "nothing" / "lot.json"))

    assert (code, output) == (2, "")
    assert "Invalid value for '--json'" in complaints
    assert credits.lots.list(account.id, viewer=None).items == []
