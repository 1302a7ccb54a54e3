"""What is measured. Every scenario answers figures; rates are a second, times in milliseconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Flask

from flask_training_credits import Refused
from flask_training_credits.testing import assert_ledger, person

from . import history, served
from .host import db, fund, make_host, place, record
from .measure import MakeWork, Processes, Work, in_turn, rate, threads

FORGED = "TC-0000-0000-0000-0000-0000-0000"
MANY = 8
RATE, HTTP_RATE, BULK, GROWTH = 0.6, 0.5, 0.1, 1.1
"""The aims: of the bare rate, of the bare route's, of what an item costs alone, and of what it cost before."""


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

    rounds: int
    seconds: float
    histories: tuple[int, ...]
    workers: int = MANY


@dataclass
class Figure:
    """One line of the table. `ratio` is what the aim is about."""

    name: str
    values: dict[str, float]
    ratio: float | None = None
    aim: str = ""
    notes: str = ""
    is_met: bool | None = field(default=None)


def service(url: str, code: str) -> Work:
    """Orders through the service, in a process of its own."""
    return partial(place, make_host(url), code)


def bare(url: str, code: str) -> Work:
    """The statements of such orders, in a process of its own."""
    app = make_host(url)
    recording = record(app, code)
    with app.app_context():
        engine = db.engine
    return partial(recording.order, engine)


@dataclass(frozen=True)
class Side:
    """One of the two that are compared: where it works, and what makes its work."""

    url: str
    app: Flask
    make: MakeWork

    def fund(self) -> str:
        """A code on a new account."""
        return fund(self.app)[1]


def sides(urls: Mapping[str, str]) -> dict[str, Side]:
    """Service and bare statements, each on a database of its own: only the service's has a ledger that adds up."""
    made = {}
    for name, make in (("service", service), ("bare", bare)):
        app = make_host(urls[name])
        with app.app_context():
            if db.engine.dialect.name == "sqlite":
                with db.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            db.create_all()
        made[name] = Side(urls[name], app, make)
    return made


def everything(urls: Mapping[str, str], effort: Effort, *, has_http: bool) -> Iterator[Figure]:
    """All figures of one kind of database."""
    both = sides(urls)
    app = both["service"].app
    yield _one_worker(both, effort)
    yield from _many_workers(both, effort)
    yield _hundred_items(app, effort)
    yield _forged(app, effort)
    if has_http:
        yield _over_http(both, effort)
    assert_ledger(app)
    yield from _histories(app, effort)


def _compared(name: str, found: dict[str, float], aim: float, notes: str = "") -> Figure:
    ratio = found["service"] / found["bare"]
    return Figure(name, found, ratio, f">= {aim:.2f}", notes, ratio >= aim)


def _one_worker(both: Mapping[str, Side], effort: Effort) -> Figure:
    works = {name: side.make(side.url, side.fund()) for name, side in both.items()}
    found = in_turn({name: partial(rate, work, effort.seconds) for name, work in works.items()}, effort.rounds)
    return _compared("orders/s, 1 worker, 1 account", found, RATE)


def _many_workers(both: Mapping[str, Side], effort: Effort) -> Iterator[Figure]:
    works = {name: [side.make(side.url, side.fund())] * effort.workers for name, side in both.items()}
    found = in_turn({name: partial(threads, some, effort.seconds) for name, some in works.items()}, effort.rounds)
    yield _compared(f"orders/s, {effort.workers} threads, 1 account", found, RATE)
    for accounts in (1, effort.workers):
        processes = {}
        for name, side in both.items():
            codes = [side.fund() for _ in range(accounts)] * (effort.workers // accounts)
            processes[name] = Processes(side.make, [(side.url, code) for code in codes])
        found = in_turn({name: partial(some.rate, effort.seconds) for name, some in processes.items()}, effort.rounds)
        for some in processes.values():
            some.close()
        title = f"{effort.workers} processes, {accounts} account{'s' if accounts > 1 else ''}"
        yield _compared(f"orders/s, {title}", found, RATE)


def _hundred_items(app: Flask, effort: Effort) -> Figure:
    code = fund(app)[1]
    place(app, code, items=100)
    works = {"one": partial(place, app, code), "hundred": partial(place, app, code, 100)}
    rates = in_turn({name: partial(rate, work, effort.seconds) for name, work in works.items()}, effort.rounds)
    each = {"ms an item, one by one": 1000 / rates["one"], "ms an item of 100": 10 / rates["hundred"]}
    ratio = each["ms an item of 100"] / each["ms an item, one by one"]
    return Figure("an order of 100 items", each, ratio, "<= 0.10", is_met=ratio <= BULK)


def _forged(app: Flask, effort: Effort) -> Figure:
    ada = person(id="ada")

    def check() -> None:
        with suppress(Refused), app.app_context():
            app.extensions["training_credits"].codes.check(FORGED, person=ada)

    found = in_turn({"refused/s": partial(rate, check, effort.seconds / 2)}, effort.rounds)
    return Figure("a forged code", found, notes="no statement, no connection")


def _over_http(both: Mapping[str, Side], effort: Effort) -> Figure:
    with ExitStack() as stack:
        ports = {name: stack.enter_context(served.gunicorn(name, side.url)) for name, side in both.items()}
        clients = {
            name: [served.buyer(ports[name], code) for _ in range(served.CLIENTS)]
            for name, code in ((name, side.fund()) for name, side in both.items())
        }
        found = in_turn({name: partial(threads, some, effort.seconds) for name, some in clients.items()}, effort.rounds)
    return _compared(
        "orders/s by the JSON API, gunicorn", found, 0.5, f"{served.WORKERS} workers, {served.CLIENTS} clients"
    )


def _histories(app: Flask, effort: Effort) -> Iterator[Figure]:
    accounts = {count: fund(app) for count in effort.histories}
    started = time.perf_counter()
    for count, (account_id, _) in accounts.items():
        history.seed(app, account_id, count - 1)  # the lot is the first
    seeding = f"seeded in {time.perf_counter() - started:.0f} s"
    makes: dict[str, Callable[[str, str], Work]] = {
        "ms an order": lambda account_id, code: partial(place, app, code),
        "ms the account's services": lambda account_id, code: partial(_look, app, account_id),
        "ms the account page": lambda account_id, code: partial(_open_page, app, account_id),
    }
    for name, make in makes.items():
        works = {str(count): make(*account) for count, account in accounts.items()}
        for work in works.values():
            work()
        rates = in_turn({name: partial(rate, work, effort.seconds / 2) for name, work in works.items()}, effort.rounds)
        times = {f"{int(count):,}": 1000 / found for count, found in rates.items()}
        *_, full_page, longest = times.values()
        ratio = longest / full_page  # the shortest history does not fill a page, which says nothing of growth
        yield Figure(f"{name}, by transactions", times, ratio, "<= 1.10", seeding, ratio <= GROWTH)
        seeding = ""


def _look(app: Flask, account_id: str) -> None:
    viewer = person(id="owner")
    with app.app_context():
        services: Any = app.extensions["training_credits"]
        services.accounts.get(account_id, viewer=viewer)
        services.lots.list(account_id, viewer=viewer)
        services.accounts.transactions(account_id, viewer=viewer)


def _open_page(app: Flask, account_id: str) -> None:
    answer = app.test_client().get(f"/credits/accounts/{account_id}", headers={"X-User": "owner"})
    if answer.status_code != 200:
        raise AssertionError(answer.status)
