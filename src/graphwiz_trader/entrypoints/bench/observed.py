"""
Observed: what it costs an engine that its journal is followed by those beside it.

The engine knows nothing of them: other processes read what it writes. They run all the time and
are stopped and continued by turns, so that both halves meet the same machine. Messages come at a
live rate, and one in ten is answered with an order: twenty times what a venue takes.
"""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic_ns, sleep, thread_time_ns

from graphwiz_trader.adapters.files.home import JOURNAL, Home
from graphwiz_trader.adapters.files.journal import LIVE, FileJournal
from graphwiz_trader.domain.events import RunStarted
from graphwiz_trader.domain.units import SECOND, RunId
from graphwiz_trader.entrypoints.bench.frames import Frame, generated_frames
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT
from graphwiz_trader.entrypoints.bench.onlookers import Onlookers, onlookers
from graphwiz_trader.entrypoints.bench.row import Row
from graphwiz_trader.entrypoints.bench.slice import Quoting, Slice

ROUNDS, SIZE, ANSWERED = 24, 800, 10
INTERVAL = SECOND // 2_000
CAUGHT_UP_S = 0.5
"""How long onlookers have for what they missed while they were stopped."""

MOST = 1.05


def observed_rows() -> list[Row]:
    """Return the processor time of a step with onlookers, as a share of that without."""
    name = "engine step at 2,000 msg/s"
    return [
        Row(f"{name}, graph on against off", _ratio(with_page=False), "×", MOST, "lower"),
        Row(
            f"{name}, graph, Prometheus and page on against off",
            _ratio(with_page=True),
            "×",
            MOST,
            "lower",
        ),
    ]


def _ratio(*, with_page: bool) -> float:
    begin, frames = generated_frames((ROUNDS + 1) * SIZE)
    run = RunId("paper-0001")
    with TemporaryDirectory() as folder:
        journal = Home(Path(folder)).runs / run / JOURNAL
        started = RunStarted(begin.ts, run, "paper", "00", 1, 0, "{}", "0", (), (INSTRUMENT,), ())
        path = Slice(FileJournal(journal, run, LIVE), Quoting(ANSWERED), started)
        path.snapshot(begin)
        with onlookers(Path(folder), with_page=with_page) as watching:
            found = _compared(path, frames, watching)
        path.close()
    return found


def _compared(path: Slice, frames: Sequence[Frame], watching: Onlookers) -> float:
    """Return the median, over pairs of rounds, of observed against alone."""
    _spent(path, frames[:SIZE])
    alone: list[int] = []
    observed: list[int] = []
    for number in range(1, ROUNDS + 1):
        part = frames[number * SIZE : (number + 1) * SIZE]
        if number % 2:
            watching.rest()
            alone.append(_spent(path, part))
        else:
            watching.look()
            sleep(CAUGHT_UP_S)
            observed.append(_spent(path, part))
    return median(one / other for one, other in zip(observed, alone, strict=True))


def _spent(path: Slice, frames: Sequence[Frame]) -> int:
    """Return the processor time that *frames*, one each interval, took this thread, ns."""
    spent = 0
    due = monotonic_ns()
    for ts, frame in frames:
        due += INTERVAL
        sleep(max(due - monotonic_ns(), 0) / SECOND)
        began = thread_time_ns()
        order, _ = path.take(ts, frame)
        if order is not None:
            path.cancel(order, ts)
        spent += thread_time_ns() - began
    return spent
