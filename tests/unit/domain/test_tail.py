"""Historical VaR and ES against the table of strategies.md §8."""

from fractions import Fraction

import pytest

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.tail import historical_es, historical_var

PROFITS = (
    (-3.2, 1.1, 0.4, -1.5, 2.2, -0.7, 0.9, -2.1, 1.6, 0.3),
    (-0.4, 0.8, -1.1, 1.9, -4.0, 0.6, 1.2, -0.2, 0.5, -0.9),
)
LOSSES = [-profit for row in PROFITS for profit in row]


@pytest.mark.parametrize(
    ("level", "var", "es"),
    [
        ("0.90", 2.1, 3.6),
        ("0.93", 3.2, 3.771428571428571),
        ("0.95", 3.2, 4.0),
        ("0.99", 4.0, 4.0),
    ],
)
def test_tail_of_twenty_results(level: str, var: float, es: float) -> None:
    share = Fraction(level)

    assert historical_var(LOSSES, share) == var
    assert historical_es(LOSSES, share) == pytest.approx(es, rel=1e-12)


def test_a_single_result_is_its_own_tail() -> None:
    assert historical_var([5.0], Fraction("0.95")) == 5.0
    assert historical_es([5.0], Fraction("0.95")) == 5.0


@pytest.mark.parametrize("level", [Fraction(0), Fraction(1), Fraction(3, 2)])
def test_a_level_is_a_share(level: Fraction) -> None:
    with pytest.raises(DomainError, match="not between 0 and 1"):
        historical_var(LOSSES, level)


def test_no_results_have_no_tail() -> None:
    with pytest.raises(DomainError, match="no losses"):
        historical_es([], Fraction("0.95"))
