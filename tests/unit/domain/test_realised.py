"""Volatility comes from mids, and noise is taken out of it."""

from math import sqrt

import numpy as np
import pytest

from graphwiz_trader.domain.realised import (
    realised_volatility,
    two_scale_variance,
    two_scale_volatility,
)


def test_the_two_scale_variance_by_hand_is_negative_and_floored() -> None:
    x = np.array([0.0, 1, 0, 2, 1, 3])

    assert two_scale_variance(x, 2) == pytest.approx(-4.833333333)
    assert two_scale_volatility(x, 2, 1.0) == 0.0


def test_noise_inflates_the_plain_estimate_and_not_the_other() -> None:
    rng = np.random.default_rng(2)
    walk = np.cumsum(rng.normal(0, 0.1, 100_000))
    noisy = walk + rng.normal(0, 0.5, 100_000)

    plain, corrected = realised_volatility(noisy, 0.01), two_scale_volatility(noisy, 200, 0.01)

    assert plain > 5.0
    assert corrected == pytest.approx(1.0, rel=0.1)


def test_the_unit_is_a_root_of_a_second() -> None:
    assert realised_volatility(np.array([0.0, 1.0, 0.0]), 0.25) == pytest.approx(sqrt(4.0))
