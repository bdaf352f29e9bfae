"""Sharpe ratios against published and independently computed figures."""

import math

import numpy as np
import pytest

from graphwiz_trader.domain.sharpe import (
    Moments,
    annual_factor,
    autocorrelation,
    deflated_sharpe,
    luckiest_sharpe,
    moments,
    probabilistic_sharpe,
    track_record_needed,
)

TEN = np.array([0.01, -0.005, 0.007, 0.002, -0.012, 0.009, 0.004, -0.003, 0.006, 0.001])


def exactly(figure: float) -> object:
    return pytest.approx(figure, rel=1e-9)


def sample() -> Moments:
    found = moments(TEN)
    assert found is not None
    return found


def test_moments_of_ten_returns() -> None:
    found = sample()

    assert found.mean == exactly(0.0019)
    assert found.sd == exactly(0.006903300337922112)
    assert found.sharpe == exactly(0.2752306733002288)
    assert found.skew == exactly(-0.7235324632602156)
    assert found.kurtosis == exactly(2.6092404232530297)


def test_idle_days_count_in_the_sharpe_ratio() -> None:
    found = moments(np.array([3.0, 0.0, 5.0, 0.0]))

    assert found is not None
    assert found.sharpe == exactly(0.8164965809277260)


@pytest.mark.parametrize("returns", [[], [0.1], [0.1, 0.1, 0.1]])
def test_no_ratio_without_deviation(returns: list[float]) -> None:
    assert moments(np.array(returns)) is None


def test_a_crypto_year_has_365_days() -> None:
    assert sample().sharpe * annual_factor(365) == exactly(5.258274630212225)


@pytest.mark.parametrize(
    ("rho", "factor"), [(0.1, 17.285882807), (-0.1, 21.115499854), (0.0, math.sqrt(365))]
)
def test_autocorrelation_corrects_the_year(rho: float, factor: float) -> None:
    """Lo 2002: returns that follow one another make a year riskier than it looks."""
    powers = [rho**lag for lag in range(1, 365)]

    assert annual_factor(365, powers) == exactly(factor)


def test_impossible_autocorrelations_give_no_factor() -> None:
    assert math.isnan(annual_factor(4, [-1.0, -1.0, -1.0]))


def test_autocorrelation_of_an_alternating_series_is_negative() -> None:
    assert autocorrelation(np.array([1.0, -1.0, 1.0, -1.0]), 1) == exactly(-0.75)
    assert autocorrelation(np.array([1.0, 1.0]), 1) is None
    assert autocorrelation(np.array([1.0, 2.0]), 2) is None


def test_probability_that_the_ratio_is_above_zero() -> None:
    assert probabilistic_sharpe(sample()) == exactly(0.771748731524558)


def test_length_of_a_track_record_that_proves_it() -> None:
    assert track_record_needed(sample()) == exactly(44.9166981007921)


def test_no_track_record_proves_a_losing_strategy() -> None:
    assert track_record_needed(sample(), benchmark=0.3) == math.inf


@pytest.mark.parametrize(("trials", "dsr"), [(100, 0.9003968344493903), (46, 0.9505017)])
def test_the_published_deflated_sharpe_ratio(trials: int, dsr: float) -> None:
    """Bailey & López de Prado 2014: annual 2.5 over five years of 250 days."""
    sd = math.sqrt(250) / 2.5
    chosen = Moments(n=1250, mean=1.0, sd=sd, skew=-3.0, kurtosis=10.0)

    found = deflated_sharpe(chosen, 0.5 / 250, trials)

    assert found == pytest.approx(dsr, rel=1e-9 if trials == 100 else 1e-7)


def test_the_luckiest_of_a_hundred() -> None:
    assert luckiest_sharpe(0.5 / 250, 100) == exactly(0.11317200186513214)
    assert luckiest_sharpe(0.5 / 250, 1) == 0.0


def test_a_certain_sample_leaves_no_doubt() -> None:
    """Where skew and ratio cancel the ratio's own error, the probability is 0 or 1."""
    certain = Moments(n=9, mean=1.0, sd=1.0, skew=2.0, kurtosis=5.0)

    assert probabilistic_sharpe(certain, 0.5) == 1.0
    assert probabilistic_sharpe(certain, 1.5) == 0.0


def test_the_best_of_a_hundred_tries_on_noise_is_never_believed() -> None:
    """Not deflated by the number of tries, nearly every best of them would be."""
    believed, deflated = 0, []
    for seed in range(60):
        tries = np.random.default_rng(seed).normal(0, 0.01, (100, 250))
        found = [each for row in tries if (each := moments(row)) is not None]
        best = max(found, key=lambda each: each.sharpe)
        spread = float(np.var([each.sharpe for each in found], ddof=1))
        believed += probabilistic_sharpe(best, 0.0) >= 0.95
        deflated.append(probabilistic_sharpe(best, luckiest_sharpe(spread, 100)))

    assert believed >= 0.95 * 60
    assert max(deflated) < 0.95
    assert np.mean(deflated) == pytest.approx(0.488, abs=0.06)
