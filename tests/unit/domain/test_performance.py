"""Performance of an equity curve."""

import numpy as np
import pytest

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.performance import calmar, growth_a_year, performance, sortino
from graphwiz_trader.domain.units import DAY, Float64s, Nanos

TEN = np.array([0.01, -0.005, 0.007, 0.002, -0.012, 0.009, 0.004, -0.003, 0.006, 0.001])


def curve(repeats: int = 1) -> Float64s:
    return np.cumprod(np.concatenate((np.array([1000.0]), np.tile(1.0 + TEN, repeats))))


def test_ten_days() -> None:
    found = performance(curve(), DAY, 0.012)

    assert found.periods == 10
    assert found.total_return == pytest.approx(0.0189448690927514, rel=1e-9)
    assert found.sharpe == pytest.approx(0.2752306733002288, rel=1e-9)
    assert found.sortino == pytest.approx(0.45034318998297834, rel=1e-9)
    assert found.probabilistic_sharpe == pytest.approx(0.771748731524558, rel=1e-9)


def test_ten_days_are_not_annualised() -> None:
    assert performance(curve(), DAY, 0.012).annual is None


def test_thirty_days_are_annualised() -> None:
    found = performance(curve(3), DAY, 0.012)

    assert found.annual is not None
    assert found.sharpe is not None
    assert found.volatility is not None
    assert found.annual.sharpe == pytest.approx(found.sharpe * 365**0.5)
    assert found.annual.volatility == pytest.approx(found.volatility * 365**0.5)
    assert found.annual.calmar is not None
    assert found.annual.sharpe_lo != pytest.approx(found.annual.sharpe)


def test_thirty_hours_are_not_annualised() -> None:
    assert performance(curve(3), Nanos(DAY // 24), 0.012).annual is None


def test_calmar_of_ten_days_is_refused() -> None:
    growth = 1.0189448690927514

    assert calmar(growth, 10, 0.012) is None
    assert growth_a_year(growth, 10) / 0.012 == pytest.approx(81.98, abs=0.005)
    assert calmar(growth, 30, 0.012) == pytest.approx(growth_a_year(growth, 30) / 0.012)
    assert calmar(growth, 30, 0.0) is None


def test_sortino_counts_every_period() -> None:
    assert np.sqrt(np.mean(np.minimum(TEN, 0.0) ** 2)) == pytest.approx(0.004219004621945798)
    assert sortino(TEN) == pytest.approx(0.45034318998297834, rel=1e-9)
    assert sortino(np.array([0.1, 0.2])) is None


def test_tail_is_a_fraction_of_equity() -> None:
    found = performance(curve(), DAY, 0.012)

    assert [tail.level_pct for tail in found.tail] == [95, 99]
    assert found.tail[0].var == pytest.approx(0.012)


def test_a_flat_curve_has_no_ratios() -> None:
    found = performance(np.array([5.0, 5.0, 5.0]), DAY, 0.012)

    assert found.sharpe is None
    assert found.sortino is None
    assert found.total_return == 0.0


def test_a_curve_without_periods_claims_nothing() -> None:
    found = performance(np.array([5.0]), DAY, 0.012)

    assert found.periods == 0
    assert found.mean is None
    assert found.tail == ()


def test_lost_capital_has_no_returns() -> None:
    with pytest.raises(DomainError, match="above 0"):
        performance(np.array([5.0, 0.0]), DAY, 0.012)
