"""How often patterns were seen and what came of them."""

import pytest

from graphwiz_trader.domain.graph_watch import Occurrence
from graphwiz_trader.domain.pattern_record import pattern_lines
from graphwiz_trader.domain.units import SECOND, Nanos
from tests.contracts.graph import NOON, occurrence


def test_an_outcome_is_absent_until_the_instant_it_is_known() -> None:
    """Query at t+h−1 ns: seen, and not judged."""
    seen = occurrence()

    (early,) = pattern_lines([seen], Nanos(NOON + SECOND - 1))
    (late,) = pattern_lines([seen], Nanos(NOON + SECOND))

    assert (early.occurrence_count, early.judged, early.average_profit_bps) == (1, 0, None)
    assert (late.occurrence_count, late.judged, late.average_profit_bps) == (1, 1, 2.5)


def test_what_is_seen_later_does_not_exist_yet() -> None:
    assert pattern_lines([occurrence()], Nanos(NOON - 1)) == ()


def many(n: int, wins: int) -> list[Occurrence]:
    return [occurrence(i, NOON + i, "SWEEP", 3.0 if i < wins else -1.0) for i in range(n)]


def test_a_rate_of_fewer_than_twenty_is_not_told() -> None:
    (line,) = pattern_lines(many(19, 10), Nanos(NOON + 2 * SECOND))

    assert line.success_rate is line.success_low is None
    assert (line.judged, line.successes) == (19, 10)


def test_a_rate_comes_with_its_interval_mean_and_deviation() -> None:
    (line,) = pattern_lines(many(20, 10), Nanos(NOON + 2 * SECOND))

    assert line.success_rate == 0.5
    assert (line.success_low, line.success_high) == pytest.approx((0.299298, 0.700702), abs=1e-6)
    assert line.average_profit_bps == pytest.approx(1.0)
    assert line.sd_bps == pytest.approx(2.0519567)


def test_the_most_profitable_comes_first_and_the_unjudged_last() -> None:
    found = [
        occurrence(1, kind="A", profit_bps=None),
        occurrence(2, kind="B", profit_bps=1.0),
        occurrence(3, kind="C", profit_bps=2.0),
    ]

    lines = pattern_lines(found, Nanos(NOON + 2 * SECOND))

    assert [line.kind for line in lines] == ["C", "B", "A"]
