"""Graph watch: the nodes of what was watched, patterns, comparable cases, samples and alerts."""

from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value


@value
class Pattern:
    """
    One kind of pattern in one symbol, in whatever run it is seen.

    `horizon` is how far ahead it is judged, and for how long another is not told.
    """

    key: str
    kind: str
    symbol: str
    horizon: Nanos


def pattern_key(kind: str, symbol: str) -> str:
    """Return the key of the pattern of *kind* in *symbol*."""
    return f"{kind}:{symbol}"


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
    """
    What one second of a run, begun at `ts`, held: counts of entries and of what came of them.

    From `cpu_pct` on: what `VitalsSampled` told within it, None where nobody measured.
    """

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
    cpu_pct: float | None = None
    memory_bytes: int | None = None
    open_files: int | None = None
    machine_cpu_pct: float | None = None
    machine_memory_pct: float | None = None
    disk_free_bytes: int | None = None
    sent_bytes: int | None = None
    received_bytes: int | None = None
    loop_lag: Nanos | None = None
    gc_count: int | None = None
    gc_pause: Nanos | None = None
    gc_longest: Nanos | None = None
    journal_pending: int | None = None
    outbox: int | None = None


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
