"""
Slice: from a frame's bytes to an order's bytes, in one process.

Frame → compiled parser → `BookUpdate` → `Engine.step` (book, a quoting strategy, every risk rule,
planner) → journal append → Binance's signed order request, written to a socket's kernel buffer.
Each message leads to one order, whose cancellation is reported before the next, outside the
measurement.
"""

import gc
import socket
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter_ns

import numpy as np

from graphwiz_trader.adapters.direct.binance_depth import DepthParser
from graphwiz_trader.adapters.direct.binance_requests import BinanceRequests
from graphwiz_trader.adapters.files.journal import LIVE, FileJournal
from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.events import BalanceReport, BookUpdate, Event
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdStatus
from graphwiz_trader.domain.units import (
    SECOND,
    Int64s,
    Nanos,
    RunId,
    StrategyId,
)
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.entrypoints.bench.engine import bench_engine
from graphwiz_trader.entrypoints.bench.frames import Frame, generated_frames, recorded_frames
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT
from graphwiz_trader.entrypoints.bench.quoting import EVERY_RULE, Quoting, QuotingConfig
from graphwiz_trader.entrypoints.bench.row import Row

WARM_UP = 500


class Slice:
    """Everything between the two sockets."""

    def __init__(self, journal: FileJournal, engine: Engine, *first: Event) -> None:
        """*first* is what *engine*, of the generated instrument, hears before anything else."""
        self.parser = DepthParser(INSTRUMENT, "BTCUSDT")
        self.engine = engine
        self.journal = journal
        self.requests = BinanceRequests([INSTRUMENT], Credentials("key", "secret"))
        self.out, self.venue = socket.socketpair()
        rich = Decimal(10**9)
        funds = BalanceReport(Nanos(0), INSTRUMENT.venue, INSTRUMENT.quote, rich, rich)
        for event in (*first, funds):
            self._step(event)

    def take(self, ts: int, frame: bytes) -> tuple[SubmitOrder | None, tuple[int, ...]]:
        """Turn one frame into an order; return it and the instants between the stages."""
        begun = perf_counter_ns()
        update = self.parser.parse(frame, Nanos(ts))
        parsed = perf_counter_ns()
        outcome = self.engine.step(update)
        stepped = perf_counter_ns()
        self.journal.append(Entry(update, outcome))
        durable = perf_counter_ns()
        for command in outcome.commands:
            if isinstance(command, SubmitOrder):
                self.out.send(self.requests.submit(1, command, Nanos(ts)))
                return command, (begun, parsed, stepped, durable, perf_counter_ns())
        return None, (begun, parsed, stepped, durable, perf_counter_ns())

    def snapshot(self, update: BookUpdate) -> None:
        """Begin the book, and end the order that comes of it."""
        for command in self._step(update).commands:
            if isinstance(command, SubmitOrder):
                self._end(command, update.ts)

    def cancel(self, order: SubmitOrder, ts: int) -> None:
        """Have the venue take the order and end it, and empty the socket."""
        self.venue.recv(1 << 16)
        self._end(order, ts)

    def close(self) -> None:
        """Let go of files and sockets."""
        self.journal.close()
        self.out.close()
        self.venue.close()

    def _end(self, order: SubmitOrder, ts: int) -> None:
        for kind, status in (
            (ExecType.NEW, OrdStatus.NEW),
            (ExecType.CANCELED, OrdStatus.CANCELED),
        ):
            name = f"{kind.value}{order.cl_ord_id}"
            self._step(
                ExecutionReport(
                    Nanos(ts), Nanos(ts), order.cl_ord_id, "1", name, kind, status, INSTRUMENT.id
                )
            )

    def _step(self, event: Event) -> Outcome:
        outcome = self.engine.step(event)
        self.journal.append(Entry(event, outcome))
        return outcome


def _timed(begin: BookUpdate, frames: list[Frame]) -> Int64s:
    """Return the instants between stages, ns, shape (orders, 5)."""
    with TemporaryDirectory() as folder:
        strategy = Quoting(StrategyId("quoting"), QuotingConfig(), (INSTRUMENT,), Nanos(SECOND))
        engine = bench_engine(strategy, EVERY_RULE)
        path = Slice(FileJournal(Path(folder), RunId("bench"), LIVE), engine)
        path.snapshot(begin)
        gc.collect()
        gc.freeze()
        instants = []
        for number, (ts, frame) in enumerate(frames):
            order, stamps = path.take(ts, frame)
            if order is not None:
                path.cancel(order, ts)
                if number >= WARM_UP:
                    instants.append(stamps)
        gc.unfreeze()
        path.close()
        return np.array(instants)


def slice_rows(recorded: Path | None) -> list[Row]:
    """Return how long a frame takes to become an order, by stage; *recorded* is a USDⓈ-M file."""
    rows = _rows("7.5 levels", 25.0, *generated_frames(6000))
    if recorded is not None and recorded.is_file():
        rows += _rows("68 levels, recorded", 40.0, *recorded_frames(recorded))
    return rows


def _rows(name: str, target: float, begin: BookUpdate, frames: list[Frame]) -> list[Row]:
    instants = _timed(begin, frames)
    total = (instants[:, 4] - instants[:, 0]) / 1e3
    rows = [
        Row(
            f"frame to order bytes, {name}, p{at}",
            float(np.percentile(total, at)),
            "µs",
            target if at == 50 else None,
            "lower",
        )
        for at in (50, 99, 99.9)
    ]
    for stage, part in enumerate(("parse", "step, every rule", "journal", "sign and send")):
        took = (instants[:, stage + 1] - instants[:, stage]) / 1e3
        rows.append(
            Row(f"of which {part}, {name}, p50", float(np.median(took)), "µs", None, "lower")
        )
    return rows
