"""Deployment: the checklist before real money, each item from evidence."""

from collections.abc import Mapping, Sequence

from graphwiz_trader.domain.checkup import Finding, Verdict
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import DAY, Nanos
from graphwiz_trader.domain.value import value

LEGAL = "legal-review"
STATED = (LEGAL,)
"""What only a person can state."""

TESTED = "alerts-test"
"""What `graphwiz alerts test` records, with the sinks it reached as its reason."""

FRESH = Nanos(30 * DAY)
"""How old a statement, a benchmark or an alert test may be."""


@value
class Statement:
    """What a person stated: who, when and why they may."""

    name: str
    who: str
    reason: str
    ts: Nanos


@value
class Evidence:
    """
    What a home can prove.

    `live` are summaries of runs on feeds, `tested` the strategies with a backtest, `wanted` those
    enabled; `breakers` how often a run's circuit breaker tripped; `bench` the benchmark's rows;
    `alerted` when a test alert last reached every sink that is not a log; `keys` findings on keys.
    """

    now: Nanos
    live: Sequence[Mapping[str, Plain]] = ()
    wanted: Sequence[str] = ()
    tested: Sequence[str] = ()
    bench: Sequence[Mapping[str, Plain]] = ()
    bench_ts: Nanos | None = None
    graph_nodes: int | None = None
    dashboard: str | None = None
    sinks: Sequence[str] = ()
    alerted: Nanos | None = None
    keys: Sequence[Finding] = ()
    stated: Sequence[Statement] = ()


def checklist(evidence: Evidence) -> tuple[Finding, ...]:
    """Return every item of the checklist, PASS, FAIL or ASK, with its evidence."""
    return (
        _sockets(evidence),
        _books(evidence),
        _backtested(evidence),
        _controls(evidence),
        _bench(evidence),
        _breaker(evidence),
        _graph(evidence),
        _dashboard(evidence),
        _alerts(evidence),
        _keys(evidence),
        _legal(evidence),
    )


def _sockets(evidence: Evidence) -> Finding:
    name, advice = "websocket connections", "run `graphwiz paper` until market data came"
    for summary in evidence.live:
        if _count(summary, "messages") and not _is_demo(summary):
            found = f"{summary['run']} took {summary['messages']} messages"
            return Finding(name, Verdict.PASS, found)
    return Finding(name, Verdict.FAIL, "no finished run took market data", advice)


def _books(evidence: Evidence) -> Finding:
    name, advice = "order books synchronised", "run `graphwiz paper` and end it by `graphwiz stop`"
    for summary in evidence.live:
        is_sound = summary.get("reconciled") is True and not _is_demo(summary)
        if is_sound and _count(summary, "orders"):
            found = f"{summary['run']} ended reconciled after {summary['orders']} orders"
            return Finding(name, Verdict.PASS, found)
    return Finding(name, Verdict.FAIL, "no run ordered on live books and ended reconciled", advice)


def _backtested(evidence: Evidence) -> Finding:
    name = "strategies backtested"
    if not evidence.wanted:
        return Finding(name, Verdict.FAIL, "no strategy is enabled", "enable one")
    missing = [one for one in evidence.wanted if one not in evidence.tested]
    if missing:
        found = f"no backtest of {', '.join(missing)} in this home"
        return Finding(name, Verdict.FAIL, found, "run `graphwiz backtest` with these settings")
    return Finding(name, Verdict.PASS, ", ".join(evidence.wanted))


def _controls(evidence: Evidence) -> Finding:
    name = "risk controls tested"
    for summary in evidence.live:
        audit = summary.get("audit")
        if not isinstance(audit, dict) or not _count(audit, "checks"):
            continue
        if _count(audit, "violations"):
            found = f"{summary['run']}: {audit['violations']} violations"
            return Finding(name, Verdict.FAIL, found, "see `named` in that run's summary.json")
        if _count(summary, "refused"):
            found = f"{summary['run']}: {summary['refused']} refused, {audit['checks']} audits"
            return Finding(name, Verdict.PASS, found)
    advice = "run `graphwiz demo`: its limits refuse some signals, and an auditor looks on"
    return Finding(name, Verdict.FAIL, "no run was audited while a control refused", advice)


def _bench(evidence: Evidence) -> Finding:
    name, advice = "latency benchmarks", "`graphwiz doctor --bench FILE` with `bench --json`"
    if evidence.bench_ts is None or not evidence.bench:
        return Finding(name, Verdict.FAIL, "no benchmark is kept in this home", advice)
    missed = [str(row.get("name")) for row in evidence.bench if row.get("holds") is False]
    if missed:
        return Finding(name, Verdict.FAIL, f"missed: {', '.join(missed)}", advice)
    if evidence.now - evidence.bench_ts > FRESH:
        return Finding(name, Verdict.FAIL, "the benchmark is older than 30 days", advice)
    return Finding(name, Verdict.PASS, f"{len(evidence.bench)} figures hold")


def _breaker(evidence: Evidence) -> Finding:
    name = "circuit breaker tested"
    for summary in evidence.live:
        alerts = summary.get("alerts")
        if isinstance(alerts, dict) and _count(alerts, "CIRCUIT_BREAKER"):
            return Finding(name, Verdict.PASS, f"it tripped in {summary['run']}")
    advice = "a demo with `--set hft.risk.circuit_breaker_threshold=-0.000001` trips it"
    return Finding(name, Verdict.FAIL, "it tripped in no run of this home", advice)


def _graph(evidence: Evidence) -> Finding:
    name = "knowledge graph"
    if evidence.graph_nodes:
        return Finding(name, Verdict.PASS, f"{evidence.graph_nodes} nodes")
    found = "its store does not answer" if evidence.graph_nodes is None else "it is empty"
    return Finding(name, Verdict.FAIL, found, "run `graphwiz observe` beside a run")


def _dashboard(evidence: Evidence) -> Finding:
    name = "dashboard"
    if evidence.dashboard is None:
        advice = "start `graphwiz dashboard`, or name its address by --dashboard URL"
        return Finding(name, Verdict.FAIL, "it does not answer", advice)
    return Finding(name, Verdict.PASS, evidence.dashboard)


def _alerts(evidence: Evidence) -> Finding:
    name, advice = "alerts", "configure a webhook or apprise sink, then `graphwiz alerts test`"
    if not evidence.sinks:
        return Finding(name, Verdict.FAIL, "no sink leaves this machine", advice)
    if evidence.alerted is None or evidence.now - evidence.alerted > FRESH:
        return Finding(name, Verdict.FAIL, "no test in the last 30 days reached them all", advice)
    return Finding(name, Verdict.PASS, f"tested: {', '.join(evidence.sinks)}")


def _keys(evidence: Evidence) -> Finding:
    name = "production keys"
    bad = [one for one in evidence.keys if one.verdict is not Verdict.PASS]
    if not evidence.keys or bad:
        found = "; ".join(f"{one.name}: {one.found}" for one in bad) or "no venue is enabled"
        return Finding(name, Verdict.FAIL, found, "keys for production, without withdrawal rights")
    return Finding(name, Verdict.PASS, "; ".join(one.found for one in evidence.keys))


def _legal(evidence: Evidence) -> Finding:
    for one in reversed(evidence.stated):
        if one.name == LEGAL:
            return Finding("legal review", Verdict.PASS, f"{one.who}: {one.reason}")
    advice = f"`graphwiz doctor --state {LEGAL} --who NAME --reason TEXT` records it"
    return Finding("legal review", Verdict.ASK, "nobody has stated it", advice)


def _is_demo(summary: Mapping[str, Plain]) -> bool:
    """Whether its venues were simulated, which proves nothing of the real ones."""
    return summary.get("mode") == "demo"


def _count(summary: Mapping[str, Plain], name: str) -> int:
    found = summary.get(name)
    return found if isinstance(found, int) else 0
