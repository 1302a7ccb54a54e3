"""Random lives of accounts, driven through the services and through a plain model side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from flask_training_credits import Item, Refused
from flask_training_credits.domain import lots
from flask_training_credits.errors import RetryLater
from flask_training_credits.services import balances
from flask_training_credits.testing import START, Clock, offering, person

PRICES = {"free": 0, "small": 750, "course": 2000, "large": 9000}
LEARNERS = ("ada", "eve")
DAY = timedelta(days=1)
EXAMPLES = 25


# The model: hundredths in dictionaries, no locks, no guards, no hashes.


@dataclass
class ModelLot:
    """One lot; `buckets` are its counters."""

    id: str
    starts_at: datetime
    expires_at: datetime | None
    promotional: bool
    buckets: dict[str, int]

    def has_ended(self, now: datetime) -> bool:
        """True from its end on."""
        return self.expires_at is not None and self.expires_at <= now

    def order(self) -> tuple[Any, ...]:
        """Earliest end first, promotional before paid, oldest first."""
        never = self.expires_at is None
        return (never, START if never else self.expires_at, not self.promotional, self.id)

    def move(self, source: str, target: str, amount: int) -> None:
        """From one bucket to another."""
        self.buckets[source] -= amount
        self.buckets[target] += amount


@dataclass
class ModelCode:
    """One code; `held` is what it reserves by lot."""

    id: str
    text: str
    value: int | None
    max_redemptions: int | None
    expires_at: datetime | None
    is_reserved: bool
    held: dict[str, int]
    used: int = 0
    uses: int = 0
    is_revoked: bool = False

    def refuses(self, now: datetime, used: int, uses: int) -> str | None:
        """Why it does not work, with so much used of it."""
        if self.is_revoked:
            return "code_not_usable"
        if self.expires_at is not None and now >= self.expires_at:
            return "code_expired"
        spent = self.value is not None and used >= self.value
        return "code_used_up" if spent or (self.max_redemptions is not None and uses >= self.max_redemptions) else None


@dataclass
class Model:
    """One account."""

    lots: dict[str, ModelLot] = field(default_factory=dict)
    codes: dict[str, ModelCode] = field(default_factory=dict)
    slots: set[tuple[str, str]] = field(default_factory=set)

    def settle(self, now: datetime) -> None:
        """What every writer books first."""
        for lot in self.lots.values():
            if lot.has_ended(now):
                lot.move("available", "expired", lot.buckets["available"])
        for code in self.codes.values():
            if code.expires_at is not None and code.expires_at <= now:
                self.release(code, now)

    def release(self, code: ModelCode, now: datetime) -> None:
        """Give back what a code holds."""
        for lot_id, amount in code.held.items():
            self.lots[lot_id].move("held", "expired" if self.lots[lot_id].has_ended(now) else "available", amount)
        code.held = {}

    def choose(self, purse: dict[str, int], amount: int, now: datetime) -> list[tuple[str, int]] | None:
        """The slices of a purse that pay, or None; takes them."""
        slices = []
        for lot in sorted((self.lots[id_] for id_ in purse), key=ModelLot.order):
            taken = min(purse[lot.id], amount)
            if taken and lot.starts_at <= now and not lot.has_ended(now):
                slices.append((lot.id, taken))
                amount -= taken
        if amount:
            return None
        for id_, taken in slices:
            purse[id_] -= taken
        return slices

    def purse(self) -> dict[str, int]:
        """What is available by lot."""
        return {lot.id: lot.buckets["available"] for lot in self.lots.values()}

    def judge(self, learner: str, items: list[tuple[str, ModelCode]], now: datetime) -> list[Any]:
        """The slices that pay each item, or the refusal; what earlier items take is gone for later ones."""
        purse, held = self.purse(), {code.id: dict(code.held) for code in self.codes.values()}
        used = {code.id: [code.used, code.uses] for code in self.codes.values()}
        slots, answers = set(self.slots), []
        for offering_id, code in items:
            price, (spent, uses) = PRICES[offering_id], used[code.id]
            answer: Any = code.refuses(now, spent, uses)
            if answer is None and (learner, offering_id) in slots and offering_id != "small":
                answer = "already_enrolled"
            if answer is None and code.value is not None and code.value - spent < price:
                answer = "code_value_too_low"
            if answer is None:
                answer = self.choose(held[code.id] if code.is_reserved else purse, price, now)
                if answer is None:
                    answer = "insufficient_credits"
                else:
                    used[code.id] = [spent + price, uses + 1]
                    slots.add((learner, offering_id))
            answers.append(answer)
        return answers

    def post(self, learner: str, items: list[tuple[str, ModelCode]], answers: list[Any]) -> None:
        """Book what was judged payable."""
        for (offering_id, code), slices in zip(items, answers, strict=True):
            for lot_id, amount in slices:
                self.lots[lot_id].move("held" if code.is_reserved else "available", "spent", amount)
                if code.is_reserved:
                    code.held[lot_id] -= amount
            code.used += PRICES[offering_id]
            code.uses += 1
            self.slots.add((learner, offering_id))


# The machine: each rule does the same to both, and compares what they answer and what people see.

AMOUNTS = st.integers(1, 200).map(lambda n: n * 125)


class LedgerMachine(RuleBasedStateMachine):
    """Issue, reserve, quote, buy, revoke, sweep, and a clock that moves both ways."""

    credits: Any
    make: Any
    clock: Clock
    codes = Bundle("codes")

    @initialize()
    def open(self) -> None:
        """A new account and new learners for each run."""
        self.clock.set(START)
        self.model = Model()
        self.account = self.make.account().id
        self.people = {name: person(id=f"{name} {self.account}") for name in LEARNERS}
        self.keys = 0
        self.issue(amount=20000, days=30, promotional=False, later=0)
        self.issue(amount=20000, days=None, promotional=False, later=0)

    def key(self) -> str:
        """A key of its own for each call."""
        self.keys += 1
        return f"{self.account} {self.keys}"

    @rule(amount=AMOUNTS, days=st.none() | st.integers(0, 40), promotional=st.booleans(), later=st.integers(0, 5))
    def issue(self, amount: int, days: int | None, promotional: bool, later: int) -> None:  # noqa: FBT001
        """A lot that ends after some days, or in a year; it may start later."""
        today = self.clock().date()
        starts_on = today + later * DAY if later > 3 else None
        expires_on = None if days is None else (starts_on or today) + days * DAY
        lot = self.credits.lots.issue(
            self.account,
            amount=Decimal(amount) / 100,
            ordered_on=today,
            starts_on=starts_on,
            expires_on=expires_on,
            promotional=promotional,
            actor="cli",
            key=self.key(),
        )
        self.model.settle(self.clock())
        buckets = dict.fromkeys(("held", "spent", "expired", "revoked", "moved"), 0) | {"available": amount}
        self.model.lots[lot.id] = ModelLot(lot.id, lot.starts_at, lot.expires_at, promotional, buckets)
        self.compare()

    @rule(
        target=codes,
        value=st.none() | AMOUNTS,
        uses=st.none() | st.integers(1, 3),
        days=st.none() | st.integers(1, 30),
    )
    def share(self, value: int | None, uses: int | None, days: int | None) -> ModelCode:
        """A code that draws on the account."""
        return self.issue_code(value, uses, days, funding="shared")

    @rule(target=codes, value=AMOUNTS, days=st.none() | st.integers(1, 30))
    def reserve(self, value: int, days: int | None) -> ModelCode | None:
        """A code that holds its value, if there is enough and the lots last as long."""
        now, model = self.clock(), self.model
        expires_at = None if days is None else now + days * DAY
        purse = self.seen(now)
        slices = model.choose(purse, value, now)
        ends = [model.lots[lot_id].expires_at for lot_id, _ in slices or ()]
        earliest = min((end for end in ends if end is not None), default=None)
        if slices is None or (expires_at and earliest and expires_at > earliest):
            with pytest.raises(Exception, match=r"credits|fields") as refused:
                self.issue_code(value, None, days, funding="reserved")
            assert refused.value.code == ("insufficient_credits" if slices is None else "invalid")  # type: ignore[attr-defined]
            self.compare()
            return None
        code = self.issue_code(value, None, days, funding="reserved")
        assert code.expires_at == (expires_at or earliest)
        code.held = dict(slices)
        for lot_id, amount in slices:
            model.lots[lot_id].move("available", "held", amount)
        self.compare()
        return code

    def seen(self, now: datetime) -> dict[str, int]:
        """What is available by lot once due things are booked, without booking them."""
        purse = self.model.purse()
        for code in self.model.codes.values():
            if code.expires_at is not None and code.expires_at <= now:
                for lot_id, amount in code.held.items():
                    purse[lot_id] += amount
        return purse

    def issue_code(self, value: int | None, uses: int | None, days: int | None, *, funding: str) -> ModelCode:
        """One code, on both sides."""
        expires_at = None if days is None else self.clock() + days * DAY
        code = self.credits.codes.issue(
            self.account,
            value=None if value is None else Decimal(value) / 100,
            funding=funding,
            max_redemptions=uses,
            expires_at=expires_at,
            actor="cli",
            key=self.key(),
        )[0]
        self.model.settle(self.clock())
        made = ModelCode(code.id, code.text, value, uses, code.expires_at, funding == "reserved", {})
        self.model.codes[code.id] = made
        return made

    @rule(
        learner=st.sampled_from(LEARNERS),
        names=st.lists(st.sampled_from(sorted(PRICES)), min_size=1, max_size=3),
        code=codes,
        other=codes,
        is_quoted=st.booleans(),
    )
    def buy(
        self,
        learner: str,
        names: list[str],
        code: ModelCode | None,
        other: ModelCode | None,
        is_quoted: bool,  # noqa: FBT001
    ) -> None:
        """An order of up to three items with up to two codes: quoted alike, placed alike or refused alike."""
        if code is None or other is None:
            return
        now = self.clock()
        pairs = [(name, (code, other)[n % 2]) for n, name in enumerate(names)]
        items = [Item(name, code=some.text) for name, some in pairs]
        answers = self.judge_settled(learner, pairs, now)
        refusals = [(n, answer) for n, answer in enumerate(answers) if isinstance(answer, str)]
        quote = self.credits.checkout.quote(self.people[learner], items)
        told = [(n, item.refusal.code) for n, item in enumerate(quote.items) if item.refusal]
        assert (told, quote.ok) == (refusals, not refusals)
        key, token = self.key(), quote.token if is_quoted else None
        if refusals:
            with pytest.raises(Refused) as refused:
                self.credits.checkout.place(self.people[learner], items, key=key, token=token)
            assert refused.value.code == refusals[0][1]
            assert [(item["index"], item["code"]) for item in refused.value.items or ()] == refusals
        else:
            order = self.credits.checkout.place(self.people[learner], items, key=key, token=token)
            assert self.credits.checkout.place(self.people[learner], items, key=key, token=token).id == order.id
            assert order.total == quote.total == Decimal(sum(PRICES[name] for name in names)) / 100
            paid = [self.credits.redemptions.get(item.id, viewer=None).lots for item in order.items]
            assert [[(piece.lot_id, int(piece.amount * 100)) for piece in some] for some in paid] == answers
            self.model.settle(now)
            self.model.post(learner, pairs, answers)
        self.compare()

    def judge_settled(self, learner: str, pairs: list[tuple[str, ModelCode]], now: datetime) -> list[Any]:
        """The model's judgement with due things booked, which a refusal must not leave booked."""
        lots = {lot.id: dict(lot.buckets) for lot in self.model.lots.values()}
        held = {code.id: dict(code.held) for code in self.model.codes.values()}
        self.model.settle(now)
        answers = self.model.judge(learner, pairs, now)
        for lot_id, buckets in lots.items():
            self.model.lots[lot_id].buckets = buckets
        for code_id, slices in held.items():
            self.model.codes[code_id].held = slices
        return answers

    @rule(code=codes)
    def revoke(self, code: ModelCode | None) -> None:
        """What it holds goes back."""
        if code is None:
            return
        self.credits.codes.revoke(self.account, code.id, actor="cli")
        self.model.settle(self.clock())
        self.model.release(code, self.clock())
        code.is_revoked = True
        self.compare()

    @rule(days=st.integers(-20, 40), seconds=st.sampled_from([0, 1, 43200]))
    def move_clock(self, days: int, seconds: int) -> None:
        """Forwards or back."""
        self.clock.set(self.clock() + timedelta(days=days, seconds=seconds))
        self.compare()

    @rule(data=st.data(), microseconds=st.sampled_from([-1, 0]))
    def move_to_an_end(self, data: st.DataObject, microseconds: int) -> None:
        """To the very end of a lot or a code, or just before it."""
        some = [*self.model.lots.values(), *self.model.codes.values()]
        ends = sorted({one.expires_at for one in some if one.expires_at})
        self.clock.set(data.draw(st.sampled_from(ends)) + timedelta(microseconds=microseconds))
        self.compare()

    @rule()
    def sweep(self) -> None:
        """Book what is due; a second run has nothing to do."""
        self.credits.jobs.run_due()
        self.model.settle(self.clock())
        assert self.credits.jobs.run_due()["accounts_settled"] == 0
        self.compare()

    def compare(self) -> None:
        """What people see of the account, its lots and its codes is what the model says."""
        now = self.clock()
        purse = self.seen(now)
        lapsed = sum(
            sum(code.held.values())
            for code in self.model.codes.values()
            if code.expires_at is not None and code.expires_at <= now
        )
        live = sum(
            amount
            for lot_id, amount in purse.items()
            if self.model.lots[lot_id].starts_at <= now and not self.model.lots[lot_id].has_ended(now)
        )
        held = sum(lot.buckets["held"] for lot in self.model.lots.values()) - lapsed
        account = self.credits.accounts.get(self.account, viewer=None)
        assert (int(account.available * 100), int(account.held * 100)) == (live, held)
        for lot in self.credits.lots.list(self.account, viewer=None, limit=200).items:
            known = self.model.lots[lot.id]
            buckets = dict(known.buckets)
            if known.has_ended(now):
                buckets["expired"] += buckets["available"]
                buckets["available"] = 0
            assert {name: int(getattr(lot, name) * 100) for name in buckets} == buckets
        for code in self.credits.codes.list(self.account, viewer=None, limit=200).items:
            mine = self.model.codes[code.id]
            assert (int(code.used * 100), code.uses, code.status == "revoked") == (
                mine.used,
                mine.uses,
                mine.is_revoked,
            )

    def teardown(self) -> None:
        """Whatever happened, the ledger adds up."""
        assert self.credits.ledger.check() == []


@pytest.fixture
def run(credits: Any, make: Any, clock: Clock, catalog: Any) -> Callable[[int], None]:
    """Runs the machine. What it finds is not shrunk, which would take minutes: it prints how to run it again."""
    for name, price in PRICES.items():
        catalog.add(offering(id=name, price_credits=Decimal(price) / 100, repeatable=name == "small"))
    machine = type("Machine", (LedgerMachine,), {"credits": credits, "make": make, "clock": clock})
    bounds = settings(
        stateful_step_count=25,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    return lambda examples: run_state_machine_as_test(machine, settings=settings(bounds, max_examples=examples))


@pytest.mark.slow
def test_the_services_do_what_a_plain_model_says(run: Callable[[int], None]) -> None:
    """Whatever is issued, reserved, bought, revoked and swept, and however the clock moves."""
    run(EXAMPLES)


@pytest.mark.slow
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("broken", ["order", "window", "lapse"])
def test_control_a_broken_rule_is_found(
    broken: str, run: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another burn order, without windows or without lapses, services and model fall out."""
    match broken:
        case "order":
            monkeypatch.setattr(lots, "burn_order", lambda lot: lot.id)
        case "window":
            monkeypatch.setattr(lots, "is_live", lambda lot, now: True)
        case "lapse":  # what a lapsed code held is booked, but nobody sees it before
            monkeypatch.setattr(balances, "lapsed_reservations", lambda *_: [])
    with pytest.raises((AssertionError, Refused, RetryLater, pytest.fail.Exception)):
        run(20 * EXAMPLES)  # ends with the first that falls out
