"""Engine report: what an engine's status says of its health, typed."""

from collections.abc import Iterator, Mapping

from graphwiz_trader.domain.health import Distribution, Report
from graphwiz_trader.domain.plain import Plain

COUNTED = (
    *("messages", "orders", "fills", "refused", "open_orders", "unknown_orders"),
    *("starts", "strategy_errors"),
)
"""The counts of a status that are taken over by name."""


VITAL = ("gc_pauses", "gc_pause_ms", "gc_longest_ms", "journal_pending_bytes")
"""The figures of its vitals that are taken over by name."""


def report_of(status: Mapping[str, Plain]) -> Report:
    """Return what *status* tells; what is missing or of another kind counts as none."""
    audit = _tree(status.get("audit"))
    counts = {name: _number(status.get(name)) for name in COUNTED}
    counts["violations"] = _number(audit.get("violations"))
    vitals = _tree(status.get("vitals"))
    counts |= {name: _number(vitals.get(name)) for name in VITAL}
    state = status.get("state")
    return Report(
        state if isinstance(state, str) else "ACTIVE",
        _number(status.get("loop_lag_ms")),
        {
            stage: {share: _number(us) / 1_000 for share, us in _tree(shares).items()}
            for stage, shares in _tree(status.get("latency_us")).items()
        },
        {venue: _number(ms) for venue, ms in _tree(status.get("clock_offset_ms")).items()},
        tuple(_blind(_tree(status.get("venues")))),
        counts,
        {code: int(_number(times)) for code, times in _tree(status.get("alerts")).items()},
        {venue: int(_number(n)) for venue, n in _tree(vitals.get("outbox")).items()},
        {
            stage: _distribution(_tree(told))
            for stage, told in _tree(status.get("latency_histograms")).items()
        },
    )


def _distribution(told: Mapping[str, Plain]) -> Distribution:
    bounds = ((float(us) / 1e6, int(_number(n))) for us, n in _tree(told.get("le_us")).items())
    return Distribution(
        int(_number(told.get("count"))), _number(told.get("sum_us")) / 1e6, tuple(bounds)
    )


def _blind(venues: Mapping[str, Plain]) -> Iterator[str]:
    for venue, told in venues.items():
        if _tree(told).get("reports") == "lost":
            yield venue


def _tree(told: Plain) -> Mapping[str, Plain]:
    return told if isinstance(told, dict) else {}


def _number(told: Plain) -> float:
    return float(told) if isinstance(told, int | float) else 0.0
