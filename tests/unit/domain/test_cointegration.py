"""Two prices that wander together are told from two that do not, however many are tried."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from graphwiz_trader.domain.cointegration import cointegration, screen
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Float64s
from tests import link


def walk(seed: int, count: int = 400) -> Float64s:
    return np.cumsum(np.random.default_rng(seed).normal(0, 1e-3, count))


def tied(to: Float64s, seed: int, keeps: float = 0.8) -> Float64s:
    """Return 0.7 of *to* and a part that reverts."""
    part, noise = [0.0], np.random.default_rng(seed).normal(0, 1e-3, len(to))
    for step in noise[1:]:
        part.append(keeps * part[-1] + float(step))
    return 0.7 * to + np.array(part)


def test_the_recorded_hour_is_cointegrated_as_statsmodels_says(shared_data: Path) -> None:
    """`coint(y, x, trend='c', maxlag=1, autolag=None)` of statsmodels 0.15.0."""
    logs = []
    for of in (link.BINANCE, link.HUOBI):
        mids = []
        for update in link.updates(shared_data, of):
            ticks = update.rows.ticks
            mids.append((ticks[0] + ticks[10]) * of.tick / 2)
        logs.append(np.log(np.array(mids)))

    found = cointegration(logs[0], logs[1])

    assert found.t == pytest.approx(-23.494913170265665, rel=1e-9)
    assert found.critical == pytest.approx((-3.89948563, -3.33782825, -3.04562865), abs=1e-8)
    assert found.alpha == pytest.approx(-0.01493711, abs=1e-8)
    assert found.beta == pytest.approx(1.00452359, abs=1e-8)
    assert found.p == 0.0


def test_p_values_agree_with_the_critical_values() -> None:
    from graphwiz_trader.domain.cointegration import CRITICAL, _p_value

    told = [_p_value(row[0]) for row in CRITICAL]

    assert told == pytest.approx([0.01, 0.05, 0.10], rel=0.02)


def test_p_values_rise_without_a_jump() -> None:
    from graphwiz_trader.domain.cointegration import _p_value

    told = [_p_value(t) for t in np.arange(-19.0, 1.5, 0.01)]

    assert all(0 <= after - before < 0.01 for before, after in pairwise(told))
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_what_reverts_is_found_and_what_wanders_is_not() -> None:
    x = walk(1)

    together, apart = cointegration(tied(x, 2), x), cointegration(walk(3), x)

    assert together.t < together.critical[0]
    assert together.beta == pytest.approx(0.7, abs=0.1)
    assert together.half_life == pytest.approx(3.1, rel=0.3)
    assert apart.t > apart.critical[2]


def test_of_many_walks_none_is_believed() -> None:
    """Of thirty ordered pairs of six walks one or two pass at 5 % by chance."""
    walks = [walk(seed, 300) for seed in range(10, 16)]

    found = screen(walks)

    assert sum(each.found.p < 0.05 for each in found) > 0
    assert not any(each.is_tradable for each in found)


def test_a_real_pair_is_believed_among_walks_in_both_directions() -> None:
    x = walk(1, 1200)
    series = [x, walk(4, 1200), tied(x, 2)]

    found = screen(series)

    assert [(each.y, each.x) for each in found if each.is_tradable] == [(0, 2), (2, 0)]


def test_a_pair_whose_half_life_changes_is_significant_and_not_tradable() -> None:
    x = walk(1, 1200)
    y = np.concatenate([tied(x[:600], 2, 0.2), tied(x[600:], 3, 0.95)])

    (found,) = [each for each in screen([y, x]) if each.y == 0]

    assert (found.is_significant, found.is_stable) == (True, False)


@pytest.mark.parametrize(
    ("y", "x", "told"),
    [
        (walk(1, 12), walk(2, 12), "found 12 and 12 samples, expected 13"),
        (walk(1, 20), walk(2, 19), "found 20 and 19"),
        (walk(1, 20), np.ones(20), "does not vary"),
    ],
)
def test_series_that_say_nothing_are_refused(y: Float64s, x: Float64s, told: str) -> None:
    with pytest.raises(DomainError, match=told):
        cointegration(y, x)
