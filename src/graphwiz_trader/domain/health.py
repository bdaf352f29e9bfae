"""Health: samples of machine and engines, and the rules that say what is wrong with them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum

from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.monitoring import MonitoringSettings
from graphwiz_trader.domain.settings import PerformanceSettings
from graphwiz_trader.domain.units import Nanos, RunId
from graphwiz_trader.domain.value import value

MB = 1_000_000
GB = 1_000 * MB


@value
class Machine:
    """The machine: shares in percent, since the sample before; bytes since its start."""

    cpu_pct: float
    memory_pct: float
    disk_free_bytes: int
    sent_bytes: int
    received_bytes: int


@value
class Process:
    """One process; `cpu_pct` is of one core, since the sample before."""

    pid: int
    cpu_pct: float
    memory_bytes: int
    files: int
    most_files: int


@value
class Holder:
    """Who said, at `since`, that it runs *run*."""

    run: RunId
    pid: int
    since: Nanos


class Life(Enum):
    """SILENT: its process is there and does not answer; FAILED: it ended with no word of it."""

    UP = "UP"
    SILENT = "SILENT"
    DEAD = "DEAD"
    FAILED = "FAILED"
    LEFT_OPEN = "LEFT_OPEN"


@value
class Distribution:
    """Durations: how many, their sum, and how many are at most each bound, in seconds."""

    count: int
    total_s: float
    at_most: tuple[tuple[float, int], ...]


@value
class Report:
    """What an engine tells of itself; latencies in ms by stage and percentile."""

    state: str = "ACTIVE"
    loop_lag_ms: float = 0.0
    latency_ms: Mapping[str, Mapping[str, float]] = {}
    offsets_ms: Mapping[str, float] = {}
    blind: Sequence[str] = ()
    counts: Mapping[str, float] = {}
    alerts: Mapping[str, int] = {}
    outbox: Mapping[str, int] = {}
    durations: Mapping[str, Distribution] = {}

    def count(self, name: str) -> float:
        """Return the count *name*, 0 where the engine does not tell it."""
        return self.counts.get(name, 0)


@value
class EngineSample:
    """One engine: whether it lives, its process and its report where there are any."""

    run: RunId
    pid: int
    life: Life
    process: Process | None = None
    report: Report | None = None
    graph_lag_s: float = 0.0


@value
class Sample:
    """Everything at one instant."""

    ts: Nanos
    machine: Machine
    engines: tuple[EngineSample, ...] = ()


@value
class Limits:
    """What the settings call too much."""

    machine: MonitoringSettings
    latency: PerformanceSettings


@value
class Symptom:
    """Something that is wrong for as long as it is seen; *subject* says where."""

    code: str
    subject: str
    severity: Severity
    text: str


Rule = Callable[[Sample, Limits], Iterator[Symptom]]


def symptoms(sample: Sample, limits: Limits) -> tuple[Symptom, ...]:
    """Return everything that is wrong in *sample*."""
    return tuple(found for rule in RULES for found in rule(sample, limits))


def _cpu(sample: Sample, limits: Limits) -> Iterator[Symptom]:
    most = float(limits.machine.cpu_pct)
    for engine in sample.engines:
        if engine.process is not None and engine.process.cpu_pct > most:
            text = f"the engine takes {engine.process.cpu_pct:.0f} % of a core, limit {most:g} %"
            yield Symptom("CPU_HIGH", engine.run, Severity.WARNING, text)


def _memory(sample: Sample, limits: Limits) -> Iterator[Symptom]:
    found, most = sample.machine.memory_pct, float(limits.machine.memory_pct)
    if found > most:
        text = f"{found:.0f} % of the memory is used, limit {most:g} %"
        yield Symptom("MEMORY_HIGH", "", Severity.WARNING, text)


def _disk(sample: Sample, limits: Limits) -> Iterator[Symptom]:
    free, least = sample.machine.disk_free_bytes / GB, float(limits.machine.disk_free_gb)
    if free < least:
        text = f"{free:.1f} GB free in home, limit {least:g} GB: an engine ends when it is full"
        yield Symptom("DISK_LOW", "", Severity.CRITICAL, text)


def _files(sample: Sample, limits: Limits) -> Iterator[Symptom]:
    most = float(limits.machine.files_pct)
    for engine in sample.engines:
        process = engine.process
        if process is not None and process.files * 100 > most * process.most_files:
            text = f"{process.files} files and sockets of {process.most_files} are open"
            yield Symptom("FILES_HIGH", engine.run, Severity.WARNING, text)


_ENDED: Mapping[Life, tuple[str, str]] = {
    Life.DEAD: ("ENGINE_DEAD", "its process {pid} is gone; orders of it may still work"),
    Life.FAILED: ("ENGINE_FAILED", "it ended without a summary; see what it said last"),
    Life.LEFT_OPEN: ("LEFT_OPEN", "it ended, and orders of it are not proven gone"),
    Life.SILENT: ("ENGINE_SILENT", "its process {pid} is there and does not answer"),
}


def _life(sample: Sample, limits: Limits) -> Iterator[Symptom]:  # noqa: ARG001 # a rule
    for engine in sample.engines:
        if engine.life in _ENDED:
            code, text = _ENDED[engine.life]
            told = f"{engine.run}: {text.format(pid=engine.pid)}"
            yield Symptom(code, engine.run, Severity.CRITICAL, told)


def _lag(sample: Sample, limits: Limits) -> Iterator[Symptom]:
    most = float(limits.machine.loop_lag_ms)
    for run, report in _reports(sample):
        if report.loop_lag_ms > most:
            text = f"the event loop was {report.loop_lag_ms:.0f} ms late, limit {most:g} ms"
            yield Symptom("LOOP_LAG", run, Severity.WARNING, text)


def _latency(sample: Sample, limits: Limits) -> Iterator[Symptom]:
    measured = (
        ("ORDER_LATENCY", "ack", float(limits.latency.max_order_latency_ms)),
        ("PROCESSING_LATENCY", "decision", float(limits.latency.max_processing_latency_ms)),
    )
    for run, report in _reports(sample):
        for code, stage, most in measured:
            p99 = report.latency_ms.get(stage, {}).get("p99", 0.0)
            if p99 > most:
                text = f"p99 of {stage} is {p99:.1f} ms, limit {most:g} ms"
                yield Symptom(code, run, Severity.WARNING, text)


def _offsets(sample: Sample, limits: Limits) -> Iterator[Symptom]:
    most = float(limits.machine.clock_offset_ms)
    for run, report in _reports(sample):
        for venue, offset in report.offsets_ms.items():
            if abs(offset) > most:
                text = f"{venue}'s clock is {offset:.0f} ms from ours, limit {most:g} ms"
                yield Symptom("CLOCK_OFFSET", f"{run} {venue}", Severity.WARNING, text)


def _trading(sample: Sample, limits: Limits) -> Iterator[Symptom]:  # noqa: ARG001 # a rule
    for run, report in _reports(sample):
        if report.state != "ACTIVE":
            yield Symptom("NOT_ACTIVE", run, Severity.WARNING, f"trading is {report.state}")
        for venue in report.blind:
            text = f"reports of our orders at {venue} do not come in"
            yield Symptom("REPORTS_LOST", f"{run} {venue}", Severity.WARNING, text)
        if unknown := int(report.count("unknown_orders")):
            text = f"the fate of {unknown} orders is not known"
            yield Symptom("ORDERS_IN_DOUBT", run, Severity.WARNING, text)
        if broken := int(report.count("violations")):
            text = f"{broken} invariants did not hold; see `named` in the status"
            yield Symptom("INVARIANT", run, Severity.CRITICAL, text)


def _waiting(sample: Sample, limits: Limits) -> Iterator[Symptom]:
    machine = limits.machine
    for run, report in _reports(sample):
        if (pause := report.count("gc_longest_ms")) > (most := float(machine.gc_pause_ms)):
            text = f"the collector stopped the engine for {pause:.0f} ms, limit {most:g} ms"
            yield Symptom("GC_PAUSE", run, Severity.WARNING, text)
        pending, room = report.count("journal_pending_bytes") / MB, float(machine.journal_mb)
        if pending > room:
            text = f"{pending:.0f} MB of the journal wait for the disk, limit {room:g} MB"
            yield Symptom("JOURNAL_BEHIND", run, Severity.WARNING, text)
        for venue, waiting in report.outbox.items():
            if waiting > machine.outbox:
                text = f"{waiting} commands wait to be sent to {venue}, limit {machine.outbox}"
                yield Symptom("OUTBOX_DEEP", f"{run} {venue}", Severity.WARNING, text)


def _graph(sample: Sample, limits: Limits) -> Iterator[Symptom]:
    most = float(limits.machine.graph_lag_s)
    for engine in sample.engines:
        if engine.graph_lag_s > most:
            text = f"the graph is {engine.graph_lag_s:.0f} s behind the journal, limit {most:g} s"
            yield Symptom("GRAPH_BEHIND", engine.run, Severity.WARNING, text)


def _reports(sample: Sample) -> Iterator[tuple[RunId, Report]]:
    for engine in sample.engines:
        if engine.report is not None:
            yield engine.run, engine.report


RULES: tuple[Rule, ...] = (
    _cpu,
    _memory,
    _disk,
    _files,
    _life,
    _lag,
    _latency,
    _offsets,
    _trading,
    _waiting,
    _graph,
)
"""Every rule; docs/reference/alerts.md has a page for each code."""

CODES = (
    *("CPU_HIGH", "MEMORY_HIGH", "DISK_LOW", "FILES_HIGH"),
    *(code for code, _ in _ENDED.values()),
    *("LOOP_LAG", "ORDER_LATENCY", "PROCESSING_LATENCY", "CLOCK_OFFSET", "NOT_ACTIVE"),
    *("REPORTS_LOST", "ORDERS_IN_DOUBT", "INVARIANT", "GRAPH_BEHIND"),
    *("GC_PAUSE", "JOURNAL_BEHIND", "OUTBOX_DEEP"),
)
"""What the rules may find."""
