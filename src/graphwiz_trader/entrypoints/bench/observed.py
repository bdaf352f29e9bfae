"""
Observed: what it costs an engine that its journal is followed by those beside it.

The engine knows nothing of them: other processes read what it writes, and what they take from it
is the machine. Everybody runs all the time, and is stopped and continued by turns, each kind of
turn as often as the others and in every order, so that all meet the same machine. A turn lasts a
second: nothing they do by the clock is rarer, but for samples of the machine.
The journal is a live run's: its first entry names the engine that the page's replica is, and its
times are those of the clock. Before the first turn and after the last the page has shown all of
it. Messages come at a live rate, and one in ten is answered with an order: twenty times what a
venue takes.
"""

from collections.abc import Sequence
from itertools import cycle, islice, permutations
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic_ns, sleep, thread_time_ns, time_ns

from graphwiz_trader.adapters.files.home import JOURNAL, Home
from graphwiz_trader.adapters.files.journal import LIVE, FileJournal
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

TURNS = (Who.NOBODY, Who.GRAPH, Who.ALL)
ROUNDS, SIZE, ANSWERED = 18, 2_000, 10
"""Rounds of one turn of each kind, messages of a turn, and of one order."""

INTERVAL = SECOND // 2_000
CAUGHT_UP_S = 0.5
"""How long onlookers have for what they missed while they were stopped."""

MOST = 1.05


def observed_rows() -> list[Row]:
    """Return the processor time of a step with onlookers, as a share of that without."""
    name = "engine step at 2,000 msg/s"
    spent = _measured()
    alone = spent[Who.NOBODY]
    return [
        Row(f"{name}, graph on against off", _ratio(spent[Who.GRAPH], alone), "×", MOST, "lower"),
        Row(
            f"{name}, graph, Prometheus and page on against off",
            _ratio(spent[Who.ALL], alone),
            "×",
            MOST,
            "lower",
        ),
    ]


def _ratio(observed: Sequence[int], alone: Sequence[int]) -> float:
    """Return the median, over rounds, of observed against alone."""
    return median(one / other for one, other in zip(observed, alone, strict=True))


def _measured() -> dict[Who, list[int]]:
    begin, frames = generated_frames((len(TURNS) * ROUNDS + 1) * SIZE)
    begin = evolve(begin, ts=Nanos(time_ns()), ts_venue=Nanos(time_ns()))
    use = f"{Quoting.__module__}:{Quoting.__name__}"
    strategy = StrategySettings(use=use, config=QuotingConfig(ANSWERED))
    started = named_run(begin.ts, strategy, INSTRUMENT)
    with TemporaryDirectory() as folder:
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


def _by_turns(path: Slice, frames: Sequence[Frame], watching: Onlookers) -> dict[Who, list[int]]:
    """Return what each turn took, by who looked on."""
    parts = (frames[at : at + SIZE] for at in range(0, len(frames), SIZE))
    _spent(path, next(parts))
    spent: dict[Who, list[int]] = {who: [] for who in TURNS}
    for order in islice(cycle(permutations(TURNS)), ROUNDS):
        for who in order:
            watching.look(who)
            sleep(CAUGHT_UP_S)
            spent[who].append(_spent(path, next(parts)))
    return spent


def _spent(path: Slice, frames: Sequence[Frame]) -> int:
    """Return the processor time that *frames*, one each interval, took this thread, ns."""
    now = time_ns()
    sent = [(now + k * INTERVAL, frame) for k, (_, frame) in enumerate(frames, 1)]
    timed = [(ts, sent_at(frame, ts)) for ts, frame in sent]
    spent, due = 0, monotonic_ns() - (time_ns() - now)
    for ts, frame in timed:
        due += INTERVAL
        sleep(max(due - monotonic_ns(), 0) / SECOND)
        began = thread_time_ns()
        order, _ = path.take(ts, frame)
        if order is not None:
            path.cancel(order, ts)
        spent += thread_time_ns() - began
    return spent
