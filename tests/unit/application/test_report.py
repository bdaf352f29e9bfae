"""Reports of small runs, told event by event."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np
import pytest

from graphwiz_trader.application.audit import COLUMNS, Audit
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.application.report import ReportBuilder, read_report
from graphwiz_trader.domain.commands import Command, SubmitOrder
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import (
    BalanceReport,
    BookUpdate,
    Event,
    LevelRows,
    RunStarted,
    TapeRef,
    TimerFired,
)
from graphwiz_trader.domain.facts import (
    Entry,
    Fact,
    FillBooked,
    GroupChanged,
    GroupState,
    OrderChanged,
    Outcome,
    SignalApproved,
    SignalRefused,
    TradeClosed,
)
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    Liquidity,
    OrdStatus,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.report import Report
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import (
    Leg,
    Observation,
    Reason,
    Refused,
    Signal,
    SignalKind,
    Stage,
)
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    Asset,
    ClOrdId,
    InstrumentId,
    Nanos,
    RunId,
    StrategyId,
    Venue,
)

START = 1_700_000_000 * SECOND
ARB = StrategyId("arb")
AT_A, AT_B = (
    Instrument(
        InstrumentId(f"LINK/USDT@{venue}"),
        Asset("LINK"),
        Asset("USDT"),
        Decimal("0.01"),
        Decimal("0.1"),
    )
    for venue in ("a", "b")
)
TAPE = TapeRef("link", "abc", Nanos(0))
SETTINGS = {
    "hft": {"strategies": {"arb": {"enabled": True}, "idle": {"enabled": False}}},
    "backtest": {"latency_ms": "50", "queue": "risk_averse", "fee_bps": "10"},
}


class Journal:
    """A journal in memory."""

    def __init__(self, entries: Sequence[Entry], torn: str | None = None) -> None:
        self._entries = entries
        self.torn = torn

    def entries(self, after: int = 0) -> Iterator[Entry]:
        yield from self._entries[after:]


class Run:
    """Writes a journal, at seconds since the start."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.step(
            RunStarted(
                Nanos(0),
                RunId("bt-1"),
                "backtest",
                "00",
                0,
                7,
                json.dumps(SETTINGS),
                "0.1",
                (TAPE,),
            )
        )
        for venue in ("a", "b"):
            for asset, amount in (("USDT", "10000"), ("LINK", "2")):
                given = Decimal(amount)
                self.step(BalanceReport(Nanos(0), Venue(venue), Asset(asset), given, given))

    def step(
        self, event: Event, facts: Sequence[Fact] = (), commands: Sequence[Command] = ()
    ) -> None:
        outcome = Outcome(len(self.entries) + 1, tuple(commands), tuple(facts))
        self.entries.append(Entry(event, outcome))

    def book(
        self,
        at: float,
        instrument: Instrument,
        bid: str,
        ask: str,
        facts: Sequence[Fact] = (),
        commands: Sequence[Command] = (),
    ) -> None:
        self.step(quotes(at, instrument, bid, ask), facts, commands)

    def filled(
        self, at: float, order: SubmitOrder, price: str, fee: str, *more: Fact, group: str = ""
    ) -> None:
        instrument = AT_A if order.instrument == AT_A.id else AT_B
        ticks = instrument.ticks(price)
        report = ExecutionReport(
            clock(at), clock(at), order.cl_ord_id, "1", f"x{at}", ExecType.TRADE,
            OrdStatus.FILLED, order.instrument, ticks, order.order_qty,
        )  # fmt: skip
        fill = FillBooked(
            order.cl_ord_id, f"x{at}", ARB, order.instrument, order.side, ticks,
            order.order_qty, Decimal(fee), Decimal(0), Liquidity.TAKER, clock(at), group,
        )  # fmt: skip
        change = OrderChanged(order.cl_ord_id, OrdStatus.FILLED, order.order_qty, "")
        self.step(report, (change, fill, *more))

    def report(self, audit: Audit | None = None, torn: str | None = None) -> Report:
        prices = RebuiltPrices((AT_A, AT_B), (), Asset("USDT"))
        builder = ReportBuilder(prices, Asset("USDT"))
        return read_report(
            Journal(self.entries, torn), prices, builder, [audit.feed] if audit else []
        )


def clock(at: float) -> Nanos:
    return Nanos(START + round(at * 1000) * MILLISECOND)


def quotes(at: float, instrument: Instrument, bid: str, ask: str) -> BookUpdate:
    rows = LevelRows(
        np.array([1, -1], dtype=np.int8),
        np.array([instrument.ticks(bid), instrument.ticks(ask)], dtype=np.int64),
        np.array([50, 50], dtype=np.int64),
    )
    return BookUpdate(clock(at), clock(at), instrument.id, rows, 0, 2, snapshot=True)


def order(name: str, instrument: Instrument, side: Side, price: str, qty: str) -> SubmitOrder:
    return SubmitOrder(
        ClOrdId(name), ARB, instrument.id, side, OrdType.LIMIT, TimeInForce.IOC,
        instrument.ticks(price), instrument.lots(qty),
    )  # fmt: skip


BUY = order("buy", AT_A, Side.BUY, "100.00", "2")
SELL = order("sell", AT_B, Side.SELL, "100.50", "2")


def crossing() -> Signal:
    legs = tuple(Leg(it.instrument, it.side, it.price, it.order_qty) for it in (BUY, SELL))
    return Signal(ARB, SignalKind.TAKE, legs, 29.9, clock(9), opportunity="e1", reason="crossed")


def observed(*stages: Stage) -> tuple[Observation, ...]:
    return tuple(Observation(ARB, "e1", "a>b", stage, 50.0, 29.9, 2.0) for stage in stages)


def group(state: GroupState, realised: str) -> GroupChanged:
    return GroupChanged("g1", state, Decimal(0), Decimal("0.599"), Decimal(realised))


def arbitrage() -> Run:
    """Buy at a and sell at b for 10 bps a leg, filled 20 ms apart and worse than planned."""
    run = Run()
    run.book(0.0, AT_A, "99.98", "100.00")
    run.book(0.1, AT_B, "100.50", "100.52", observed(Stage.SEEN, Stage.AFTER_FEES))
    run.book(
        1.5, AT_B, "100.50", "100.54",
        (SignalApproved(crossing(), "g1"), group(GroupState.WORKING, "0")), (BUY, SELL),
    )  # fmt: skip
    run.filled(1.55, BUY, "100.02", "0.20004", group="g1")
    closed = TradeClosed(
        ARB, "g1", clock(1.5), clock(1.57), Asset("USDT"), Decimal("0.49902"), Decimal("0.40098")
    )
    run.filled(
        1.57, SELL, "100.47", "0.20094", group(GroupState.DONE, "0.49902"), closed, group="g1"
    )
    run.book(1.6, AT_A, "100.02", "100.04")
    run.book(3.0, AT_A, "100.08", "100.10")
    run.book(3.2, AT_B, "100.40", "100.44")
    return run


def test_net_counts_fills_at_each_venues_own_mid() -> None:
    """Long 2 at a, marked at 100.09, and short 2 at b, marked at 100.42."""
    pnl = arbitrage().report().pnl

    cash = Decimal(2) * (Decimal("100.47") - Decimal("100.02"))
    marked = Decimal(2) * (Decimal("100.09") - Decimal("100.42"))
    assert pnl.gross == cash + marked
    assert pnl.fees == Decimal("0.40098")
    assert pnl.net == pnl.gross - pnl.fees
    assert pnl.rebates == 0


def test_the_endowment_is_told_apart() -> None:
    """Two LINK at each venue, at the best bid that converts them, from 99.98 to 100.08."""
    report = arbitrage().report()

    assert report.start_equity == pytest.approx(Decimal("20399.92"))
    assert report.pnl.endowment == pytest.approx(Decimal("0.40"))


def test_expected_and_realised_differ_by_named_amounts_only() -> None:
    found = arbitrage().report().arbitrage.outcome

    assert found.expected == Decimal("0.599")
    assert found.price == Decimal("-0.10")
    assert found.fees == Decimal("0.00002")
    assert found.realised == Decimal("0.49902")
    assert found.quantity == found.unwind == Decimal(0)


def test_debt_is_owed_from_one_leg_to_the_other() -> None:
    found = arbitrage().report().arbitrage

    assert found.debt_s == pytest.approx(0.02)
    assert found.max_debt == Decimal(200)


def test_the_funnel_is_in_the_report() -> None:
    counts = arbitrage().report().arbitrage.opportunities

    assert (counts.seen, counts.after_fees, counts.admitted) == (1, 1, 1)
    assert (counts.filled, counts.completed) == (1, 1)


def test_latency_counts_from_the_decision() -> None:
    lines = {line.stage: line for line in arbitrage().report().quality.latencies}

    assert lines["ack"].count == 2
    assert lines["first_fill"].p50_us == pytest.approx(50_000)
    assert lines["first_fill"].max_us == pytest.approx(70_000)


def test_slippage_is_against_the_mid_of_the_decision() -> None:
    """The buy paid 3 cents more than a mid of 99.99, the sell got 5 cents less than 100.52."""
    slippage = arbitrage().report().quality.slippage_bps

    weights = (200.04, 200.94)
    worse = (0.03 / 99.99 * 1e4, 0.05 / 100.52 * 1e4)
    expected = sum(w * x for w, x in zip(weights, worse, strict=True)) / sum(weights)
    assert slippage == pytest.approx(expected)


def test_markouts_use_the_last_mid_before_their_horizon() -> None:
    markouts = {m.horizon_ms: m for m in arbitrage().report().quality.markouts}

    after_100_ms = (
        200.04 * (100.03 - 100.02) / 100.02 - 200.94 * (100.52 - 100.47) / 100.47
    ) / 400.98
    assert markouts[100].fills == 2
    assert markouts[100].mean_bps == pytest.approx(after_100_ms * 1e4)
    assert markouts[1000].fills == 2
    assert 10_000 not in markouts


def test_every_second_has_a_point_of_equity() -> None:
    report = arbitrage().report()

    assert [p.ts - START for p in report.equity] == [n * SECOND for n in range(5)]
    assert report.equity[0].profit == report.equity[1].profit == 0
    assert report.equity[-1].profit == report.pnl.net
    assert report.performance is not None
    assert report.performance.periods == 4


def test_the_deepest_fall_has_dates() -> None:
    fall = arbitrage().report().drawdown

    assert fall is not None
    assert fall.peak == START + SECOND
    assert fall.recovery is None
    assert fall.fraction == pytest.approx(float(fall.amount) / 20399.92)


def test_the_header_says_where_the_figures_come_from() -> None:
    header = arbitrage().report(torn="half an entry").header

    assert (header.run, header.mode, header.seed) == ("bt-1", "backtest", 7)
    assert (header.started, header.ended) == (clock(0), clock(3.2))
    assert header.strategies == ("arb",)
    assert header.models == {"latency_ms": "50", "queue": "risk_averse", "fee_bps": "10"}
    assert header.tapes == (TAPE,)
    assert header.notes == ("the journal's tail is torn: half an entry",)


def test_trades_are_told_by_strategy_and_hour() -> None:
    report = arbitrage().report()

    assert report.trades.record.count == 1
    assert [line.name for line in report.trades_by_strategy] == ["arb"]
    assert [line.name for line in report.trades_by_hour] == ["22"]
    assert report.trades.median_held_s == pytest.approx(0.07)


def test_fills_add_up_over_venues() -> None:
    report = arbitrage().report()

    lines = report.fills_by_venue
    assert [line.name for line in lines] == ["a", "b"]
    assert sum(line.net for line in lines) == report.pnl.net
    assert sum(line.turnover for line in lines) == report.quality.turnover == Decimal("400.98")


def test_an_unpriced_position_is_told() -> None:
    run = Run()
    run.book(0.0, AT_A, "99.98", "100.00", commands=(SELL,))
    run.filled(1.5, SELL, "100.50", "0.2")

    report = run.report()

    assert report.pnl.net == Decimal("-0.2")
    assert report.header.notes == (f"no book had two sides: {AT_B.id} at the last fill's price",)


def test_a_journal_without_a_run_is_bad_data() -> None:
    run = Run()
    del run.entries[0]

    with pytest.raises(DataError, match="does not begin with a run"):
        run.report()


def test_the_audit_tells_every_order_and_refusal_with_its_reason() -> None:
    run = arbitrage()
    refused = Refused(Reason.HEDGE_DEBT, AT_A.id, "250", "200")
    run.step(TimerFired(clock(4), "strategy:arb", "again"), (SignalRefused(crossing(), refused),))
    audit = Audit({it.id: it for it in (AT_A, AT_B)})

    run.report(audit)

    buy, sell, refusal = audit.rows
    assert buy.intent == "bt-1:8:0"
    assert (buy.why, buy.kind, buy.group, buy.opportunity) == ("crossed", "TAKE", "g1", "e1")
    assert (sell.side, sell.price, sell.average_price) == (
        "SELL",
        Decimal("100.5"),
        Decimal("100.47"),
    )
    assert (sell.ord_status, sell.cum_qty, sell.fees) == ("FILLED", Decimal(2), Decimal("0.20094"))
    assert (refusal.what, refusal.refused, refusal.found) == ("refusal", "HEDGE_DEBT", "250")
    assert len(COLUMNS) == len({*COLUMNS})
