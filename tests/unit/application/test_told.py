"""What a run's command said at its end is read as it was meant, or refused."""

from decimal import Decimal

import pytest

from graphwiz_trader.application.latencies import Histogram
from graphwiz_trader.application.told import bounds_in, measured_in
from graphwiz_trader.domain.bounds import Bound, Bounds
from graphwiz_trader.domain.errors import DataError


def histogram() -> Histogram:
    found = Histogram()
    for us in (40, 60, 80, 4_000):
        found.add(us * 1_000)
    return found


def test_latencies_are_those_that_the_process_counted() -> None:
    taken = histogram()
    summary = {"latency_histograms": {"send": taken.buckets()}, "latency_us": {"send": taken.us()}}

    (line,) = measured_in(summary)

    assert (line.stage, line.count, line.mean_us) == ("send", 4, 1_045.0)
    assert line.p50_us == pytest.approx(60, rel=0.02)
    assert line.p99_9_us == pytest.approx(4_000, rel=0.02)
    assert line.buckets[:2] == ((50.0, 1), (100.0, 3))
    assert line.buckets[-1][1] == 4


def test_a_stage_of_which_no_percentiles_were_kept_has_none() -> None:
    (line,) = measured_in({"latency_histograms": {"data": histogram().buckets()}})

    assert (line.stage, line.p50_us) == ("data", None)


def test_a_summary_without_them_has_no_latencies_and_no_bounds() -> None:
    assert measured_in({}) == ()
    assert bounds_in({}) is None


def test_bounds_are_read_as_they_were_written() -> None:
    ends = {"pessimistic": {"net": "-1.5", "fills": 3}, "optimistic": {"net": "2", "fills": 4}}

    assert bounds_in({"bounds": ends}) == Bounds(Bound(Decimal("-1.5"), 3), Bound(Decimal(2), 4))


@pytest.mark.parametrize("wrong", ["fast", {"send": {"count": 0}}, {"send": 3}])
def test_latencies_that_are_none_are_refused(wrong: object) -> None:
    with pytest.raises(DataError, match="found"):
        measured_in({"latency_histograms": wrong})
