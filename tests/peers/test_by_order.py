"""
Our fills beside those of hftbacktest's L3FIFOQueueModel, on the same orders and requests.

A generated market is written as its rows; there they are its data, here they are imported.
"""

import os
import subprocess
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from graphwiz_trader.adapters.files.imports.archive import FileArchive, Wanted
from graphwiz_trader.adapters.files.imports.formats import FORMATS
from graphwiz_trader.application.importing import import_tape
from graphwiz_trader.domain.commands import CancelOrder, OrderCommand, SubmitOrder
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)
from graphwiz_trader.simulation.fees import FeeSchedule
from graphwiz_trader.simulation.latency import ConstantLatency
from graphwiz_trader.simulation.queue import queue_model
from graphwiz_trader.simulation.recording import Recording, recordings
from graphwiz_trader.simulation.replay import ReplayVenue
from graphwiz_trader.testing.order_events import order_events
from graphwiz_trader.testing.order_flow import Act, OrderFlow, told_by_order
from graphwiz_trader.testing.tape import MemoryTapes

pytestmark = pytest.mark.peers

NEW, EXPIRED, FILLED, CANCELED = 1, 2, 3, 4
STEP, LATENCY, FEED = 1_000_000, Nanos(100_000), Nanos(50_000)
SYMBOL = InstrumentId("BTC/USDT:USDT@peer")
INSTRUMENT = Instrument(
    SYMBOL, Asset("BTC"), Asset("USDT"), Decimal("0.1"), Decimal("0.001"), Kind.LINEAR
)
GRIDS = "[{symbol: 'BTC/USDT:USDT', tick_size: '0.1', lot_size: '0.001'}]"
Columns: TypeAlias = Mapping[str, NDArray[np.int64]]
Outcome: TypeAlias = tuple[int, int, int, int]


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("orders") / "events.npy"
    np.save(path, order_events(INSTRUMENT, list(OrderFlow(7, STEP).acts(30_000)), FEED))
    return path


@pytest.fixture(scope="module")
def theirs(events: Path) -> Columns:
    """The requests that were made there, and how each order ended."""
    python = os.environ.get("GRAPHWIZ_PEERS")
    if not python:
        pytest.skip("GRAPHWIZ_PEERS names no Python with hftbacktest; `make test-peers` does")
    script, out = Path(__file__).with_name("theirs_by_order.py"), events.with_name("theirs.npz")
    subprocess.run([python, script, events, out], check=True, stdout=subprocess.DEVNULL)
    with np.load(out) as columns:
        return {name: columns[name] for name in columns.files}


@pytest.fixture(scope="module")
def market(events: Path) -> Recording:
    """The same rows, as they are imported."""
    grids = events.with_name("grids.yaml")
    grids.write_text(GRIDS)
    wanted = Wanted((events,), FORMATS["hftbacktest"], "peer", ("BTC/USDT:USDT",), grids)
    tapes = MemoryTapes()
    import_tape(FileArchive(wanted), tapes, "t", lambda _: None)
    return recordings([tapes.open("t")], FEED)[SYMBOL]


def test_every_order_ends_as_it_does_in_hftbacktest(theirs: Columns, market: Recording) -> None:
    """Order, what became of it, exchange nanosecond and price: all equal, not nearly."""
    outcomes = replayed(theirs, market, "l3_fifo")

    ended = [tuple(row) for row in theirs["outcomes"].tolist()]
    assert [outcome for outcome in outcomes if outcome[0] <= len(ended)] == sorted(ended)
    assert (len(ended), sum(status == FILLED for _, status, _, _ in ended)) == (1777, 614)


def test_a_model_that_guesses_ends_otherwise(theirs: Columns, market: Recording) -> None:
    """So the test above would notice."""
    exact, guessed = (replayed(theirs, market, model) for model in ("l3_fifo", "risk_averse"))

    assert sum(a != b for a, b in zip(exact, guessed, strict=True)) > 50


START = [
    Act(STEP, "clear"),
    Act(STEP, "add", 11, +1, 1000, 5),
    Act(STEP, "add", 12, +1, 999, 5),
    Act(STEP, "add", 13, -1, 1002, 5),
]


def test_a_trade_that_passes_an_order_alone_before_all_fills_it_here_only(theirs: Columns) -> None:
    """There, only prices from the best of the others down to the trade's are looked at."""
    left, past = Act(4 * STEP, "cancel", 11), Act(5 * STEP, "fill", 12, +1, 999, 1)

    assert theirs["alone"].tolist() == [NEW, 3 * STEP + LATENCY]
    assert fate(*START, left, past) == (FILLED, 5 * STEP)


def test_a_book_told_anew_ends_our_orders_there_only(theirs: Columns) -> None:
    """Here they keep their place behind whoever is shown again."""
    again = [Act(4 * STEP, act.kind, act.order, act.side, act.tick, act.lots) for act in START]

    assert theirs["cleared"].tolist() == [EXPIRED, 4 * STEP]
    assert fate(*START, *again) == (NEW, 3 * STEP + LATENCY)


def fate(*acts: Act) -> tuple[int, int]:
    """Return how a buy at 1000, sent after the first of *acts*, ends here."""
    request = {"requests": np.array([[3 * STEP, 1, 1, 1000]])}
    ends = replayed(request, told_by_order(INSTRUMENT, acts), "l3_fifo")
    return (ends[0][1], ends[0][2]) if ends else (NEW, 3 * STEP + LATENCY)


def replayed(theirs: Columns, market: Recording, model: str) -> list[Outcome]:
    """Return how the peer's requests end at our venue, as it would write it, by order."""
    at_venue = ConstantLatency(LATENCY, LATENCY)
    fees, queue = FeeSchedule(2, 5), queue_model(model, Nanos(0))
    venue = ReplayVenue({SYMBOL: market}, {}, fees, at_venue, queue, depletes=False)
    prices = {str(order): tick for _, order, side, tick in theirs["requests"].tolist() if side}
    reports: list[ExecutionReport] = []
    for now, *request in theirs["requests"].tolist():
        run(venue, now, reports)
        venue.send(command_of(*request), Nanos(now))
    run(venue, 1 << 62, reports)
    ends = [report for report in reports if report.exec_type is not ExecType.NEW]
    return sorted(outcome_of(report, prices[report.cl_ord_id]) for report in ends)


def run(venue: ReplayVenue, until: int, reports: list[ExecutionReport]) -> None:
    while (ts := venue.next_ts()) is not None and ts <= until:
        reports += [e for e in venue.run_next() if isinstance(e, ExecutionReport)]


def command_of(order: int, side: int, tick: int) -> OrderCommand:
    name = ClOrdId(str(order))
    if side == 0:
        return CancelOrder(name, SYMBOL)
    limit = (Side(side), OrdType.LIMIT_MAKER, TimeInForce.GTC, Ticks(tick), Lots(1))
    return SubmitOrder(name, StrategyId("peer"), SYMBOL, *limit)


def outcome_of(report: ExecutionReport, price: int) -> Outcome:
    order, at = int(report.cl_ord_id), report.ts_venue
    if report.exec_type is ExecType.TRADE:
        return order, FILLED, at, report.last_px
    if report.exec_type is ExecType.CANCELED:
        return order, CANCELED, at, price
    assert report.exec_type is ExecType.REJECTED
    return order, EXPIRED, at, price
