"""`flask credits codes`."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.databases("sqlite")

HEAD = ["id", "text", "label", "tracking_id", "value", "used", "remaining", "uses", "expires_at", "status"]


def test_issued_codes_are_printed_one_a_line(run: Run, make: Any, credits: Any) -> None:
    """The texts and nothing else, ready for a pipe; each is authentic."""
    lot = make.lot()

    code, output, complaints = run(
        "codes", "issue", lot.account_id, "--count", "3", "--value", "20", "--label", "Team", "--kind", "course"
    )

    texts = output.split()
    assert (code, complaints) == (0, "")
    assert len(set(texts)) == 3
    assert all(credits.codes.is_credit_code(text) for text in texts)
    codes = credits.codes.list(lot.account_id, viewer=None).items
    assert [(one.value, one.label, one.kinds) for one in codes] == [(Decimal(20), "Team", ["course"])] * 3


def test_reserved_codes_hold_their_value(run: Run, make: Any, credits: Any) -> None:
    """`--funding reserved` takes the credits aside; more than there is is refused with exit code 1 and none issued."""
    lot = make.lot(amount=100)

    assert run("codes", "issue", lot.account_id, "--value", "30", "--count", "2", "--funding", "reserved")[0] == 0
    code, output, complaints = run("codes", "issue", lot.account_id, "--value", "41", "--funding", "reserved")

    assert (code, output) == (1, "")
    assert complaints == (
        "Error: The account does not have enough credits to reserve for these codes. (insufficient_credits)\n"
    )
    account = credits.accounts.get(lot.account_id, viewer=None)
    assert (account.available, account.held) == (Decimal(40), Decimal(60))
    assert len(credits.codes.list(lot.account_id, viewer=None).items) == 2


def test_a_list_never_shows_texts(run: Run, make: Any) -> None:
    """Neither for people nor as JSON: the last four letters only."""
    code = make.credit_code(value=Decimal(100), label="Team")

    exit_code, output, _ = run("codes", code.account_id)
    assert exit_code == 0
    row = output.splitlines()[1]
    assert row.split() == [code.id, f"…{code.last_four}", "Team", "0", "of", "100", "0", "-", "active"]
    assert code.text not in output

    exit_code, output, _ = run("codes", "list", code.account_id, "--json")
    assert exit_code == 0
    assert [(one["id"], one["text"]) for one in json.loads(output)["items"]] == [(code.id, None)]


def test_a_list_longer_than_a_page(run: Run, make: Any) -> None:
    """As many as asked for, whatever the services' page; a cut list says so."""
    lot = make.lot()
    run("codes", "issue", lot.account_id, "--count", "205")

    _, output, complaints = run("codes", lot.account_id, "--limit", "203", "--json")
    assert (len(json.loads(output)["items"]), json.loads(output)["has_more"]) == (203, True)
    assert complaints == "Only the newest 203 are shown: raise --limit.\n"
    _, output, complaints = run("codes", lot.account_id, "--limit", "205", "--json")
    assert (len(json.loads(output)["items"]), json.loads(output)["has_more"], complaints) == (205, False, "")


def test_all_codes_as_csv(run: Run, make: Any, tmp_path: Path) -> None:
    """The columns of `codes.csv`, with texts, to a file or to standard output; no cell runs as a formula."""
    code = make.credit_code(value=Decimal(100), label="=cmd()")

    exit_code, output, _ = run("codes", "csv", code.account_id)
    rows = list(csv.reader(output.splitlines()))
    assert exit_code == 0
    assert rows == [
        HEAD,
        [code.id, code.text, "'=cmd()", "", "100.00", "0.00", "100.00", "0", "", "active"],
    ]

    target = tmp_path / "codes.csv"
    assert run("codes", "csv", code.account_id, str(target)) == (0, "", "")
    assert list(csv.reader(target.read_text().splitlines())) == rows


def test_revoked_codes_stop_working_and_give_back(run: Run, make: Any, credits: Any, users: Any) -> None:
    """Several at once; what they held is available again."""
    lot = make.lot(amount=100)
    one, two = (make.credit_code(lot.account_id, value=Decimal(30), funding="reserved") for _ in range(2))

    code, output, complaints = run("codes", "revoke", lot.account_id, one.id, two.id)

    assert (code, complaints) == (0, "")
    assert output.splitlines() == [f"{x.id} (…{x.last_four}) is revoked." for x in (one, two)]
    assert [x.status for x in credits.codes.list(lot.account_id, viewer=None).items] == ["revoked", "revoked"]
    account = credits.accounts.get(lot.account_id, viewer=None)
    assert (account.available, account.held) == (Decimal(100), Decimal(0))


def test_an_unknown_code_revokes_none_of_the_others(run: Run, make: Any, credits: Any) -> None:
    """The wrong one is named before anything is done; another account's code is unknown too."""
    code, foreign = make.credit_code(), make.credit_code()

    for unknown in ("cod_nothing", foreign.id):
        exit_code, output, complaints = run("codes", "revoke", code.account_id, code.id, unknown)
        assert (exit_code, output) == (2, "")
        assert f"Invalid value for CODE: {code.account_id} has no code {unknown}." in complaints
    assert credits.codes.get(code.account_id, code.id, viewer=None).status == "active"
    assert credits.codes.get(foreign.account_id, foreign.id, viewer=None).status == "active"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--count", "0"), "--count: Send a whole number from 1 to 10000."),
        (("--count", "10001"), "--count: Send a whole number from 1 to 10000."),
        (("--value", "-5"), "--value: Credits cannot be negative here."),
        (("--value", "1e3"), "--value: Write credits with at most two decimals"),
        (("--funding", "reserved"), "--value: A reserved code needs a value."),
        (("--expires-at", "2027-03-16"), '--expires-at: Write a time as "2027-03-16T00:00:00Z".'),
        (("--expires-at", "2027-03-16T00:00:00"), "--expires-at: Say the time zone"),
        (("--expires-at", "2026-03-15T12:00:00Z"), "--expires-at: This moment has passed"),
        (("--delivery", "by_pigeon"), "--delivery: "),
        (("--per-learner", "two"), "Invalid value for '--per-learner'"),
    ],
)
def test_bad_input_names_the_option_and_issues_nothing(
    run: Run, make: Any, credits: Any, options: tuple[str, ...], complaint: str
) -> None:
    """Exit code 2, no traceback, no code."""
    lot = make.lot()

    code, output, complaints = run("codes", "issue", lot.account_id, *options)

    assert (code, output) == (2, "")
    assert complaint in complaints
    assert "Traceback" not in complaints
    assert credits.codes.list(lot.account_id, viewer=None).items == []


def test_an_account_that_is_not_there(run: Run) -> None:
    """Wrong usage for every command."""
    for arguments in (("acc_no",), ("issue", "acc_no"), ("csv", "acc_no"), ("revoke", "acc_no", "cod_no")):
        code, _, complaints = run("codes", *arguments)
        assert code == 2
        assert "Find accounts with: flask credits account TEXT" in complaints
