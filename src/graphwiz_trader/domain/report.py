"""
Report: what a run was, earned and did.

Amounts are in the reporting currency unless said otherwise; instants are nanoseconds since 1970,
UTC; durations carry their unit in the name. None is "not known", never zero.
"""

from collections.abc import Mapping
from decimal import Decimal

from graphwiz_trader.domain.attribution import Attribution
from graphwiz_trader.domain.bounds import Bounds
from graphwiz_trader.domain.equity import EquityPoint
from graphwiz_trader.domain.events import TapeRef
from graphwiz_trader.domain.funnel import Opportunities
from graphwiz_trader.domain.measured import Measured
from graphwiz_trader.domain.performance import Performance
from graphwiz_trader.domain.trade_record import TradeRecord
from graphwiz_trader.domain.units import Asset, InstrumentId, Nanos, RunId, Venue
from graphwiz_trader.domain.value import value


@value
class Header:
    """
    Where the figures come from.

    `models` are the settings that decide fills: latency, queue, fees. `gaps` counts lost feeds
    by venue, and lost messages by instrument. `notes` say what could not be known.
    """

    run: RunId
    mode: str
    version: str
    seed: int
    settings_sha256: str
    reporting: Asset
    started: Nanos
    ended: Nanos
    entries: int
    venues: tuple[Venue, ...]
    instruments: tuple[InstrumentId, ...]
    strategies: tuple[str, ...]
    tapes: tuple[TapeRef, ...]
    models: Mapping[str, str]
    gaps: Mapping[str, int]
    notes: tuple[str, ...]


@value
class Profit:
    """
    What fills earned: `net` = `gross` − `fees`; `fees` are what was paid less `rebates`.

    `endowment` is what the balances given at the start gained by themselves; it is in no other
    figure.
    """

    net: Decimal
    gross: Decimal
    fees: Decimal
    rebates: Decimal
    endowment: Decimal | None


@value
class WorstFall:
    """
    The deepest fall of equity from a peak: when it began, was deepest and was made good.

    `recovery` is None while it is not made good. `length_s` is from peak to recovery, or to the
    end; `longest_s` the longest time below an earlier peak.
    """

    amount: Decimal
    fraction: float
    peak: Nanos
    trough: Nanos
    recovery: Nanos | None
    length_s: float
    longest_s: float


@value
class TradeLine:
    """
    The closed trades of one strategy, or of one hour of the UTC day.

    `fees` are already inside the record's results; `median_held_s` is from opening to closing.
    """

    name: str
    record: TradeRecord
    fees: Decimal
    median_held_s: float | None


@value
class FillLine:
    """What the fills of one strategy, venue or instrument amount to, the open part at mid."""

    name: str
    fills: int
    turnover: Decimal
    maker_turnover: Decimal
    fees: Decimal
    net: Decimal


@value
class Markout:
    """Where the mid went after our fills: mean by notional, in our favour, bps of the price."""

    horizon_ms: int
    fills: int
    mean_bps: float


@value
class LatencyLine:
    """How long one stage took, by nearest rank."""

    stage: str
    count: int
    p50_us: float
    p95_us: float
    p99_us: float
    p99_9_us: float
    max_us: float


@value
class TradingQuality:
    """
    How orders fared.

    `fill_ratio` is the share of orders with a fill; `order_to_trade` orders, replacements and
    cancels for every fill; `slippage_bps` the mean by notional of fill against the mid at the
    decision, positive when worse. `was_unknown` counts orders whose outcome was unknown once.
    """

    orders: int
    replacements: int
    cancels: int
    rejected: int
    was_unknown: int
    fills: int
    turnover: Decimal
    maker_share: float | None
    fill_ratio: float | None
    order_to_trade: float | None
    slippage_bps: float | None
    markouts: tuple[Markout, ...]
    latencies: tuple[LatencyLine, ...]


@value
class Arbitrage:
    """
    Multi-leg trades: how far opportunities came, and expected against realised.

    `outcome` sums all closed groups; `debt_s` is how long anything was owed, `max_debt` the most.
    """

    opportunities: Opportunities
    groups: int
    outcome: Attribution
    unwound: Attribution
    debt_s: float
    max_debt: Decimal


@value
class Report:
    """
    All of it; see docs/reference/report.md for every figure's formula.

    `bounds` and `measured` are what the run's own command found, None and empty where it did not.
    """

    header: Header
    pnl: Profit
    start_equity: Decimal | None
    performance: Performance | None
    drawdown: WorstFall | None
    trades: TradeLine
    trades_by_strategy: tuple[TradeLine, ...]
    trades_by_hour: tuple[TradeLine, ...]
    fills_by_strategy: tuple[FillLine, ...]
    fills_by_venue: tuple[FillLine, ...]
    fills_by_instrument: tuple[FillLine, ...]
    quality: TradingQuality
    arbitrage: Arbitrage
    denials: Mapping[str, int]
    equity: tuple[EquityPoint, ...]
    bounds: Bounds | None = None
    measured: tuple[Measured, ...] = ()
