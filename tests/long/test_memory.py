"""A live engine, its writer, outbox and reconciler keep nothing of what is over."""

import asyncio
import gc
import sys
from collections.abc import Sequence
from decimal import Decimal

import pytest

from graphwiz_trader.application.reconcile import Pace
from graphwiz_trader.application.recovery import recover
from graphwiz_trader.application.trade import Trade, TradeOptions
from graphwiz_trader.domain.commands import (
    CancelOrder,
    OrderCommand,
    ReplaceOrder,
    SubmitOrder,
)
from graphwiz_trader.domain.events import AccountUp, BalanceReport, BookUpdate, RunStarted
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.ids import ClOrdIds
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    Liquidity,
    OrdStatus,
    TimeInForce,
)
from graphwiz_trader.domain.risk import RiskPolicy
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    RunId,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.domain.venue import OpenOrder, OrderRef, Usage, VenueSnapshot, VenueTerms
from graphwiz_trader.engine import orders
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.engine.spec import EngineSpec
from graphwiz_trader.ports.feed import Deliver
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.journal import MemoryJournal

ORDERS = 100_000
WARM_UP = 10_000
"""By then every table is as full as it gets."""
BATCH = 10
PACE = 12 * MILLISECOND
"""Two orders each: 100,000 in ten minutes."""
CLOSED_KEPT = 500
BTC = make.instrument()
LIMITS = RiskSettings(
    max_position_size=Decimal(100),
    max_exposure=Decimal(10**6),
    max_orders_per_second=10**6,
    max_cancels_per_second=10**6,
    max_order_to_trade=10**6,
    max_identical_orders_per_second=10**6,
)
A_BLOCK_IN = 20
"""Orders for each of which one more small object may stay: noise, where a leak keeps several."""


class Restless:
    """Quotes both sides, elsewhere at every message."""

    def __init__(self) -> None:
        self.id = StrategyId("restless")
        self.instruments = (BTC.id,)

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        if not isinstance(event, BookUpdate):
            return ()
        away = 1 + view.now // PACE % 7
        legs = tuple(
            Leg(BTC.id, side, Ticks(1000 - side * away), Lots(10), TimeInForce.GTC) for side in Side
        )
        return (Signal(self.id, SignalKind.QUOTE, legs, 1.0, Nanos(view.now + SECOND)),)


class Mill:
    """A venue that takes everything, fills every tenth order, and forgets what has ended."""

    def __init__(self, clock: ManualClock) -> None:
        self.taken = 0
        self.totals = {"USDT": Decimal(10**6), "BTC": Decimal(10**3)}
        self._clock = clock
        self._working: dict[ClOrdId, OpenOrder] = {}
        self._said: list[ExecutionReport] = []
        self._deliver: Deliver | None = None

    @property
    def venue(self) -> Venue:
        return BTC.venue

    @property
    def terms(self) -> VenueTerms:
        return VenueTerms(capacity=10**6)

    @property
    def usage(self) -> Usage | None:
        return None

    def send(self, command: OrderCommand) -> None:
        if isinstance(command, CancelOrder):
            self._end(command.cl_ord_id, ExecType.CANCELED, OrdStatus.CANCELED)
        elif isinstance(command, SubmitOrder):
            self._take(command, command.side, ExecType.NEW)
        elif isinstance(command, ReplaceOrder):
            old = self._working.pop(command.orig_cl_ord_id)
            self._take(command, old.side, ExecType.REPLACED)

    def flush(self) -> None:
        """Deliver what there is to say."""
        assert self._deliver is not None
        said, self._said = self._said, []
        for report in said:
            self._deliver(report)

    async def run(self, deliver: Deliver) -> None:
        self._deliver = deliver
        deliver(AccountUp(self._clock.now(), self.venue))
        await asyncio.get_running_loop().create_future()

    async def query(self, order: OrderRef) -> ExecutionReport | None:
        found = self._working.get(order.cl_ord_id)
        return found and self._report(found, ExecType.STATUS, OrdStatus.NEW)

    async def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        return ()

    async def snapshot(self) -> VenueSnapshot:
        now = self._clock.now()
        balances = (
            BalanceReport(now, self.venue, asset, total, total)  # type: ignore[arg-type] # text
            for asset, total in self.totals.items()
        )
        return VenueSnapshot(now, tuple(self._working.values()), tuple(balances))

    async def server_time(self) -> Nanos:
        return self._clock.now()

    def _take(self, command: SubmitOrder | ReplaceOrder, side: Side, how: ExecType) -> None:
        self.taken += 1
        name = command.cl_ord_id
        order = OpenOrder(BTC.id, name, name, side, command.price, command.order_qty, Lots(0))
        self._working[name] = order
        self._said.append(self._report(order, how, OrdStatus.NEW))
        if self.taken % 10 == 0:
            qty = BTC.qty(order.order_qty)
            self.totals["BTC"] += side * qty
            self.totals["USDT"] -= side * BTC.notional(order.price, order.order_qty)
            self._end(name, ExecType.TRADE, OrdStatus.FILLED)

    def _end(self, name: ClOrdId, how: ExecType, status: OrdStatus) -> None:
        self._said.append(self._report(self._working.pop(name), how, status))

    def _report(self, order: OpenOrder, how: ExecType, status: OrdStatus) -> ExecutionReport:
        now, is_fill = self._clock.now(), how is ExecType.TRADE
        return ExecutionReport(
            now,
            now,
            order.cl_ord_id,
            order.order_id,
            f"{how.value}{order.cl_ord_id}",
            how,
            status,
            order.instrument,
            order.price if is_fill else Ticks(0),
            order.order_qty if is_fill else Lots(0),
            order.order_qty if is_fill else Lots(0),
            Liquidity.MAKER if is_fill else None,
        )


class Ledger(MemoryJournal):
    """Takes every entry, and keeps none."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    @property
    def seq(self) -> int:
        return self._count

    def append(self, entry: Entry) -> bytes:
        self._count += 1
        assert entry.outcome.seq == self._count
        return self.outcome_bytes(entry.outcome)


def _trade(clock: ManualClock, mill: Mill) -> Trade:
    spec = EngineSpec(
        (BTC,),
        (Restless(),),
        RiskPolicy(LIMITS),
        BTC.quote,
        {BTC.venue: Decimal(0)},
        {},
        {},
        ClOrdIds("00", 0),
    )
    engine, journal = Engine(spec), Ledger()
    recovered = recover(MemoryJournal(), engine)
    started = RunStarted(clock.now(), RunId("mill"), "paper", "a7", 1, 0, "{}", "0")
    options = TradeOptions(pace=Pace(Nanos(SECOND)))
    return Trade(engine, [mill], {}, journal, clock, _ignore, started, recovered, options=options)


def _ignore(alert: object) -> None:
    """Nobody is told."""


async def _blocks(wanted: int) -> list[tuple[int, int]]:
    """Send *wanted* orders more than enough; return how many at each tenth, and blocks in use."""
    clock = ManualClock(make.START)
    mill = Mill(clock)
    trade = _trade(clock, mill)
    task = asyncio.create_task(trade.run())
    await clock.advance(SECOND)
    found: list[tuple[int, int]] = []
    while mill.taken < WARM_UP + wanted:
        for _ in range(BATCH):
            bid, ask = ("99.9", "5"), ("100.1", "5")
            trade.deliver(make.book_update(BTC, [bid], [ask], clock.now()))
            mill.flush()
            await clock.advance(PACE)
        if mill.taken >= WARM_UP + wanted * len(found) / 10:
            gc.collect()
            found.append((mill.taken, sys.getallocatedblocks()))
    assert not task.done()
    assert trade.engine.state.orders.fills > wanted / 20
    trade.stop("enough")
    task.cancel()
    await asyncio.wait([task])
    return found


@pytest.mark.long
def test_a_hundred_thousand_orders_leave_nothing_behind(
    long_factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table of closed orders is full from the start, so that all else can be seen."""
    monkeypatch.setattr(orders, "CLOSED_KEPT", CLOSED_KEPT)

    found = asyncio.run(_blocks(int(ORDERS * long_factor)))

    (taken, blocks), (taken_then, blocks_then) = found[-1], found[0]
    grown = (blocks - blocks_then) / (taken - taken_then)
    assert grown < 1 / A_BLOCK_IN, f"{grown:.3f} blocks an order stay: {found}"
