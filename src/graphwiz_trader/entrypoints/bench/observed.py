"""
Observed: what it costs an engine that its journal is followed by those beside it.

The engine knows nothing of them: other processes read what it writes, and what they take from it
is the machine. Everybody runs all the time, and is stopped and continued by turns, each kind of
turn as often as the others and after each of them, so that all meet the same machine. A turn lasts
a second: nothing they do by the clock is rarer, but for samples of the machine. Every round has
two turns of an engine alone: what they differ by is what this cannot tell.
The journal is a live run's: its first entry names the engine that the page's replica is, and its
times are those of the clock. Before the first turn and after the last the page has shown all of
it. Messages come at a live rate, and one in ten is answered with an order: twenty times what a
venue takes. Processors are kept awake, as a run that trades at venues keeps them.
"""

from collections.abc import Sequence
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from time import monotonic_ns, sleep, thread_time_ns, time_ns

import click

from graphwiz_trader.adapters.files.home import JOURNAL, Home
from graphwiz_trader.adapters.files.journal import LIVE, FileJournal
from graphwiz_trader.adapters.shallow_idle import shallow_idle
from graphwiz_trader.domain.settings import StrategySettings
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.bench.frames import Frame, generated_frames, sent_at
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT
from graphwiz_trader.entrypoints.bench.named import RUN, named_engine, named_run
from graphwiz_trader.entrypoints.bench.onlookers import Onlookers, Who, onlookers
from graphwiz_trader.entrypoints.bench.quoting import Quoting, QuotingConfig
from graphwiz_trader.entrypoints.bench.row import Row
from graphwiz_trader.entrypoints.bench.slice import Slice

TURNS = (Who.NOBODY, Who.NOBODY, Who.GRAPH, Who.ALL)
ORDERS = ((0, 1, 3, 2), (1, 2, 0, 3), (2, 3, 1, 0), (3, 0, 2, 1))
"""In which order a round takes the turns: each follows each other once."""

ROUNDS, SIZE, ANSWERED = 20, 2_000, 10
"""Rounds, messages of a turn, and of one order."""

STRETCH = 200
"""Messages of a tenth of a second: a page is shown in each."""

LEFT_OUT = 10
"""
Of so many stretches, ordered by what they took, the first and the last are not counted.

A virtual machine's neighbors make a step take twice as long for some tenths of a second.
"""

INTERVAL = SECOND // 2_000
CAUGHT_UP_S = 0.5
"""How long onlookers have for what they missed while they were stopped."""

MOST = 1.05


class Spent:
    """What turns of one kind took: stretches in processor time, orders from frame to bytes; ns."""

    def __init__(self) -> None:
        self.stretches: list[int] = []
        self.orders: list[int] = []

    @property
    def usual(self) -> float:
        """What a stretch took, in the mean of those that count."""
        out = len(self.stretches) // LEFT_OUT
        return fmean(sorted(self.stretches)[out : len(self.stretches) - out])


def observed_rows() -> list[Row]:
    """Return the processor time of a step with onlookers, as a share of that without."""
    name, order = "engine step at 2,000 msg/s", "frame to order bytes at 2,000 msg/s"
    alone, again, graph, everybody = _measured()
    both = Spent()
    both.stretches = alone.stretches + again.stretches
    both.orders = alone.orders + again.orders
    return [
        Row(f"{name}, alone against alone", again.usual / alone.usual, "×", None, "lower"),
        Row(f"{name}, graph on against off", graph.usual / both.usual, "×", MOST, "lower"),
        Row(
            f"{name}, graph, Prometheus and page on against off",
            everybody.usual / both.usual,
            "×",
            MOST,
            "lower",
        ),
        Row(f"{order}, alone, p50", median(both.orders) / 1e3, "µs", None, "lower"),
        Row(f"{order}, all on, p50", median(everybody.orders) / 1e3, "µs", None, "lower"),
    ]


def _measured() -> Sequence[Spent]:
    """Return what each of `TURNS` took."""
    begin, frames = generated_frames((len(TURNS) * ROUNDS + 1) * SIZE)
    begin = evolve(begin, ts=Nanos(time_ns()), ts_venue=Nanos(time_ns()))
    use = f"{Quoting.__module__}:{Quoting.__name__}"
    strategy = StrategySettings(use=use, config=QuotingConfig(ANSWERED))
    started = named_run(begin.ts, strategy, INSTRUMENT)
    with TemporaryDirectory() as folder, shallow_idle(partial(click.echo, err=True)):
        journal = FileJournal(Home(Path(folder)).runs / RUN / JOURNAL, RUN, LIVE)
        path = Slice(journal, named_engine(started), started)
        path.snapshot(begin)
        with onlookers(Path(folder), INSTRUMENT.id) as watching:
            watching.prove(1)
            spent = _by_turns(path, frames, watching)
            watching.look(Who.ALL)
            watching.prove(journal.seq)
        path.close()
    return spent


def _by_turns(path: Slice, frames: Sequence[Frame], watching: Onlookers) -> Sequence[Spent]:
    parts = (frames[at : at + SIZE] for at in range(0, len(frames), SIZE))
    _spend(path, next(parts), Spent())
    spent = [Spent() for _ in TURNS]
    for order in islice(cycle(ORDERS), ROUNDS):
        for turn in order:
            watching.look(TURNS[turn])
            sleep(CAUGHT_UP_S)
            _spend(path, next(parts), spent[turn])
    return spent


def _spend(path: Slice, frames: Sequence[Frame], spent: Spent) -> None:
    """Take *frames*, one each interval; note what they took this thread."""
    now = time_ns()
    sent = [(now + k * INTERVAL, frame) for k, (_, frame) in enumerate(frames, 1)]
    timed = [(ts, sent_at(frame, ts)) for ts, frame in sent]
    took, due = 0, monotonic_ns() - (time_ns() - now)
    for number, (ts, frame) in enumerate(timed, 1):
        due += INTERVAL
        sleep(max(due - monotonic_ns(), 0) / SECOND)
        began = thread_time_ns()
        order, instants = path.take(ts, frame)
        if order is not None:
            path.cancel(order, ts)
        took += thread_time_ns() - began
        if order is not None:
            spent.orders.append(instants[-1] - instants[0])
        if not number % STRETCH:
            spent.stretches.append(took)
            took = 0
