"""Graph watch: the nodes of what was watched, patterns, comparable cases, samples and alerts."""

from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value


@value
class Pattern:
    """
    What came of one kind of pattern in one symbol during one run, as far as that is known.

    `judged` occurrences have an outcome in money, `successes` of them paid their cost;
    `average_profit_bps`, after cost, is None while there is none. `indicators`, JSON, are those
    of the latest occurrence. `cost_model` says what was taken off.
    """

    key: str
    run: str
    seq: int
    ts: Nanos
    kind: str
    symbol: str
    occurrence_count: int
    judged: int
    successes: int
    success_rate: float | None
    average_profit_bps: float | None
    first_seen: Nanos
    last_seen: Nanos
    cost_model: str
    indicators: str


@value
class Occurrence:
    """
    A pattern, seen at `ts` by the past alone.

    `side` is 1 where the price is expected to rise, −1 to fall, 0 where neither. At `known`, and
    not before, it is written what came of it: `profit_bps` after `cost_bps` for one with a side,
    else how long it `lasted`. `indicators` is JSON.
    """

    key: str
    run: str
    seq: int
    ts: Nanos
    kind: str
    symbol: str
    instrument: str
    side: int
    horizon: Nanos
    cost_bps: float
    indicators: str
    known: Nanos | None
    profit_bps: float | None
    lasted: Nanos | None


@value
class Case:
    """
    An opportunity, or a trade that was of none, as it looked when it was seen.

    `key` is that of the opportunity or the signal; `kind` is the kind of its route, and only
    cases of one kind compare. `features`, JSON, is name to number. At `known` it was over: it
    ended as `outcome` and earned `realised` in the reporting currency, text.
    """

    key: str
    run: str
    seq: int
    ts: Nanos
    kind: str
    name: str
    features: str
    known: Nanos | None
    outcome: str
    realised: str


@value
class MetricSample:
    """What one second of a run, begun at `ts`, held: counts of entries and of what came of them."""

    key: str
    run: str
    seq: int
    ts: Nanos
    entries: int
    books: int
    trades: int
    approved: int
    refused: int
    orders: int
    fills: int
    alerts: int


@value
class Alert:
    """What a person was told."""

    key: str
    run: str
    seq: int
    ts: Nanos
    severity: str
    code: str
    text: str
