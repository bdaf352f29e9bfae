"""The filter's numbers are found again where they are known."""

import numpy as np
import pytest

from graphwiz_trader.domain.filter_fit import filter_fit, log_likelihood

RNG = np.random.default_rng(9)
X = np.cumsum(RNG.normal(0, 1e-3, 600))


def test_noise_about_a_ratio_that_stands_is_measured() -> None:
    y = 0.7 * X + RNG.normal(0, 1e-3, 600)

    found = filter_fit(y, X)

    assert found.noise == pytest.approx(1e-6, rel=0.5)
    assert found.delta < 1e-9


def test_an_intercept_that_wanders_is_measured() -> None:
    y = 0.7 * X + np.cumsum(RNG.normal(0, 1e-4, 600)) + RNG.normal(0, 1e-4, 600)

    found = filter_fit(y, X)

    assert 0.2e-8 < found.delta < 5e-8
    assert found.noise == pytest.approx(1e-8, rel=2.0)


def test_no_other_numbers_are_more_likely() -> None:
    y = 0.7 * X + RNG.normal(0, 1e-3, 600)

    found = filter_fit(y, X)

    best = log_likelihood(y, X, found.delta, found.noise)
    for delta, noise in ((1e-6, found.noise), (found.delta, 1e-5), (1e-3, 1e-3)):
        assert log_likelihood(y, X, delta, noise) < best
