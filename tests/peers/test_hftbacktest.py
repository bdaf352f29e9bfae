"""
Our fills beside those of hftbacktest, on the same rows and the same requests.

Set apart, because it would be wrong to trade on: a new level evicts opposite ones that it
crosses, and what is taken of a level is not gone (strategies.md §6 lists where the two differ).
"""

from collections.abc import Mapping
from decimal import Decimal
from heapq import heappop, heappush
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from graphwiz_trader.domain.commands import CancelOrder, OrderCommand, SubmitOrder
from graphwiz_trader.domain.events import LevelRows
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import DIFF, SNAPSHOT, TRADE
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
from graphwiz_trader.simulation.recording import Recording
from graphwiz_trader.simulation.replay import POST_ONLY, ReplayVenue
from graphwiz_trader.testing.recording import change, recording, snapshot

pytestmark = pytest.mark.peers

PEER_TRADE, PEER_CLEAR = 2, 3
PEER_STATUS = {"EXPIRED": 2, "FILLED": 3, "CANCELED": 4}
MS = 1_000_000
LATENCY = Nanos(5 * MS)
SYMBOL = InstrumentId("BTC/USDT:USDT@peer")
INSTRUMENT = Instrument(
    SYMBOL, Asset("BTC"), Asset("USDT"), Decimal("0.1"), Decimal("0.001"), Kind.LINEAR
)
Columns: TypeAlias = Mapping[str, NDArray[np.int64]]
Outcome: TypeAlias = tuple[int, int, int, int]


def test_every_order_ends_as_it_does_in_hftbacktest(theirs: Columns) -> None:
    """Order, what became of it, exchange nanosecond and price: all equal, not nearly."""
    expected = [tuple(row) for row in theirs["outcomes"].tolist()]

    outcomes = replayed(theirs)

    fills = sum(status == PEER_STATUS["FILLED"] for _, status, _, _ in outcomes)
    expiries = sum(status == PEER_STATUS["EXPIRED"] for _, status, _, _ in outcomes)
    assert sorted(outcomes) == sorted(expected)
    assert (int(theirs["converted"]), len(theirs["requests"])) == (491_973, 840)
    assert (fills, expiries) == (324, 42)


def test_what_arrives_with_a_row_finds_that_row_in_both(theirs: Columns) -> None:
    """Before it the order rests and is filled by it; with it and after it, it would take."""
    found = []
    for shift in (-1, 0, 1):
        venue = venue_of(
            recording(
                INSTRUMENT,
                snapshot(1_000 * MS, {900: 5}, {1020: 5}),
                change(2_000 * MS, asks={1020: 6}),
                change(3_000 * MS, asks={1000: 1}),
            )
        )
        reports: list[ExecutionReport] = []
        now = 3_000 * MS - LATENCY + shift
        run(venue, now, reports)
        venue.send(command_of(1, 1, 1000), Nanos(now))
        run(venue, 4_000 * MS, reports)
        found.append(outcome_of(reports[-1], 1000)[1:3])

    assert found == [tuple(row) for row in theirs["ties"].tolist()]
    assert [status for status, _ in found] == [3, 2, 2]


def replayed(theirs: Columns) -> list[Outcome]:
    """Return how the peer's requests end at our venue, as it would write it."""
    venue = venue_of(recording_of(theirs))
    prices = {str(order): tick for _, order, side, tick in theirs["requests"].tolist() if side}
    reports: list[ExecutionReport] = []
    for now, *request in theirs["requests"].tolist():
        run(venue, now, reports)
        venue.send(command_of(*request), Nanos(now))
    run(venue, 1 << 62, reports)
    ends = [report for report in reports if report.exec_type is not ExecType.NEW]
    return [outcome_of(report, prices[report.cl_ord_id]) for report in ends]


def venue_of(market: Recording) -> ReplayVenue:
    return ReplayVenue(
        {SYMBOL: market},
        {},
        FeeSchedule(2, 5),
        ConstantLatency(LATENCY, LATENCY),
        queue_model("risk_averse", Nanos(0)),
        depletes=False,
    )


def run(venue: ReplayVenue, until: int, reports: list[ExecutionReport]) -> None:
    while (ts := venue.next_ts()) is not None and ts <= until:
        reports += [e for e in venue.run_next() if isinstance(e, ExecutionReport)]


def command_of(order: int, side: int, tick: int) -> OrderCommand:
    name = ClOrdId(str(order))
    if side == 0:
        return CancelOrder(name, SYMBOL)
    return SubmitOrder(
        name,
        StrategyId("peer"),
        SYMBOL,
        Side(side),
        OrdType.LIMIT_MAKER,
        TimeInForce.GTC,
        Ticks(tick),
        Lots(1),
    )


def outcome_of(report: ExecutionReport, price: int) -> Outcome:
    order, at = int(report.cl_ord_id), report.ts_venue
    if report.exec_type is ExecType.TRADE:
        return order, PEER_STATUS["FILLED"], at, report.last_px
    if report.exec_type is ExecType.CANCELED:
        return order, PEER_STATUS["CANCELED"], at, price
    # hftbacktest has no word of its own for a post-only order that would take.
    assert (report.exec_type, report.text) == (ExecType.REJECTED, POST_ONLY)
    return order, PEER_STATUS["EXPIRED"], at, price


def recording_of(theirs: Columns) -> Recording:
    """Return the peer's rows, a message each, with the evictions it makes as rows of their own."""
    side, ticks, lots, flags, times = [0], [0], [0], [SNAPSHOT], [int(theirs["ts"][0])]
    evicting = Evicting()
    columns = (theirs[name].tolist() for name in ("kind", "side", "ticks", "lots", "ts"))
    for kind, s, tick, qty, at in zip(*columns, strict=True):
        rows = [(s, tick, qty)]
        if kind == PEER_CLEAR:
            rows = evicting.clear(s, tick)
        elif kind != PEER_TRADE:
            rows = evicting.set(s, tick, qty)
        for row in rows:
            side.append(row[0])
            ticks.append(row[1])
            lots.append(row[2])
            flags.append(TRADE if kind == PEER_TRADE else DIFF)
            times.append(at)
    first = np.arange(len(side))
    first[0] = 1  # the snapshot is of an empty book
    columns_of_rows = LevelRows(np.array(side, np.int8), np.array(ticks), np.array(lots))
    ts = np.array(times)
    return Recording(
        INSTRUMENT,
        columns_of_rows,
        first,
        np.arange(1, len(side) + 1),
        np.array(flags, np.int8),
        ts,
    )


class Evicting:
    """A book in which a level removes the opposite levels at or through it."""

    def __init__(self) -> None:
        self.levels: dict[int, dict[int, int]] = {1: {}, -1: {}}
        self.keys: dict[int, list[int]] = {1: [], -1: []}

    def set(self, side: int, tick: int, lots: int) -> list[tuple[int, int, int]]:
        """Set a level; return the rows to that effect."""
        rows = [(side, tick, lots)]
        if lots == 0:
            self.levels[side].pop(tick, None)
            return rows
        self.levels[side][tick] = lots
        heappush(self.keys[side], -side * tick)
        return rows + self.clear(-side, tick)

    def clear(self, side: int, tick: int) -> list[tuple[int, int, int]]:
        """Remove the levels of *side* from its best to *tick*; return the rows to that effect."""
        rows, keys, levels = [], self.keys[side], self.levels[side]
        while keys and keys[0] <= -side * tick:
            worst = -side * heappop(keys)
            if levels.pop(worst, None) is not None:
                rows.append((side, worst, 0))
        return rows
