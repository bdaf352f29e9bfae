"""Metrics: the figures of a sample by stable names, as Prometheus reads them."""

from collections.abc import Iterator, Mapping
from enum import Enum

from graphwiz_trader.domain.health import Distribution, EngineSample, Life, Sample
from graphwiz_trader.domain.value import value


class Kind(Enum):
    """A COUNTER only grows; a HISTOGRAM counts by size."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


@value
class Metric:
    """What a name means."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()


@value
class Reading:
    """One figure; `labels` in the order of the metric's."""

    name: str
    figure: float
    labels: tuple[str, ...] = ()


@value
class Spread:
    """One histogram; `labels` in the order of the metric's."""

    name: str
    durations: Distribution
    labels: tuple[str, ...]


_RUN = ("run",)
METRICS: tuple[Metric, ...] = (
    Metric("graphwiz_cpu_percent", Kind.GAUGE, "of all cores of the machine"),
    Metric("graphwiz_memory_percent", Kind.GAUGE, "of the machine's memory"),
    Metric("graphwiz_disk_free_bytes", Kind.GAUGE, "free space in home"),
    Metric("graphwiz_network_sent_bytes", Kind.COUNTER, "by the machine since its start"),
    Metric("graphwiz_network_received_bytes", Kind.COUNTER, "likewise"),
    Metric("graphwiz_engine_up", Kind.GAUGE, "1 while the engine's process lives", _RUN),
    Metric("graphwiz_engine_cpu_percent", Kind.GAUGE, "of one core", _RUN),
    Metric("graphwiz_engine_memory_bytes", Kind.GAUGE, "resident memory", _RUN),
    Metric("graphwiz_engine_open_files", Kind.GAUGE, "files and sockets", _RUN),
    Metric("graphwiz_engine_active", Kind.GAUGE, "1 while trading is ACTIVE", _RUN),
    Metric("graphwiz_loop_lag_seconds", Kind.GAUGE, "worst of the last 5 s", _RUN),
    Metric(
        "graphwiz_latency_seconds",
        Kind.GAUGE,
        "percentiles of a stage of our orders since the process began",
        ("run", "stage", "quantile"),
    ),
    Metric(
        "graphwiz_order_latency_seconds",
        Kind.HISTOGRAM,
        "a stage of our orders since the process began",
        ("run", "stage"),
    ),
    Metric(
        "graphwiz_data_latency_seconds",
        Kind.HISTOGRAM,
        "from the venue's clock to our receipt, of one market message in 16",
        _RUN,
    ),
    Metric(
        "graphwiz_strategy_latency_seconds",
        Kind.HISTOGRAM,
        "from receipt to the end of the step, of the same messages",
        _RUN,
    ),
    Metric("graphwiz_gc_pauses", Kind.COUNTER, "of the garbage collector", _RUN),
    Metric("graphwiz_gc_pause_seconds", Kind.COUNTER, "how long they were, all together", _RUN),
    Metric("graphwiz_gc_longest_seconds", Kind.GAUGE, "the longest of the last sample", _RUN),
    Metric("graphwiz_journal_pending_bytes", Kind.GAUGE, "of the journal, not on disk yet", _RUN),
    Metric("graphwiz_outbox_commands", Kind.GAUGE, "that wait to be sent", ("run", "venue")),
    Metric(
        "graphwiz_clock_offset_seconds", Kind.GAUGE, "the venue's clock less ours", ("run", "venue")
    ),
    Metric("graphwiz_messages", Kind.COUNTER, "market messages", _RUN),
    Metric("graphwiz_orders", Kind.COUNTER, "orders created, replacements included", _RUN),
    Metric("graphwiz_fills", Kind.COUNTER, "fills booked", _RUN),
    Metric("graphwiz_refused", Kind.COUNTER, "signals refused by a control", _RUN),
    Metric("graphwiz_strategy_errors", Kind.COUNTER, "strategies that raised", _RUN),
    Metric("graphwiz_engine_starts", Kind.COUNTER, "processes of the run", _RUN),
    Metric("graphwiz_violations", Kind.COUNTER, "invariants that did not hold", _RUN),
    Metric("graphwiz_open_orders", Kind.GAUGE, "orders that may still fill", _RUN),
    Metric("graphwiz_unknown_orders", Kind.GAUGE, "of these, whose fate is not known", _RUN),
    Metric("graphwiz_alerts", Kind.COUNTER, "alerts the engine raised", ("run", "code")),
    Metric("graphwiz_graph_lag_seconds", Kind.GAUGE, "the graph behind the journal", _RUN),
)
"""Every name there is; counters get `_total` from Prometheus's conventions."""

_COUNTS: Mapping[str, str] = {
    "messages": "graphwiz_messages",
    "orders": "graphwiz_orders",
    "fills": "graphwiz_fills",
    "refused": "graphwiz_refused",
    "strategy_errors": "graphwiz_strategy_errors",
    "starts": "graphwiz_engine_starts",
    "violations": "graphwiz_violations",
    "open_orders": "graphwiz_open_orders",
    "unknown_orders": "graphwiz_unknown_orders",
    "gc_pauses": "graphwiz_gc_pauses",
    "journal_pending_bytes": "graphwiz_journal_pending_bytes",
}
_QUANTILES: Mapping[str, str] = {"p50": "0.5", "p99": "0.99", "p99_9": "0.999"}


def exposed(metric: Metric) -> str:
    """Return the name Prometheus knows *metric* by."""
    return f"{metric.name}_total" if metric.kind is Kind.COUNTER else metric.name


def exposed_names(metric: Metric) -> tuple[str, ...]:
    """Return every name of a series of *metric*; a histogram has three."""
    if metric.kind is Kind.HISTOGRAM:
        return tuple(f"{metric.name}_{part}" for part in ("bucket", "count", "sum"))
    return (exposed(metric),)


def spreads(sample: Sample) -> tuple[Spread, ...]:
    """Return every histogram of *sample*."""
    return tuple(
        _spread(str(engine.run), stage, durations)
        for engine in sample.engines
        if engine.report is not None
        for stage, durations in engine.report.durations.items()
    )


def readings(sample: Sample) -> tuple[Reading, ...]:
    """Return every figure of *sample*."""
    machine = sample.machine
    return (
        Reading("graphwiz_cpu_percent", machine.cpu_pct),
        Reading("graphwiz_memory_percent", machine.memory_pct),
        Reading("graphwiz_disk_free_bytes", machine.disk_free_bytes),
        Reading("graphwiz_network_sent_bytes", machine.sent_bytes),
        Reading("graphwiz_network_received_bytes", machine.received_bytes),
        *(reading for engine in sample.engines for reading in _engine(engine)),
    )


def _spread(run: str, stage: str, durations: Distribution) -> Spread:
    if stage in ("data", "strategy"):
        return Spread(f"graphwiz_{stage}_latency_seconds", durations, (run,))
    return Spread("graphwiz_order_latency_seconds", durations, (run, stage))


def _engine(engine: EngineSample) -> Iterator[Reading]:
    run = (str(engine.run),)
    is_up = engine.life in {Life.UP, Life.SILENT}
    yield Reading("graphwiz_engine_up", is_up, run)
    if engine.process is not None:
        yield Reading("graphwiz_engine_cpu_percent", engine.process.cpu_pct, run)
        yield Reading("graphwiz_engine_memory_bytes", engine.process.memory_bytes, run)
        yield Reading("graphwiz_engine_open_files", engine.process.files, run)
    yield Reading("graphwiz_graph_lag_seconds", engine.graph_lag_s, run)
    yield from _report(engine, run)


def _report(engine: EngineSample, run: tuple[str]) -> Iterator[Reading]:
    report = engine.report
    if report is None:
        return
    yield Reading("graphwiz_engine_active", report.state == "ACTIVE", run)
    yield Reading("graphwiz_loop_lag_seconds", report.loop_lag_ms / 1_000, run)
    for name, metric in _COUNTS.items():
        yield Reading(metric, report.count(name), run)
    for stage, shares in report.latency_ms.items():
        for share, ms in shares.items():
            labels = (*run, stage, _QUANTILES.get(share, share))
            yield Reading("graphwiz_latency_seconds", ms / 1_000, labels)
    yield Reading("graphwiz_gc_pause_seconds", report.count("gc_pause_ms") / 1_000, run)
    yield Reading("graphwiz_gc_longest_seconds", report.count("gc_longest_ms") / 1_000, run)
    for venue, waiting in report.outbox.items():
        yield Reading("graphwiz_outbox_commands", waiting, (*run, venue))
    for venue, ms in report.offsets_ms.items():
        yield Reading("graphwiz_clock_offset_seconds", ms / 1_000, (*run, venue))
    for code, times in report.alerts.items():
        yield Reading("graphwiz_alerts", times, (*run, code))
