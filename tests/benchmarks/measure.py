"""Measuring two things side by side: rounds in turn, medians, and any number of workers."""

from __future__ import annotations

import multiprocessing
import statistics
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

Work = Callable[[], object]
MakeWork = Callable[..., Work]
"""Makes the work of one worker, in the process that does it."""


def rate(work: Work, seconds: float) -> float:
    """How often a second one worker does it."""
    started, count = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - started) < seconds:
        work()
        count += 1
    return count / elapsed


def in_turn(things: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of each, measured one after the other in every round: a noisy neighbour disturbs all alike."""
    found: dict[str, list[float]] = {name: [] for name in things}
    for number in range(rounds):
        names = list(things) if number % 2 == 0 else list(reversed(things))
        for name in names:
            found[name].append(things[name]())
    return {name: statistics.median(values) for name, values in found.items()}


def threads(works: list[Work], seconds: float) -> float:
    """How often a second several threads of this process do it together."""
    rates: list[float] = []
    workers = [threading.Thread(target=lambda work=work: rates.append(rate(work, seconds))) for work in works]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if len(rates) != len(works):
        raise AssertionError("a worker failed")
    return sum(rates)


class Processes:
    """Workers in processes of their own, which live for all rounds of a comparison."""

    def __init__(self, make: MakeWork, arguments: list[tuple[Any, ...]]) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([make.__module__])  # importing is slow, and here is done once for all
        self._pipes = []
        self._workers = []
        for given in arguments:
            ours, theirs = context.Pipe()
            worker = context.Process(target=_worker, args=(theirs, make, given), daemon=True)
            worker.start()
            self._pipes.append(ours)
            self._workers.append(worker)
        for pipe in self._pipes:
            pipe.recv()  # ready

    def rate(self, seconds: float) -> float:
        """How often a second they do it together."""
        for pipe in self._pipes:
            pipe.send(seconds)
        return float(sum(pipe.recv() for pipe in self._pipes))

    def close(self) -> None:
        """End them."""
        for pipe in self._pipes:
            pipe.send(None)
        for worker in self._workers:
            worker.join()


def _worker(pipe: Any, make: MakeWork, given: tuple[Any, ...]) -> None:
    work = make(*given)
    work()
    pipe.send("ready")
    while (seconds := pipe.recv()) is not None:
        pipe.send(rate(work, seconds))
