"""
Graph: what a run did and why, as nodes and relationships with keys that never change.

A key is unique within its label: `{run}:{seq}:{index}` for what an event led to, a fill's is
`fill:{venue}:{account}:{symbol}:{trade_id}`, a place's or run's its natural name.
A node is always written whole, so that writing it again changes nothing.
Source: docs/reference/graph.md.
"""

from decimal import Decimal
from enum import Enum
from typing import TypeAlias, get_args

from graphwiz_trader.domain.graph_watch import Alert as Alert  # noqa: PLC0414 # exported
from graphwiz_trader.domain.graph_watch import Case, MetricSample, Occurrence, Pattern
from graphwiz_trader.domain.units import Nanos, RunId
from graphwiz_trader.domain.value import value


class Relation(Enum):
    """What connects two nodes; each has one label at either end."""

    RAN = "RAN"
    RAISED = "RAISED"
    EMITTED = "EMITTED"
    TRIGGERED = "TRIGGERED"
    ACTS_ON = "ACTS_ON"
    AMID = "AMID"
    EXPLOITS = "EXPLOITS"
    REFUSED_BECAUSE = "REFUSED_BECAUSE"
    FILLED_BY = "FILLED_BY"
    PART_OF = "PART_OF"
    EXECUTED_BY = "EXECUTED_BY"
    OF_SYMBOL = "OF_SYMBOL"
    ON_EXCHANGE = "ON_EXCHANGE"
    BUY_ON = "BUY_ON"
    SELL_ON = "SELL_ON"
    OF = "OF"
    LISTED_ON = "LISTED_ON"
    CONVERTS = "CONVERTS"
    DETECTED_ON = "DETECTED_ON"
    INSTANCE_OF = "INSTANCE_OF"
    CORRELATED_WITH = "CORRELATED_WITH"
    MOVES_WITH = "MOVES_WITH"
    OF_RUN = "OF_RUN"


@value
class Run:
    """One run of the engine; `seed` is text, since it may be of any size."""

    key: str
    ts: Nanos
    mode: str
    seed: str
    version: str
    installation: str
    incarnation: int
    reporting: str


@value
class Strategy:
    """A strategy, by the name of its instance."""

    key: str


@value
class Exchange:
    """A venue."""

    key: str


@value
class Asset:
    """What can be owned."""

    key: str


@value
class Symbol:
    """What is traded, wherever it is."""

    key: str


@value
class Instrument:
    """A symbol at a venue."""

    key: str
    kind: str
    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal


@value
class Signal:
    """
    What a strategy wanted, and what the gates made of it.

    `legs` and `caused_by` are JSON; `verdict` is approved or refused; the last four say of what.
    """

    key: str
    run: str
    seq: int
    ts: Nanos
    strategy: str
    kind: str
    edge_bps: float | None
    why: str
    opportunity: str
    trade_group: str
    legs: str
    caused_by: str
    verdict: str
    refused: str = ""
    refused_on: str = ""
    found: str = ""
    allowed: str = ""


@value
class Order:
    """One order request of ours; `caused_by`, JSON, is the event of the step that made it."""

    key: str
    run: str
    seq: int
    ts: Nanos
    cl_ord_id: str
    strategy: str
    instrument: str
    side: str
    ord_type: str
    time_in_force: str
    price: Decimal
    qty: Decimal
    trade_group: str
    replaces: str
    why: str
    caused_by: str
    ord_status: str
    cum_qty: Decimal
    text: str


@value
class Fill:
    """A fill; `fee` and `pnl`, before it, are in `asset`."""

    key: str
    run: str
    seq: int
    ts: Nanos
    ts_venue: Nanos
    cl_ord_id: str
    exec_id: str
    strategy: str
    instrument: str
    side: str
    price: Decimal
    qty: Decimal
    fee: Decimal
    pnl: Decimal
    asset: str
    liquidity: str


@value
class Trade:
    """
    A closed group (`g1`) or one round trip from flat to flat (`t1`).

    `net`, after fees, and `charged` are `pnl` and `fees` in `reporting` at its end's rate.
    """

    key: str
    run: str
    seq: int
    name: str
    strategy: str
    opened: Nanos
    closed: Nanos
    asset: str
    pnl: Decimal
    fees: Decimal
    reporting: str
    net: Decimal
    charged: Decimal
    symbols: str
    venues: str


@value
class ArbitrageOpportunity:
    """
    One episode of one route, taken or not, and the furthest `stage` it came to.

    `net_bps` is None where it never paid after fees. Of its groups `outcome` is the worst end,
    `expected`, `realised` are profits in the reporting currency. `refused` counts signals.
    """

    key: str
    run: str
    seq: int
    opened: Nanos
    closed: Nanos | None
    strategy: str
    name: str
    route: str
    stage: str
    survived: int
    gross_bps: float | None
    net_bps: float | None
    qty: float
    admitted: int
    refused: int
    reason: str
    filled: int
    outcome: str
    expected: Decimal
    realised: Decimal


Node: TypeAlias = (
    Run
    | Strategy
    | Exchange
    | Asset
    | Symbol
    | Instrument
    | Signal
    | Order
    | Fill
    | Trade
    | ArbitrageOpportunity
    | Alert
    | Pattern
    | Occurrence
    | Case
    | MetricSample
)
LABELS: tuple[type[Node], ...] = get_args(Node)
"""Every label is the name of its class."""
ENDS: dict[Relation, tuple[type[Node], type[Node]]] = {
    Relation.RAN: (Run, Strategy),
    Relation.RAISED: (Run, Alert),
    Relation.EMITTED: (Strategy, Signal),
    Relation.TRIGGERED: (Signal, Order),
    Relation.ACTS_ON: (Signal, ArbitrageOpportunity),
    Relation.AMID: (Signal, Occurrence),
    Relation.EXPLOITS: (Order, ArbitrageOpportunity),
    Relation.REFUSED_BECAUSE: (ArbitrageOpportunity, Strategy),
    Relation.FILLED_BY: (Order, Fill),
    Relation.PART_OF: (Fill, Trade),
    Relation.EXECUTED_BY: (Trade, Strategy),
    Relation.OF_SYMBOL: (Trade, Symbol),
    Relation.ON_EXCHANGE: (Trade, Exchange),
    Relation.BUY_ON: (ArbitrageOpportunity, Instrument),
    Relation.SELL_ON: (ArbitrageOpportunity, Instrument),
    Relation.OF: (Instrument, Symbol),
    Relation.LISTED_ON: (Instrument, Exchange),
    Relation.CONVERTS: (Asset, Asset),
    Relation.DETECTED_ON: (Pattern, Symbol),
    Relation.INSTANCE_OF: (Occurrence, Pattern),
    Relation.CORRELATED_WITH: (Pattern, Pattern),
    Relation.MOVES_WITH: (Instrument, Instrument),
    Relation.OF_RUN: (MetricSample, Run),
}


@value
class Edge:
    """A relationship of two nodes; `key` tells several apart, `detail` is JSON; or empty, both."""

    relation: Relation
    source: str
    target: str
    key: str = ""
    detail: str = ""


@value
class Batch:
    """What a run's journal up to and including `seq`, at `ts`, adds to the graph."""

    run: RunId
    seq: int
    ts: Nanos
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
