"""How much two prices move together, and which moves first."""

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from graphwiz_trader.domain.co_movement import Observed, co_movement, correlation, covariance
from graphwiz_trader.domain.units import SECOND, Nanos

X = Observed(np.array([0, 2, 5, 7]), np.array([0.0, 1.0, 3.0, 2.0]))
Y = Observed(np.array([0, 1, 4, 6, 7]), np.array([0.0, 0.5, 1.5, 2.5, 2.0]))


def slow(x: Observed, y: Observed, lag: int) -> float:
    """Hayashi & Yoshida's double sum, as it is written."""
    total = 0.0
    for i in range(1, len(x.ts)):
        for j in range(1, len(y.ts)):
            if max(x.ts[i - 1], y.ts[j - 1] - lag) < min(x.ts[i], y.ts[j] - lag):
                moves = x.log_price[i] - x.log_price[i - 1], y.log_price[j] - y.log_price[j - 1]
                total += moves[0] * moves[1]
    return total


def test_the_correlation_is_neither_resampled_nor_clipped() -> None:
    """The oracle of the strategies reference, §9."""
    assert covariance(X, Y) == pytest.approx(5.0)
    assert correlation(X, Y) == pytest.approx(1.2909944487, abs=1e-10)


def test_the_sum_is_the_double_sum_at_every_lag() -> None:
    chance = np.random.default_rng(7)
    for _ in range(20):
        x, y = (
            Observed(np.sort(chance.choice(200, n, replace=False)), chance.normal(size=n))
            for n in (30, 25)
        )
        for lag in (-17, 0, 5, 300):
            assert covariance(x, y, lag) == pytest.approx(slow(x, y, lag), abs=1e-9)


def test_a_price_that_never_moves_goes_with_nothing() -> None:
    flat = Observed(X.ts, np.zeros(4))

    assert correlation(X, flat) == 0.0
    assert correlation(X, Observed(X.ts[:1], X.log_price[:1])) == 0.0


def test_one_that_follows_has_a_positive_lag() -> None:
    chance = np.random.default_rng(7)
    ts = np.arange(500) * SECOND
    path = np.cumsum(chance.normal(size=500))

    found = co_movement(Observed(ts, path), Observed(ts + 3 * SECOND, path), SECOND, 10)

    assert (found.lag, found.rho) == (3 * SECOND, pytest.approx(1.0))
    assert found.llr > 2.0


def last_of_each_second(path: Path) -> Observed:
    prices: dict[int, float] = {}
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
            prices[int(at.timestamp())] = float(row["last"])
    seconds = sorted(prices)
    return Observed(
        np.array(seconds) * SECOND, np.log(np.array([prices[second] for second in seconds]))
    )


def test_bitflyer_leads_btcbox_by_fifteen_seconds(shared_data: Path) -> None:
    """The oracle of the strategies reference, §9, on recorded trades."""
    folder = shared_data / "btcjpy_bitflyer_btcbox_trades"
    leader = last_of_each_second(folder / "bitflyerJPY_2018-08-12_small.csv.gz")
    follower = last_of_each_second(folder / "btcboxJPY_2018-08-12_small.csv.gz")

    found = co_movement(leader, follower, SECOND, 60)

    assert found.lag == Nanos(15 * SECOND)
    assert found.rho == pytest.approx(0.1491879782, abs=1e-9)
    assert found.rho_now == pytest.approx(0.0296820118, abs=1e-9)
    assert found.llr == pytest.approx(14.4869, abs=1e-4)
