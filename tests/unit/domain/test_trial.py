"""The best of a sweep is ranked, and doubted as much as it should be."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.trial import Trial, ranked, score, verdict
from graphwiz_trader.simulation.chance import Chance


def trial(number: int, *returns: float, net: str = "0", error: str = "") -> Trial:
    return Trial(number, {}, Decimal(net), returns=returns, error=error)


def worthless(count: int, periods: int = 250, seed: int = 5) -> list[Trial]:
    chance = Chance(seed)
    return [trial(n, *(chance.normal() for _ in range(periods))) for n in range(count)]


def test_the_best_comes_first_and_failures_last() -> None:
    trials = [
        trial(0, 0.1, -0.1, net="5"),
        trial(1, error="broken", net="99"),
        trial(2, 0.2, 0.1, net="1"),
    ]

    assert [t.number for t in ranked(trials, "sharpe")] == [2, 0, 1]
    assert [t.number for t in ranked(trials, "net")] == [0, 2, 1]


def test_of_equals_the_earliest_is_first() -> None:
    assert [t.number for t in ranked([trial(4), trial(1)], "net")] == [1, 4]


def test_a_trial_that_never_moved_has_no_ratio() -> None:
    assert trial(0, 0.0, 0.0).sharpe is None
    assert score(trial(0, 0.0, 0.0), "sharpe") == float("-inf")


def test_the_best_of_a_hundred_worthless_trials_is_not_believed() -> None:
    trials = worthless(100)

    found = verdict(ranked(trials, "sharpe")[0], trials, 100)

    assert found.deflated_sharpe is not None
    assert found.deflated_sharpe < 0.95
    assert found.overfitting is not None
    assert found.overfitting > 0.2


def test_trials_that_were_run_before_count_against_it() -> None:
    trials = worthless(20)
    best = ranked(trials, "sharpe")[0]

    few, many = (verdict(best, trials, ever).deflated_sharpe for ever in (20, 2_000))

    assert few is not None
    assert many is not None
    assert many < few


def test_merit_is_found() -> None:
    trials = worthless(20, periods=2_000)
    real = trial(99, *(r + 0.3 for r in trials[3].returns))

    found = verdict(real, [*trials, real], 21)

    assert found.deflated_sharpe == pytest.approx(1.0, abs=1e-6)
    assert found.overfitting == 0.0


def test_too_little_allows_no_answer() -> None:
    alone = trial(0, 0.1, 0.2, 0.3)

    found = verdict(alone, [alone, trial(1, error="broken")], 2)

    assert (found.deflated_sharpe, found.overfitting) == (None, None)
