"""A run's journal written by hand, for tests of what the graph makes of it."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

from graphwiz_trader.application.graph_rows import GraphRows
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.domain.commands import Command, SubmitOrder
from graphwiz_trader.domain.events import Event, RunStarted
from graphwiz_trader.domain.facts import Entry, Fact, FillBooked, OrderChanged, Outcome
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecType, Liquidity, OrdStatus, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Observation, Signal, SignalKind, Stage
from graphwiz_trader.domain.units import (
    MILLISECOND,
    Asset,
    ClOrdId,
    Nanos,
    RunId,
    StrategyId,
)
from graphwiz_trader.testing import make
from graphwiz_trader.testing.graph import MemoryGraph

RUN = RunId("bt-1")
ARB = StrategyId("arb")
AT_A = make.instrument("LINK/USDT@a", "0.01", "0.1")
AT_B = make.instrument("LINK/USDT@b", "0.01", "0.1")
STARTED = RunStarted(make.START, RUN, "backtest", "00", 0, 7, "{}", "0.1")


def at(ms: int) -> Nanos:
    return Nanos(make.START + ms * MILLISECOND)


def order(name: str, of: Instrument, side: Side, price: str = "100", qty: str = "2") -> SubmitOrder:
    return SubmitOrder(
        ClOrdId(name), ARB, of.id, side, OrdType.LIMIT, TimeInForce.IOC, of.ticks(price),
        of.lots(qty),
    )  # fmt: skip


def wanting(
    *orders: SubmitOrder, kind: SignalKind = SignalKind.TAKE, why: str = "crossed"
) -> Signal:
    """A signal whose legs are *orders*, about episode e1."""
    legs = tuple(Leg(o.instrument, o.side, o.price, o.order_qty) for o in orders)
    return Signal(ARB, kind, legs, 29.9, at(9000), opportunity="e1", reason=why)


def seen(stage: Stage, net: float = 29.9) -> Observation:
    return Observation(ARB, "e1", "LINK/USDT:a>b", stage, 50.0, net, 2.0)


class Diary:
    """Writes entries, numbered from 1."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.step(STARTED)

    def step(
        self, event: Event, facts: Sequence[Fact] = (), commands: Sequence[Command] = ()
    ) -> int:
        """Write what came of *event*; return the entry's number."""
        outcome = Outcome(len(self.entries) + 1, tuple(commands), tuple(facts))
        self.entries.append(Entry(event, outcome))
        return outcome.seq

    def book(
        self,
        ms: int,
        of: Instrument,
        *facts: Fact,
        sends: Sequence[Command] = (),
        bid: str = "99",
        more: bool = False,
    ) -> int:
        """Write an update of a book, ask 101."""
        update = make.book_update(of, [(bid, "5")], [("101", "5")], at(ms), more=more)
        return self.step(update, facts, sends)

    def filled(
        self,
        ms: int,
        of: SubmitOrder,
        *more: Fact,
        qty: str | None = None,
        group: str = "",
        sends: Sequence[Command] = (),
    ) -> int:
        """Write a fill at the order's price, a fee of 0.1 and 1 earned."""
        instrument = AT_A if of.instrument == AT_A.id else AT_B
        lots = of.order_qty if qty is None else instrument.lots(qty)
        report = make.report(
            instrument, of.cl_ord_id, ExecType.TRADE, qty=str(instrument.qty(lots)), ts=at(ms),
            exec_id=f"x{ms}",
        )  # fmt: skip
        fill = FillBooked(
            of.cl_ord_id, f"x{ms}", ARB, of.instrument, of.side, of.price, lots, Decimal("0.1"),
            Decimal(1), Liquidity.TAKER, at(ms), group,
        )  # fmt: skip
        change = OrderChanged(of.cl_ord_id, OrdStatus.FILLED, lots, "")
        return self.step(report, (change, fill, *more), sends)

    def rows(self) -> GraphRows:
        """Return a reader of it."""
        prices = RebuiltPrices((AT_A, AT_B), (), Asset("USDT"))
        return GraphRows(STARTED, prices, Asset("USDT"), ("arb", "idle"))

    def graph(self, *cuts: int) -> MemoryGraph:
        """Return the graph of all entries, written at its end and after each of *cuts*."""
        graph, rows = MemoryGraph(), self.rows()
        for entry in self.entries:
            rows.feed(entry)
            if entry.outcome.seq in cuts:
                asyncio.run(graph.write(rows.cut()))
        asyncio.run(graph.write(rows.cut()))
        return graph
