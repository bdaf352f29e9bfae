"""What an engine's status says of its health."""

from graphwiz_trader.application.engine_report import report_of
from graphwiz_trader.application.flow import Flow
from graphwiz_trader.application.latencies import Histogram
from graphwiz_trader.domain.health import Distribution, Report
from graphwiz_trader.domain.plain import Plain, plain
from graphwiz_trader.testing.clock import ManualClock


def told(**status: object) -> Report:
    found = plain(status)
    assert isinstance(found, dict)
    return report_of(found)


def test_vitals_are_counts_and_the_depths_of_each_venue() -> None:
    vitals = {
        "gc_pauses": 3,
        "gc_pause_ms": 4.5,
        "gc_longest_ms": 2.5,
        "journal_pending_bytes": 4_096,
        "outbox": {"binance": 2, "okx": 0},
    }

    found = told(vitals=vitals)

    assert (found.count("gc_pauses"), found.count("gc_pause_ms")) == (3, 4.5)
    assert (found.count("gc_longest_ms"), found.count("journal_pending_bytes")) == (2.5, 4_096)
    assert found.outbox == {"binance": 2, "okx": 0}


def test_histograms_come_as_they_were_counted() -> None:
    taken = Histogram()
    for us in (40, 90, 6_000_000):
        taken.add(us * 1_000)
    flow = Flow(ManualClock())
    flow.strategy.add(70_000)

    found = told(latency_histograms={"ack": taken.buckets(), **flow.buckets()})

    ack = found.durations["ack"]
    assert (ack.count, ack.total_s) == (3, 6.00013)
    assert ack.at_most[:2] == ((0.00005, 1), (0.0001, 2))
    assert ack.at_most[-1] == (5.0, 2)
    assert found.durations["strategy"].at_most[1] == (0.0001, 1)


def test_what_is_missing_or_of_another_kind_counts_as_none() -> None:
    strange: dict[str, Plain] = {"vitals": [1], "latency_histograms": {"ack": "fast"}}

    found = report_of(strange)

    assert found.count("gc_pauses") == 0
    assert found.outbox == {}
    assert found.durations == {"ack": Distribution(0, 0.0, ())}
