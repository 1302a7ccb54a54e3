"""The chain of the journal: one golden value, and everything that changes it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_training_credits.domain.journal import FIRST_HASH, Line, chain_hash, microseconds, move

TRANSACTION: dict[str, Any] = {
    "account_id": "acc_1",
    "transaction_id": "txn_1",
    "version": 2,
    "kind": "spend",
    "effective_at": datetime(2026, 3, 15, 12, 0, 0, 1, tzinfo=UTC),
    "recorded_at": datetime(2026, 3, 15, 12, 0, 0, 2, tzinfo=UTC),
    "actor": "José",
    "reason": "a reason",
    "redemption_id": "red_1",
    "available_after": 8000,
    "held_after": 0,
    "lines": move("lot_1", "available", "spent", 2000),
}
CANONICAL = (
    '{"account":"acc_1","actor":"José","available_after":8000,"effective_at":1773576000000001,'
    '"entries":[["lot_1","available",-2000],["lot_1","spent",2000]],"held_after":0,"id":"txn_1","kind":"spend",'
    f'"previous":"{FIRST_HASH}",'
    '"reason":"@REASON@","recorded_at":1773576000000002,"redemption":"red_1","version":2}'
).replace("@REASON@", hashlib.sha256(b"a reason").hexdigest())


def test_the_hash_is_sha256_over_canonical_json() -> None:
    """Sorted keys, no spaces, UTF-8, microseconds, hundredths, the reason as a digest. It must never change."""
    found = chain_hash(FIRST_HASH, **TRANSACTION)
    assert found == hashlib.sha256(CANONICAL.encode("utf-8")).hexdigest()
    assert found == "e174afbbd374bce99bb67dedd12f623872459f521dbdeec2901699ec80cc962e"


def test_the_first_hash_is_64_zeros() -> None:
    """A chain starts from a value that nobody has to keep."""
    assert FIRST_HASH == "0000000000000000000000000000000000000000000000000000000000000000"


@pytest.mark.parametrize(
    "edit",
    [
        {"account_id": "acc_2"},
        {"transaction_id": "txn_2"},
        {"version": 3},
        {"kind": "hold"},
        {"effective_at": datetime(2026, 3, 15, 12, tzinfo=UTC)},
        {"recorded_at": datetime(2026, 3, 15, 12, 0, 0, 3, tzinfo=UTC)},
        {"actor": "Jose"},
        {"reason": "another reason"},
        {"reason": None},
        {"redemption_id": None},
        {"available_after": 8001},
        {"held_after": 1},
        {"lines": move("lot_2", "available", "spent", 2000)},
        {"lines": move("lot_1", "held", "spent", 2000)},
        {"lines": move("lot_1", "available", "spent", 2001)},
        {"lines": list(reversed(move("lot_1", "available", "spent", 2000)))},
        {"lines": []},
    ],
    ids=str,
)
def test_every_edit_changes_the_hash(edit: dict[str, Any]) -> None:
    """Nothing of a transaction can be changed without the hash telling, the order of its lines included."""
    assert chain_hash(FIRST_HASH, **TRANSACTION | edit) != chain_hash(FIRST_HASH, **TRANSACTION)


def test_the_hash_before_is_part_of_it() -> None:
    """A transaction cannot be moved to another place in the chain."""
    assert chain_hash("1" * 64, **TRANSACTION) != chain_hash(FIRST_HASH, **TRANSACTION)


def test_the_same_instant_in_another_zone_has_the_same_hash() -> None:
    """What counts is the instant: a database may give it back in any zone."""
    there = timezone(timedelta(hours=14))
    moved = {name: TRANSACTION[name].astimezone(there) for name in ("effective_at", "recorded_at")}
    assert chain_hash(FIRST_HASH, **TRANSACTION | moved) == chain_hash(FIRST_HASH, **TRANSACTION)


@given(st.datetimes(), st.integers(-14 * 3600, 14 * 3600))
def test_microseconds_are_exact(moment: datetime, offset: int) -> None:
    """For every instant and offset, where seconds as a float would lose the last digits."""
    aware = moment.replace(tzinfo=timezone(timedelta(seconds=offset)))
    since = aware - datetime(1970, 1, 1, tzinfo=UTC)
    assert microseconds(aware) == Fraction(since // timedelta(microseconds=1))


def test_a_move_takes_from_one_bucket_what_it_gives_to_another() -> None:
    """Two lines of one lot that sum to zero."""
    assert move("lot_1", "available", "held", 5) == [Line("lot_1", "available", -5), Line("lot_1", "held", 5)]
