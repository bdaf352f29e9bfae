"""The probability of backtest overfitting, by hand and where the answer is known."""

import numpy as np
import pytest

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.overfitting import overfitting
from graphwiz_trader.domain.units import Float64s
from graphwiz_trader.simulation.chance import Chance

BY_HAND = np.array(
    [
        [0.1, 0.0, 0.2, 0.05],
        [0.2, 0.1, -0.1, 0.1],
        [0.0, 0.3, 0.1, -0.1],
        [0.1, -0.2, 0.0, 0.2],
        [0.3, 0.1, 0.1, 0.0],
        [-0.1, 0.2, 0.3, 0.1],
        [0.2, 0.0, -0.2, 0.1],
        [0.0, 0.1, 0.2, -0.05],
    ]
)


def noise(seed: int, periods: int = 128, trials: int = 20) -> Float64s:
    chance = Chance(seed)
    return np.array([[chance.normal() for _ in range(trials)] for _ in range(periods)])


def test_the_case_by_hand() -> None:
    found = overfitting(BY_HAND, 4)

    assert sorted(found.logits) == pytest.approx(
        sorted([0.405465, 0.405465, -0.405465, -1.386294, -0.405465, -1.386294]), abs=1e-6
    )
    assert found.probability == pytest.approx(2 / 3)


def test_the_best_of_noise_is_as_likely_below_the_median_as_above() -> None:
    found = [overfitting(noise(seed), 8).probability for seed in range(40)]

    assert np.mean(found) == pytest.approx(0.5, abs=0.08)


def test_a_trial_that_truly_earns_is_found_again() -> None:
    returns = noise(3, periods=2_000)
    returns[:, 4] += 0.3

    assert overfitting(returns, 8).probability == 0.0


def test_equal_trials_share_their_rank() -> None:
    returns = np.repeat(noise(1, trials=1), 3, axis=1)

    assert set(overfitting(returns, 4).logits) == {0.0}


def test_a_trial_that_never_moves_is_worth_nothing() -> None:
    returns = noise(2, trials=2)
    returns[:, 0] = 0.0
    returns[:, 1] -= 9.0

    assert overfitting(returns, 4).probability == 0.0


def test_rows_that_fill_no_block_are_the_oldest() -> None:
    returns = noise(5, periods=33)

    assert overfitting(returns, 4).logits == overfitting(returns[1:], 4).logits


@pytest.mark.parametrize(("shape", "blocks"), [((8, 1), 4), ((8, 3), 3), ((7, 3), 4), ((9, 3), 0)])
def test_what_cannot_be_split_is_refused(shape: tuple[int, int], blocks: int) -> None:
    with pytest.raises(DomainError, match="expected at least 2 trials and an even number"):
        overfitting(np.zeros(shape), blocks)
