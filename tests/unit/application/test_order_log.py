"""Latency percentiles and weighted means."""

import pytest

from graphwiz_trader.application.markouts import weighted_mean
from graphwiz_trader.application.order_log import latency_line


def test_percentiles_are_spans_that_occurred() -> None:
    line = latency_line("ack", [n * 1000 for n in range(1, 1001)])

    assert (line.p50_us, line.p95_us, line.p99_us) == (500.0, 950.0, 990.0)
    assert (line.p99_9_us, line.max_us) == (999.0, 1000.0)


def test_one_span_is_every_percentile() -> None:
    line = latency_line("ack", [5_000])

    assert {line.p50_us, line.p99_9_us, line.max_us} == {5.0}


def test_mean_weighs_by_notional() -> None:
    assert weighted_mean([(1.0, 3.0), (-1.0, 1.0)]) == pytest.approx(0.5)
    assert weighted_mean([]) is None
    assert weighted_mean([(1.0, 0.0)]) is None
