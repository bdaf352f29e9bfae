"""
Settings: everything that can be configured, typed, with its default, meaning and limits.

Amounts are decimals made from their text; a key's unit is its suffix. `bootstrap` fills these
values from YAML, environment and command line, and refuses what does not fit.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import NewType

from attrs.validators import and_, ge, gt, in_, le, lt, matches_re, optional

from graphwiz_trader.domain.monitoring import AlertSettings, MonitoringSettings
from graphwiz_trader.domain.order_rows import L3_FIFO
from graphwiz_trader.domain.secret import SecretName as SecretName  # noqa: PLC0414 # exported
from graphwiz_trader.domain.setting import section, setting
from graphwiz_trader.domain.units import Asset, InstrumentId, Venue
from graphwiz_trader.domain.value import value

Symbol = NewType("Symbol", str)
"""`BTC/USDT`, or `BTC/USDT:USDT` for a contract settled in USDT."""

GRAPH_STORES = ("sqlite", "neo4j")
QUEUE_MODELS = ("risk_averse", "pow2", "log", "log-2", "pow2-2", "pow2-3", L3_FIFO)

A_FEE = and_(ge(Decimal(-100)), lt(Decimal(10000)))
CONSTANT, JITTERED, RECORDED = LATENCY_MODELS = ("constant", "jittered", "recorded")


@value
class ExchangeSettings:
    """One venue whose market data is wanted."""

    enabled: bool = setting(True, "connect to it")
    symbols: tuple[Symbol, ...] = setting((), "what to watch, as BASE/QUOTE or BASE/QUOTE:SETTLE")
    websocket: bool = setting(True, "false polls over REST each second, and is never traded on")
    direct: bool = setting(True, "read its own protocol where we can; false goes through ccxt")
    testnet: bool = setting(False, "its testnet; refused where it has none")
    url: str | None = setting(
        None,
        "a simulated exchange in its place, as http://host:port",
        optional(matches_re("https?://[^/]+")),
    )
    api_key: SecretName | None = setting(None, "name of an environment variable, as ${NAME}")
    api_secret: SecretName | None = setting(None, "name of an environment variable, as ${NAME}")
    api_passphrase: SecretName | None = setting(None, "likewise, where the venue wants one")


@value
class MarketDataSettings:
    """Where prices come from."""

    exchanges: Mapping[Venue, ExchangeSettings] = section(dict, "venues, by their ccxt names")


@value
class StrategySettings:
    """
    One strategy instance: the keys all strategies share, and the class's own `Config`.

    `config` is an instance of the class's `Config`, None where the class has none.
    """

    use: str = setting("", "where the class lives: package.module:Class or path/file.py:Class")
    enabled: bool = setting(True, "false loads and checks it, and never asks it")
    instruments: tuple[InstrumentId, ...] = setting((), "SYMBOL@venue; default: every symbol")
    max_position_size: Decimal | None = setting(
        None,
        "base units; the smaller of this and the risk section's holds",
        optional(gt(Decimal(0))),
    )
    ttl_ms: int | None = setting(
        None, "how long its signals live; default: the class's own", optional(gt(0))
    )
    config: object = setting(None, "the class's own keys, written beside these")


@value
class GroupSettings:
    """How a multi-leg trade is completed or unwound."""

    band_bps: Decimal = setting(
        Decimal(20), "how far from the planned price a hedge may go", gt(Decimal(0))
    )
    hedge_s: Decimal = setting(Decimal(2), "how long hedging may take", gt(Decimal(0)))
    hedge_debt_notional: Decimal | None = setting(
        None,
        "unhedged notional above which no new group starts; default: one maximum order",
        optional(gt(Decimal(0))),
    )


@value
class RiskSettings:
    """The limits every order passes; None: no limit of its own, the wider ones hold."""

    max_position_size: Decimal = setting(
        Decimal("1.0"), "base units, per instrument and for an asset net of venues", gt(Decimal(0))
    )
    max_exposure: Decimal = setting(
        Decimal(10000),
        "gross, reporting currency, open and unknown orders included",
        gt(Decimal(0)),
    )
    max_venue_exposure: Decimal | None = setting(
        None, "gross exposure at one venue, reporting currency", optional(gt(Decimal(0)))
    )
    max_net_exposure: Decimal | None = setting(
        None, "absolute net exposure, reporting currency", optional(gt(Decimal(0)))
    )
    max_order_qty: Decimal | None = setting(
        None, "base units of one order", optional(gt(Decimal(0)))
    )
    max_order_notional: Decimal | None = setting(
        None, "reporting currency of one order", optional(gt(Decimal(0)))
    )
    price_collar_bps: Decimal = setting(
        Decimal(100), "how far from the reference mid an order's price may be", gt(Decimal(0))
    )
    max_orders_per_second: int = setting(
        10, "new orders and replacements", gt(0), aliases=("max_orders_per_sec",)
    )
    max_cancels_per_second: int = setting(
        50, "above it new orders are refused; cancels themselves always pass", gt(0)
    )
    max_order_to_trade: int = setting(500, "orders per fill", gt(0))
    max_open_orders: int = setting(50, "orders that may still fill, unknown ones included", gt(0))
    max_identical_orders_per_second: int = setting(
        3, "orders of the same instrument, side, price and quantity", gt(0)
    )
    circuit_breaker_threshold: Decimal = setting(
        Decimal("-0.05"),
        "day's result, as a fraction of max_exposure, at which trading halts",
        and_(ge(Decimal(-1)), lt(Decimal(0))),
        aliases=("circuit_breaker",),
    )
    max_drawdown_pct: Decimal = setting(
        Decimal("10.0"), "from the run's equity peak", and_(gt(Decimal(0)), le(Decimal(100)))
    )
    max_consecutive_losses: int | None = setting(
        None, "losing trades in a row before only reductions pass", optional(gt(0))
    )
    max_book_age_ms: int = setting(2000, "age of the newest quote an order may rely on", gt(0))
    decision_ttl_ms: int = setting(500, "age above which a decision is refused", gt(0))
    size_cap: Decimal | None = setting(
        None, "the rollout stage's limit on one order, reporting currency", optional(gt(Decimal(0)))
    )
    group: GroupSettings = section(GroupSettings, "multi-leg trades")


@value
class PerformanceSettings:
    """When slowness is worth an alert."""

    max_order_latency_ms: Decimal = setting(
        Decimal(10), "p99 from decision to acknowledgement", gt(Decimal(0))
    )
    max_processing_latency_ms: Decimal = setting(
        Decimal(5), "p99 from receipt to decision", gt(Decimal(0))
    )
    enable_profiling: bool = setting(True, "keep latency histograms per stage")


@value
class KnowledgeGraphSettings:
    """Which projections of the journal run."""

    store_trades: bool = setting(True, "signals, orders, fills and trades")
    store_patterns: bool = setting(True, "patterns and their outcomes")
    analyze_correlations: bool = setting(True, "correlations between symbols")


@value
class HftSettings:
    """What users' files hold."""

    enabled: bool = setting(True, "false refuses commands that trade")
    market_data: MarketDataSettings = section(MarketDataSettings, "where prices come from")
    strategies: Mapping[str, StrategySettings] = section(dict, "instances by name")
    risk: RiskSettings = section(RiskSettings, "limits on every order")
    performance: PerformanceSettings = section(PerformanceSettings, "latency alerts")
    knowledge_graph: KnowledgeGraphSettings = section(KnowledgeGraphSettings, "projections")


@value
class EngineSettings:
    """The core itself."""

    history: int = setting(1000, "tops of book kept per instrument", gt(0))
    installation: str | None = setting(
        None,
        "two characters that begin every order id; drawn at first start",
        optional(matches_re("[a-z0-9]{2}")),
    )
    busy_spin: bool = setting(False, "never sleep: quicker, and takes one core for itself")
    shallow_idle: bool | None = setting(
        None, "keep processors awake; unset: except in `paper`; Linux, as a rule as root"
    )
    core: int | None = setting(None, "processor it stays on, observers off; Linux", optional(ge(0)))


@value
class JournalSettings:
    """How the journal is kept on disk."""

    segment_mb: int = setting(256, "size of one segment", and_(ge(1), le(4096)))
    market_days: Decimal = setting(
        Decimal(3), "how long live market data is kept; decisions stay for good", gt(Decimal(0))
    )
    market_max_gb: Decimal = setting(
        Decimal(50), "how much closed live market data is kept, of all runs", gt(Decimal(0))
    )


@value
class FeeTierSettings:
    """What a venue charges from a volume on."""

    volume: Decimal = setting(
        Decimal(1_000_000), "traded there in 30 days, in the quote asset", gt(Decimal(0))
    )
    maker_bps: Decimal = setting(Decimal(10), "below 0: a rebate", A_FEE)
    taker_bps: Decimal = setting(Decimal(10), "of the notional", A_FEE)


@value
class BacktestSettings:
    """What a simulated venue starts with and costs."""

    balances: Mapping[str, Mapping[Asset, Decimal]] = section(
        dict, "by venue, then asset; default: 10,000 of quote and twice the position limit of base"
    )
    latency_ms: Decimal = setting(
        Decimal(50), "order entry, one way; the response takes the same", ge(Decimal(0))
    )
    fee_bps: Decimal = setting(Decimal(10), "maker and taker, at every venue", A_FEE)
    latency_model: str = setting(
        CONSTANT,
        "constant; jittered: latency_jitter_ms more at most; recorded: as much more as the feed",
        in_(LATENCY_MODELS),
    )
    latency_jitter_ms: Decimal = setting(Decimal(0), "of the jittered model", ge(Decimal(0)))
    maker_fee_bps: Decimal | None = setting(
        None, "maker only, below 0 a rebate; default: fee_bps", optional(A_FEE)
    )
    fee_tiers: Mapping[str, FeeTierSettings] = section(
        dict, "by any name: fees from a 30-day volume on, at every venue"
    )
    reporting: Asset | None = setting(
        None, "reporting currency; default: the first instrument's quote asset"
    )
    queue: str = setting("risk_averse", "how our place in a queue is estimated", in_(QUEUE_MODELS))
    engine: str = setting(
        "reference",
        "reference: the engine that trades live; compiled: one compiled loop, where it can",
        in_(("reference", "compiled")),
    )
    bounds: bool = setting(
        True, "two more compiled runs, with the worst and the best place in every queue"
    )


@value
class GraphSettings:
    """Where the knowledge graph is kept, and for how long."""

    store: str = setting("sqlite", "a file in home; or neo4j, a server at uri", in_(GRAPH_STORES))
    uri: str = setting(
        "bolt://127.0.0.1:7687",
        "where Neo4j is, as bolt://host:port or neo4j://host:port; +s for TLS",
        matches_re(r"(bolt|neo4j)(\+s|\+ssc)?://[^/@]+"),
    )
    user: str = setting("neo4j", "of Neo4j")
    password: SecretName | None = setting(
        None, "name of an environment variable, as ${NAME}; default: no credentials"
    )
    database: str = setting("neo4j", "of Neo4j; all of what we keep there is of one home")
    keep_days: Decimal | None = setting(
        None,
        "how long signals, orders, fills, trades are kept; default: for ever",
        optional(gt(Decimal(0))),
    )
    keep_nodes: int | None = setting(
        None, "how many of those are kept, the newest; default: all", optional(gt(0))
    )


@value
class Settings:
    """Everything in force for one run; holds names of secrets, never secrets."""

    hft: HftSettings = section(HftSettings, "market data, strategies and limits")
    engine: EngineSettings = section(EngineSettings, "the core")
    journal: JournalSettings = section(JournalSettings, "the journal on disk")
    backtest: BacktestSettings = section(BacktestSettings, "simulated venues")
    monitoring: MonitoringSettings = section(MonitoringSettings, "alerts about the machine")
    alerts: AlertSettings = section(AlertSettings, "whom to tell")
    graph: GraphSettings = section(GraphSettings, "the knowledge graph's store")
