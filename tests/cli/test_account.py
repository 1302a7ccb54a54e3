"""`flask credits account`."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.databases("sqlite")


def test_an_account_by_its_id_with_lots_and_history(run: Run, make: Any) -> None:
    """Balance, what expires when, each lot and the last movements are on one screen."""
    type_ = make.credit_type(key="flex")
    account = make.account(name="Acme", credit_type=type_.key, owners=["olga@example.com"])
    lot = make.lot(account.id, amount=100, order_reference="PO-1")

    code, output, complaints = run("account", account.id)

    assert (code, complaints) == (0, "")
    lines = output.splitlines()
    assert lines[:4] == [
        f"{account.id}: Acme (flex, open)",
        "Owners: olga@example.com",
        "Available: 100, held: 0",
        "100 expire at 2027-03-16 00:00 UTC",
    ]
    assert f"{lot.id}  100     100        2026-03-15 00:00 UTC  2027-03-16 00:00 UTC  PO-1" in lines
    assert "1        2026-03-15 12:00 UTC  issue  100     100        cli    -" in lines


def test_an_account_as_json(run: Run, make: Any) -> None:
    """The account as the JSON interface shows it, with its lots and newest transactions."""
    lot = make.lot(amount=100)

    code, output, _ = run("account", lot.account_id, "--json")

    data = json.loads(output)
    assert code == 0
    assert (data["id"], data["available"], data["held"]) == (lot.account_id, "100.00", "0.00")
    assert [(found["id"], found["amount"]) for found in data["lots"]] == [(lot.id, "100.00")]
    assert [(found["kind"], found["available_after"]) for found in data["transactions"]] == [("issue", "100.00")]


def test_accounts_are_found_by_name_and_by_owner(run: Run, make: Any) -> None:
    """A part of the name or of an owner's address finds it; without a text all are listed, newest first."""
    acme = make.account(name="Acme Corporation", owners=["olga@acme.example"])
    globex = make.account(name="Globex")

    def found(*arguments: str) -> list[str]:
        code, output, complaints = run("account", *arguments, "--json")
        assert (code, complaints) == (0, "")
        return [one["id"] for one in json.loads(output)["items"]]

    assert found("corpor") == [acme.id]
    assert found("OLGA@acme") == [acme.id]
    assert found("glob") == [globex.id]
    assert found() == [globex.id, acme.id]
    assert found("nobody") == []


def test_a_list_for_people(run: Run, make: Any) -> None:
    """Ids, names and balances in columns; a list that was cut says so on stderr."""
    lot = make.lot(make.account(name="Acme").id, amount=Decimal("12.50"))

    code, output, _ = run("account", "acme")
    assert (code, output.splitlines()[0].split()) == (0, ["ID", "NAME", "TYPE", "STATUS", "AVAILABLE", "OWNERS"])
    assert output.splitlines()[1].split()[:2] == [lot.account_id, "Acme"]
    assert "12.50" in output

    make.account(name="Acme too")
    code, output, complaints = run("account", "acme", "--limit", "1")
    assert (code, complaints) == (0, "Only the newest 1 are shown: narrow TEXT down, or raise --limit.\n")
    assert lot.account_id not in output
    assert run("account", "nobody") == (0, "No account matches.\n", "")


def test_an_account_that_is_not_there(run: Run) -> None:
    """Wrong usage, with the command that finds accounts."""
    code, output, complaints = run("account", "acc_nothing")

    assert (code, output) == (2, "")
    assert complaints.endswith("Error: There is no such thing. Find accounts with: flask credits account TEXT\n")


def test_an_account_is_opened(run: Run, make: Any, credits: Any, users: Any) -> None:
    """With owners who may not be there yet, and the next command to run."""
    make.credit_type(key="flex")

    code, output, complaints = run(
        "account", "create", "Acme", "--credit-type", "flex", "--owner", "olga@acme.example", "--country", "DE"
    )

    account = credits.accounts.search(viewer=None).items[0]
    assert (code, complaints) == (0, "")
    assert output == f"{account.id}: Acme\nNext: flask credits issue {account.id} AMOUNT\n"
    assert (account.name, account.credit_type, account.country) == ("Acme", "flex", "DE")
    assert account.owners == ["olga@acme.example"]
    assert account.available == Decimal(0)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--credit-type", "nothing"), "--credit-type: There is no credit type with this key."),
        (("--credit-type", "flex", "--country", "Germany"), "--country: Use an ISO 3166-1 country code"),
        (("--credit-type", "flex", "--mail-domain", "no domain"), "--mail-domain: Write a mail domain as"),
        (("--credit-type", "flex", "--owner", "ghost"), "--owner: There is no active user 'ghost'."),
        ((), "Missing option '--credit-type'"),
    ],
)
def test_a_wrong_option_is_named_and_nothing_is_opened(
    run: Run, make: Any, credits: Any, options: tuple[str, ...], complaint: str
) -> None:
    """Exit code 2, the option and what to write instead."""
    make.credit_type(key="flex")

    code, output, complaints = run("account", "create", "Acme", *options)

    assert (code, output) == (2, "")
    assert complaint in complaints
    assert "Traceback" not in complaints
    assert credits.accounts.search(viewer=None).items == []


def test_json_goes_to_a_file_beside_the_words(run: Run, make: Any, tmp_path: Path) -> None:
    """`--json FILE` leaves the words on standard output."""
    account = make.account(name="Acme")
    target = tmp_path / "accounts.json"

    code, output, _ = run("account", "acme", "--json", str(target))

    assert code == 0
    assert account.id in output
    assert [one["id"] for one in json.loads(target.read_text())["items"]] == [account.id]


@pytest.mark.parametrize("text", ["acme", "acc_1", "olga@acme.example"])
def test_a_text_after_json_is_not_taken_for_a_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """Nothing is written; the complaint says how to write either."""
    monkeypatch.chdir(tmp_path)

    code, output, complaints = run("account", "--json", text)

    assert (code, output) == (2, "")
    assert f"If '{text}' is a file, write ./{text}; if not, put it before --json." in complaints
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["accounts.json", "./accounts"])
def test_a_file_here_is_named_as_such(
    run: Run, make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """By its suffix or its folder."""
    monkeypatch.chdir(tmp_path)
    account = make.account(name="Acme")

    assert run("account", "acme", "--json", name)[0] == 0
    assert [one["id"] for one in json.loads(Path(name).read_text())["items"]] == [account.id]
