"""Drawdowns of small curves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.domain.drawdown import Drawdown, longest_under_water, max_drawdown
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Float64s

TEN = np.array([0.01, -0.005, 0.007, 0.002, -0.012, 0.009, 0.004, -0.003, 0.006, 0.001])
CURVE: Float64s = np.concatenate((np.array([1.0]), np.cumprod(1.0 + TEN)))


def test_deepest_fall_of_ten_returns() -> None:
    found = max_drawdown(CURVE)

    assert found is not None
    assert found.fraction == pytest.approx(0.012, rel=1e-9)
    assert (found.peak, found.trough, found.recovery) == (4, 5, 7)


def test_longest_time_under_water() -> None:
    assert longest_under_water(CURVE) == 2


def test_a_fall_from_the_start_counts() -> None:
    found = max_drawdown(np.array([100.0, 90.0, 95.0]))

    assert found == Drawdown(amount=10.0, fraction=0.1, peak=0, trough=1, recovery=None)


def test_time_counts_from_the_last_touch_of_the_peak() -> None:
    found = max_drawdown(np.array([2.0, 2.0, 1.0, 2.0]))

    assert found == Drawdown(amount=1.0, fraction=0.5, peak=1, trough=2, recovery=3)


def test_a_rising_curve_has_no_drawdown() -> None:
    assert max_drawdown(np.array([1.0, 1.0, 2.0])) is None
    assert longest_under_water(np.array([1.0, 1.0, 2.0])) == 0


def test_a_curve_that_starts_at_zero_has_no_fractions() -> None:
    with pytest.raises(DomainError, match="begins at 0"):
        max_drawdown(np.array([0.0, 1.0]))


@given(st.lists(st.integers(1, 20), min_size=1, max_size=12))
def test_no_pair_of_points_falls_further(curve: list[int]) -> None:
    falls = [(before - after) / before for i, before in enumerate(curve) for after in curve[i:]]

    found = max_drawdown(np.array(curve, dtype=float))

    assert (found.fraction if found else 0.0) == pytest.approx(max(falls))
