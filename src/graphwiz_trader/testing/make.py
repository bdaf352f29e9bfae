"""Make: builders that speak decimal text, for tests of strategies and of the engine itself."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import count

import numpy as np

from graphwiz_trader.domain.events import BalanceReport, BookUpdate, LevelRows
from graphwiz_trader.domain.ids import ClOrdIds
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    Liquidity,
    OrdStatus,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.risk import RiskPolicy
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.strategy import Strategy
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Venue,
)
from graphwiz_trader.domain.vitals import VitalsSampled
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.engine.spec import EngineSpec

BTC = InstrumentId("BTC/USDT@alpha")
START = Nanos(1_700_000_000_000_000_000)
_exec_ids = count(1)


def instrument(
    name: str = BTC,
    tick: str = "0.1",
    lot: str = "0.001",
    kind: Kind = Kind.SPOT,
    min_qty: int = 1,
    min_notional: str = "0",
) -> Instrument:
    """Return an instrument whose assets are read from its symbol."""
    symbol = name.rpartition("@")[0].partition(":")[0]
    base, _, quote = symbol.partition("/")
    return Instrument(
        InstrumentId(name),
        Asset(base),
        Asset(quote),
        Decimal(tick),
        Decimal(lot),
        kind,
        min_qty=Lots(min_qty),
        min_notional=Decimal(min_notional),
    )


def rows(levels: Sequence[tuple[int, int, int]]) -> LevelRows:
    """Return level changes given as (side, ticks, lots)."""
    columns = np.array(levels, np.int64).reshape(-1, 3)
    return LevelRows(columns[:, 0].astype(np.int8), columns[:, 1].copy(), columns[:, 2].copy())


def book_update(
    of: Instrument,
    bids: Sequence[tuple[str, str]] = (),
    asks: Sequence[tuple[str, str]] = (),
    ts: int = START,
    *,
    snapshot: bool = True,
    more: bool = False,
) -> BookUpdate:
    """Return a message about one book; levels are (price, quantity) as text."""
    levels = [(1, of.ticks(price), of.lots(qty)) for price, qty in bids]
    levels += [(-1, of.ticks(price), of.lots(qty)) for price, qty in asks]
    return BookUpdate(
        Nanos(ts), Nanos(ts), of.id, rows(levels), 0, len(levels), snapshot=snapshot, more=more
    )


def order(
    of: Instrument,
    side: Side = Side.BUY,
    price: str = "100.0",
    qty: str = "1",
    cl_ord_id: str = "00000000001",
    strategy: str = "test",
) -> Order:
    """Return a limit order that was just decided."""
    return Order(
        ClOrdId(cl_ord_id),
        StrategyId(strategy),
        of.id,
        side,
        OrdType.LIMIT,
        TimeInForce.GTC,
        of.ticks(price),
        of.lots(qty),
        START,
    )


def report(
    of: Instrument,
    cl_ord_id: str,
    exec_type: ExecType,
    *,
    qty: str = "0",
    price: str = "0",
    fee: str = "0",
    ts: int = START,
    exec_id: str | None = None,
    status: OrdStatus = OrdStatus.NEW,
    cum: int = -1,
    text: str = "",
) -> ExecutionReport:
    """Return a venue's report; each has an `exec_id` of its own unless given one."""
    return ExecutionReport(
        Nanos(ts),
        Nanos(ts),
        ClOrdId(cl_ord_id),
        "v1",
        exec_id if exec_id is not None else f"e{next(_exec_ids)}",
        exec_type,
        status,
        of.id,
        of.ticks(price),
        of.lots(qty),
        Lots(cum),
        Liquidity.TAKER,
        Money(Decimal(fee), of.quote),
        text,
    )


def balance(venue: str, asset: str, amount: str, ts: int = START) -> BalanceReport:
    """Return a venue's word on one balance, all of it free."""
    return BalanceReport(Nanos(ts), Venue(venue), Asset(asset), Decimal(amount), Decimal(amount))


def vitals(ts: int = START, outbox: int = 0) -> VitalsSampled:
    """Make what a process tells of itself: half a core, 200 MB, a pause of 2 ms of 3."""
    return VitalsSampled(
        Nanos(ts), 50.0, 200_000_000, 40, 25.0, 60.0, 10**10, 1_000, 2_000, Nanos(1_000_000), 2,
        Nanos(3_000_000), Nanos(2_000_000), 4_096, outbox,
    )  # fmt: skip


def engine(
    instruments: Sequence[Instrument],
    strategies: Sequence[Strategy] = (),
    risk: RiskSettings | None = None,
    fee_bps: str = "0",
    limits: Mapping[StrategyId, Decimal] | None = None,
    latency: int = 0,
) -> Engine:
    """Return an engine whose accounts are empty until it is told otherwise."""
    venues = tuple(dict.fromkeys(i.venue for i in instruments))
    return Engine(
        EngineSpec(
            tuple(instruments),
            tuple(strategies),
            RiskPolicy(risk or RiskSettings()),
            instruments[0].quote,
            dict.fromkeys(venues, Decimal(fee_bps)),
            limits or {},
            dict.fromkeys(venues, Nanos(latency)),
            ClOrdIds("00", 0),
        )
    )
