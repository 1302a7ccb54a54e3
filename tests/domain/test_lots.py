"""Which lots pay, and in which order they are used up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_training_credits.domain.lots import Choice, LotView, Slice, choose, is_live, meets_deadline, take

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


def lot(id: str = "lot_1", **fields: Any) -> LotView:  # as the class calls it
    """A live lot of 100 credits that never expires, with these fields."""
    defaults: dict[str, Any] = {
        "available": 10000,
        "starts_at": NOW - timedelta(days=1),
        "expires_at": None,
        "promotional": False,
        "country": None,
    }
    return LotView(id=id, **defaults | fields)


def paid(choice: Choice) -> list[tuple[str, int]]:
    """What was taken from which lot."""
    return [(piece.lot.id, piece.amount) for piece in choice.slices]


def test_the_earliest_expiry_pays_first_and_none_last() -> None:
    """Then promotional before paid, then the oldest."""
    soon, late = NOW + timedelta(days=1), NOW + timedelta(days=2)
    lots = [
        lot("lot_1"),
        lot("lot_2", promotional=True),
        lot("lot_3", expires_at=late),
        lot("lot_4", expires_at=soon),
        lot("lot_6", expires_at=soon, promotional=True),
        lot("lot_5", expires_at=soon, promotional=True),
    ]
    choice = choose(lots, 60000, now=NOW)
    assert [id_ for id_, _ in paid(choice)] == ["lot_5", "lot_6", "lot_4", "lot_3", "lot_2", "lot_1"]


def test_lots_are_used_up_one_after_the_other() -> None:
    """Only the last lot that pays may keep something."""
    lots = [lot("lot_1", available=3000), lot("lot_2", available=3000), lot("lot_3", available=3000)]
    choice = choose(lots, 5000, now=NOW)
    assert paid(choice) == [("lot_1", 3000), ("lot_2", 2000)]
    assert (choice.missing, choice.eligible, choice.too_soon) == (0, 9000, False)


@pytest.mark.parametrize(
    ("starts", "ends", "live"),
    [
        (timedelta(0), INSTANT, True),
        (timedelta(0), None, True),
        (INSTANT, None, False),
        (-INSTANT, timedelta(0), False),
    ],
)
def test_a_lot_is_usable_from_its_start_up_to_its_end(starts: timedelta, ends: timedelta | None, live: bool) -> None:  # noqa: FBT001
    """The window is half open, to the microsecond."""
    view = lot(starts_at=NOW + starts, expires_at=None if ends is None else NOW + ends)
    assert is_live(view, NOW) is live
    assert choose([view], 100, now=NOW).missing == (0 if live else 100)


@pytest.mark.parametrize(
    ("deadline", "begins", "ends", "meets"),
    [
        ("booked", 5, 9, True),
        ("begun", None, None, True),
        ("begun", -1, 9, True),
        ("begun", 0, 9, False),
        ("attended", None, None, True),
        ("attended", -9, 0, True),
        ("attended", -9, 1, False),
        ("attended", 0, None, True),
        ("attended", 1, None, False),
    ],
)
def test_the_deadline_rule(deadline: str, begins: int | None, ends: int | None, meets: bool) -> None:  # noqa: FBT001
    """Begun needs the start before the lot's end, attended the end by it; offsets are seconds from the lot's end."""
    end = NOW + timedelta(days=30)

    def at(seconds: int | None) -> datetime | None:
        return None if seconds is None else end + timedelta(seconds=seconds)

    assert meets_deadline(lot(expires_at=end), deadline, at(begins), at(ends)) is meets
    assert meets_deadline(lot(expires_at=None), deadline, at(begins), at(ends)) is True


def test_too_soon_is_said_only_where_the_deadline_alone_is_in_the_way() -> None:
    """Lots that would suffice but end before the session are not the same as too few credits."""
    session = NOW + timedelta(days=60)
    lots = [lot("lot_1", available=5000, expires_at=NOW + timedelta(days=30)), lot("lot_2", available=2000)]

    def chosen(amount: int) -> Choice:
        return choose(lots, amount, now=NOW, deadline="begun", begins=session)

    assert chosen(2000) == Choice((Slice(lots[1], 2000),), 0, 2000, too_soon=False)
    assert chosen(7000) == Choice((Slice(lots[1], 2000),), 5000, 2000, too_soon=True)
    assert chosen(7001) == Choice((Slice(lots[1], 2000),), 5001, 2000, too_soon=False)


@pytest.mark.parametrize(
    ("lot_country", "offering_country", "pays"),
    [("DE", "DE", True), ("DE", "FR", False), (None, "DE", False), ("DE", None, False), (None, None, False)],
)
def test_an_unknown_country_never_passes(lot_country: str | None, offering_country: str | None, pays: bool) -> None:  # noqa: FBT001
    """Under the home-country rule both countries must be known and the same; without it they do not matter."""
    lots = [lot(country=lot_country)]
    ruled = choose(lots, 100, now=NOW, country=offering_country, home_country=True)
    assert (ruled.missing == 0) is pays
    assert choose(lots, 100, now=NOW, country=offering_country).missing == 0


def test_later_items_see_what_earlier_ones_left() -> None:
    """Taking slices lowers the lots they came from, and only those."""
    lots = {"lot_1": lot("lot_1", available=3000), "lot_2": lot("lot_2", available=3000)}
    take(lots, choose(lots.values(), 4000, now=NOW).slices)
    assert {id_: view.available for id_, view in lots.items()} == {"lot_1": 0, "lot_2": 2000}
    assert paid(choose(lots.values(), 1000, now=NOW)) == [("lot_2", 1000)]


ENDS = st.none() | st.integers(-2, 5).map(lambda days: NOW + timedelta(days=days))
LOTS = st.lists(st.tuples(st.integers(0, 500), st.integers(-2, 2), ENDS, st.booleans()), max_size=8).map(
    lambda rows: [
        lot(f"lot_{n}", available=available, starts_at=NOW + timedelta(days=start), expires_at=end, promotional=promo)
        for n, (available, start, end, promo) in enumerate(rows)
    ]
)


@given(LOTS, st.integers(0, 1500))
def test_a_choice_is_exact_whatever_the_lots(lots: list[LotView], amount: int) -> None:
    """It pays as much as live lots hold, from no dead lot, never more than a lot has, and drains all but the last."""
    choice = choose(lots, amount, now=NOW)
    live = sum(view.available for view in lots if is_live(view, NOW))
    taken = sum(piece.amount for piece in choice.slices)
    assert (choice.eligible, choice.missing, taken) == (live, max(0, amount - live), min(amount, live))
    assert all(is_live(piece.lot, NOW) and 0 < piece.amount <= piece.lot.available for piece in choice.slices)
    assert all(piece.amount == piece.lot.available for piece in choice.slices[:-1])
    assert not choice.too_soon
