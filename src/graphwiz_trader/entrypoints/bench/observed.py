"""
Observed: what it costs an engine that its journal is followed into the knowledge graph.

The engine knows nothing of it: another process reads what it writes. One observer runs all the
time and is stopped and continued by turns, so that both halves meet the same machine.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import thread_time

from graphwiz_trader.adapters.files.home import JOURNAL, Home
from graphwiz_trader.adapters.files.journal import LIVE, FileJournal
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import RunStarted
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.entrypoints.bench.frames import Frame, generated_frames
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT
from graphwiz_trader.entrypoints.bench.row import Row
from graphwiz_trader.entrypoints.bench.slice import Slice

ROUNDS, SIZE = 40, 500
MOST = 1.05


def observed_rows() -> list[Row]:
    """Return the processor time of a step with an observer, as a share of that without."""
    begin, frames = generated_frames((ROUNDS + 1) * SIZE)
    run = RunId("paper-0001")
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        journal = home.runs / run / JOURNAL
        journal.mkdir(parents=True)
        started = RunStarted(begin.ts, run, "paper", "00", 1, 0, "{}", "0", (), (INSTRUMENT,), ())
        path = Slice(FileJournal(journal, run, LIVE), started)
        path.snapshot(begin)
        with _observer(Path(folder)) as observer:
            ratio = _ratio(path, frames, observer)
        path.close()
    return [Row("engine step, observed against alone", ratio, "×", MOST, "lower")]


@contextmanager
def _observer(home: Path) -> Iterator[int]:
    """Yield the number of a process that observes *home*."""
    words = (sys.executable, "-m", "graphwiz_trader", "observe", "--home", str(home))
    process = subprocess.Popen(  # noqa: S603 # our own command
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    try:
        if process.stderr is None or not process.stderr.readline():
            raise DataError("the observer did not start")
        yield process.pid
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.communicate()


def _ratio(path: Slice, frames: Sequence[Frame], observer: int) -> float:
    """Return the median, over pairs of rounds, of observed against alone."""
    _spent(path, frames[:SIZE])
    alone: list[float] = []
    observed: list[float] = []
    for number in range(1, ROUNDS + 1):
        is_observed = number % 2 == 0
        os.kill(observer, signal.SIGCONT if is_observed else signal.SIGSTOP)
        spent = _spent(path, frames[number * SIZE : (number + 1) * SIZE])
        (observed if is_observed else alone).append(spent)
    return median(one / other for one, other in zip(observed, alone, strict=True))


def _spent(path: Slice, frames: Sequence[Frame]) -> float:
    """Return the processor time that *frames* took this thread."""
    began: float = thread_time()
    for ts, frame in frames:
        order, _ = path.take(ts, frame)
        if order is not None:
            path.cancel(order, ts)
    ended: float = thread_time()
    return ended - began
