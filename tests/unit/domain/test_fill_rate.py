"""The rate of orders falls with the distance they reach."""

import numpy as np
import pytest

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.fill_rate import fill_rate, fit_decay


def test_an_exponential_is_found_again() -> None:
    at = np.array([0.5, 1.5, 2.5, 3.5])

    found = fit_decay(at, 3 * np.exp(-0.7 * at), np.array([9.0, 5.0, 2.0, 1.0]))

    assert (found.rate, found.decay) == (pytest.approx(3.0), pytest.approx(0.7))


def test_orders_that_reach_exponentially_far_tell_rate_and_decay() -> None:
    deepest = np.random.default_rng(4).exponential(1 / 0.7, 30_000)

    found = fill_rate(deepest, 10_000.0)

    assert found.rate == pytest.approx(3.0, rel=0.03)
    assert found.decay == pytest.approx(0.7, rel=0.03)


@pytest.mark.parametrize("deepest", [np.ones(99), np.zeros(500)])
def test_orders_that_tell_nothing_are_refused(deepest: "np.ndarray") -> None:
    with pytest.raises(DomainError, match=f"found {len(deepest)} orders"):
        fill_rate(deepest, 1.0)
