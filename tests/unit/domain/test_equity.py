"""Equity on a fixed grid."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.domain.equity import STEPS, EquityCurve
from graphwiz_trader.domain.sharpe import moments
from graphwiz_trader.domain.units import DAY, SECOND, Nanos

MINUTE, HOUR = STEPS[1], STEPS[2]


def grown(curve: EquityCurve, *trades: tuple[float, str]) -> Decimal:
    """Let *curve* see profits made at days since its start; return their sum."""
    profit = Decimal(0)
    for days, amount in trades:
        curve.record(Nanos(curve.since + int(days * DAY)), profit)
        profit += Decimal(amount)
    return profit


def test_four_days_of_which_two_were_idle() -> None:
    curve = EquityCurve(Nanos(20_000 * DAY))
    end = Nanos(20_004 * DAY)

    profit = grown(curve, (0.2, "5"), (0.7, "-2"), (2.1, "4"), (2.9, "1"))
    curve.record(end, profit)
    daily = np.diff([float(p.profit) for p in curve.points(end, profit, DAY)])

    assert daily.tolist() == [3.0, 0.0, 5.0, 0.0]
    found = moments(daily)
    assert found is not None
    assert found.sharpe == pytest.approx(0.8164965809277260, rel=1e-9)


def test_a_boundary_holds_what_was_earned_before_it() -> None:
    """What happens at midnight belongs to the new day."""
    curve = EquityCurve(Nanos(0))

    curve.record(SECOND, Decimal(7))
    points = curve.points(Nanos(2 * SECOND), Decimal(9), SECOND)

    assert [(int(p.ts), int(p.profit)) for p in points] == [(0, 0), (SECOND, 7), (2 * SECOND, 9)]


def test_a_partial_last_period_is_kept() -> None:
    curve = EquityCurve(Nanos(0))

    points = curve.points(Nanos(SECOND // 2), Decimal(3), SECOND)

    assert [p.profit for p in points] == [0, 3]


def test_a_run_that_starts_off_the_grid_starts_at_the_boundary_before() -> None:
    curve = EquityCurve(Nanos(90 * SECOND))

    curve.record(Nanos(190 * SECOND), Decimal(2))
    points = curve.points(Nanos(200 * SECOND), Decimal(5), MINUTE)

    assert [(p.ts // SECOND, int(p.profit)) for p in points] == [
        (60, 0),
        (120, 2),
        (180, 2),
        (240, 5),
    ]


def test_the_grid_thins_as_the_run_grows() -> None:
    curve = EquityCurve(Nanos(0))

    for day in range(1, 401):
        curve.record(Nanos(day * DAY), Decimal(day))

    assert curve.step == DAY
    assert [p.profit for p in curve.points(Nanos(400 * DAY), Decimal(400), DAY)] == list(range(401))


@pytest.mark.parametrize(
    ("length", "step"),
    [(SECOND, SECOND), (30 * MINUTE, MINUTE), (HOUR, MINUTE), (29 * DAY, HOUR), (30 * DAY, DAY)],
)
def test_statistics_use_the_coarsest_grid_of_thirty_periods(length: int, step: Nanos) -> None:
    assert EquityCurve(Nanos(0)).fitting_step(Nanos(length)) == step


@given(
    start=st.integers(0, 10**6),
    moves=st.lists(st.tuples(st.integers(1, 40_000), st.integers(-5, 5)), max_size=12),
)
def test_any_grid_tells_the_last_profit_before_each_boundary(
    start: int, moves: list[tuple[int, int]]
) -> None:
    curve = EquityCurve(Nanos(start * SECOND))
    now, profit, changes = start, 0, [(start - 1, 0)]
    for wait, amount in moves:
        now += wait
        curve.record(Nanos(now * SECOND), Decimal(profit))
        profit += amount
        changes.append((now, profit))
    end = Nanos((now + 1) * SECOND)
    curve.record(end, Decimal(profit))

    step = curve.fitting_step(end)
    points = curve.points(end, Decimal(profit), step)

    for point in points[1:-1]:
        assert point.profit == [p for ts, p in changes if ts * SECOND < point.ts][-1]
    assert points[0].profit == 0
    assert points[-1].profit == profit
