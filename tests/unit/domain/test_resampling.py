"""The stationary bootstrap, by hand, and its block length beside the package `arch`, 8.0."""

import math

import numpy as np
import pytest

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.resampling import block_length, interval, resampled
from graphwiz_trader.domain.units import Float64s
from graphwiz_trader.simulation.chance import units


def autoregressive(rho: float, n: int) -> Float64s:
    """A series from a generator so plain that every version of every language has it."""
    state, values = 12345, [0.0]
    for _ in range(n):
        total = 0.0
        for _ in range(12):
            state = (state * 1103515245 + 12345) % 2**31
            total += state / 2**31
        values.append(rho * values[-1] + total - 6.0)
    return np.array(values[1:])


def mean(series: Float64s) -> Float64s:
    return np.asarray(series.mean(axis=1), np.float64)


def test_the_resample_by_hand() -> None:
    u = np.array([[0.0, 0.6, 0.4, 0.9, 0.7, 0.1]])
    v = np.array([[0.1, 0.5, 0.95, 0.3, 0.3, 0.5]])

    assert resampled(u, v, 0.5).tolist() == [[0, 1, 5, 0, 1, 3]]


def test_the_first_draw_always_begins_a_block() -> None:
    assert resampled(np.array([[0.9, 0.9]]), np.array([[0.5, 0.0]]), 0.1).tolist() == [[1, 0]]


@pytest.mark.parametrize(
    ("rho", "n", "length"),
    [
        (0.0, 40, 2.1786414965418652),
        (0.0, 365, 1.8444583971928608),
        (0.5, 40, 1.5322819933989307),
        (0.5, 365, 6.140013258804819),
        (0.9, 40, 5.187087273837172),
        (0.9, 365, 20.4817614272541),
        (-0.5, 40, 7.3660096531364845),
        (-0.5, 365, 8.216791033533276),
        (0.0, 2000, 1.0),
    ],
)
def test_the_block_is_as_long_as_the_memory(rho: float, n: int, length: float) -> None:
    assert block_length(autoregressive(rho, n)) == pytest.approx(length, rel=1e-9)


@pytest.mark.parametrize("series", [np.array([1.0, 1.0, 1.0]), np.array([1.0, 2.0])])
def test_too_little_to_remember_is_a_block_of_one(series: Float64s) -> None:
    assert block_length(series) >= 1.0


def test_the_interval_holds_the_figure_and_narrows_with_length() -> None:
    short, long = (
        interval(
            autoregressive(0.0, n),
            mean,
            units(1, 500 * n).reshape(500, n),
            units(2, 500 * n).reshape(500, n),
        )
        for n in (50, 800)
    )

    assert short.low < 0.0 < short.high
    assert long.high - long.low < (short.high - short.low) / 2


def test_the_interval_of_a_mean_is_as_wide_as_theory_says() -> None:
    n = 400
    series = autoregressive(0.0, n)

    found = interval(
        series, mean, units(3, 2000 * n).reshape(2000, n), units(4, 2000 * n).reshape(2000, n)
    )

    assert found.high - found.low == pytest.approx(2 * 1.96 / math.sqrt(n), rel=0.15)


def test_a_figure_that_is_never_a_number_is_refused() -> None:
    with pytest.raises(DomainError, match="expected some"):
        interval(
            np.ones(5),
            lambda dealt: dealt[:, 0] * math.nan,
            units(1, 10).reshape(2, 5),
            np.zeros((2, 5)),
        )
