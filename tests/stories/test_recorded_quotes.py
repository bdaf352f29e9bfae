"""What best quotes of 2024-08-08 say of volatility, order flow and imbalance (data)."""

import gzip
import json
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from graphwiz_trader.domain.realised import realised_volatility, two_scale_volatility
from graphwiz_trader.domain.units import Float64s, Int64s
from graphwiz_trader.kernels.fair import order_flow

SECOND = 1_000_000_000
LOTS = 100_000


class Quotes(NamedTuple):
    """Best quotes by receipt, in ticks and lots; mids in ticks."""

    ts: Int64s
    bid: Int64s
    bids: Int64s
    ask: Int64s
    asks: Int64s

    @property
    def mid(self) -> Float64s:
        return (self.bid + self.ask) / 2

    def held(self, x: Float64s, step_ns: int) -> Float64s:
        """The value of *x* that held at each point of a grid from the first quote on."""
        points = np.arange(self.ts[0], self.ts[-1] + 1, step_ns)
        return x[np.searchsorted(self.ts, points, "right") - 1]


@cache
def _quotes(path: Path, ticks: int) -> Quotes:
    """Read the quotes of a recording whose prices are of 1/*ticks*."""
    rows = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            received, _, text = line.partition(" ")
            if "bookTicker" in text[:80]:
                told = json.loads(text)["data"]
                rows.append([int(received), *(float(told[key]) for key in "bBaA")])
    columns = np.array([row[1:] for row in rows]).T
    scales = (ticks, LOTS, ticks, LOTS)
    whole = (np.rint(x * scale).astype(np.int64) for x, scale in zip(columns, scales, strict=True))
    return Quotes(np.array([row[0] for row in rows], np.int64), *whole)


@pytest.fixture(scope="session")
def quotes(shared_data: Path) -> Callable[[str], Quotes]:
    ticks = {"usdm/btcusdt": 10, "spot/btcusdt": 100, "spot/ethusdt": 100}
    folder = shared_data / "binance_raw_ws"
    return lambda name: _quotes(folder / f"{name}_20240808.gz", ticks[name])


@pytest.mark.parametrize(
    ("step_s", "sigma"), [(0.1, 81.20), (1.0, 86.19), (5.0, 70.67), (10.0, 74.38)]
)
def test_volatility_of_mids_on_a_grid(
    quotes: Callable[[str], Quotes], step_s: float, sigma: float
) -> None:
    seen = quotes("usdm/btcusdt")

    mids = seen.held(seen.mid, int(step_s * SECOND))

    assert realised_volatility(mids, step_s) == pytest.approx(sigma, abs=0.005)


def test_two_scales_take_the_noise_of_the_finest_grid_off(
    quotes: Callable[[str], Quotes],
) -> None:
    seen = quotes("usdm/btcusdt")

    mids = seen.held(seen.mid, SECOND // 100)

    assert two_scale_volatility(mids, 500, 0.01) == pytest.approx(72.31, rel=5e-4)
    assert realised_volatility(mids, 0.01) == pytest.approx(78.27, rel=0.01)


@pytest.mark.parametrize(
    ("name", "one", "ten"),
    [("spot/btcusdt", 0.33, 0.39), ("usdm/btcusdt", 0.38, 0.52), ("spot/ethusdt", 0.71, 0.83)],
)
def test_order_flow_explains_the_move_of_its_own_interval_and_not_of_the_next(
    quotes: Callable[[str], Quotes], name: str, one: float, ten: float
) -> None:
    seen = quotes(name)
    rows = list(zip(*(column.tolist() for column in seen[1:]), strict=True))
    flow = [0.0, *(order_flow(*before, *now) for before, now in pairwise(rows))]
    total = np.cumsum(flow)

    for step_s, explained in ((1, one), (10, ten)):
        flows = np.diff(seen.held(total, step_s * SECOND))
        moves = np.diff(seen.held(seen.mid, step_s * SECOND))
        assert np.corrcoef(flows, moves)[0, 1] ** 2 == pytest.approx(explained, abs=0.005)
        assert abs(np.corrcoef(flows[:-1], moves[1:])[0, 1]) < 0.16


def test_imbalance_leans_the_way_the_mid_moves_within_a_second(
    quotes: Callable[[str], Quotes],
) -> None:
    seen = quotes("spot/ethusdt")
    share = seen.bids / (seen.bids + seen.asks)
    later = np.searchsorted(seen.ts, seen.ts + SECOND, "right") - 1
    is_known = seen.ts + SECOND <= seen.ts[-1]
    moves = (seen.mid[later] - seen.mid)[is_known]
    fifth = np.minimum((share[is_known] * 5).astype(int), 4)

    means = [float(moves[fifth == number].mean()) for number in range(5)]

    assert means == pytest.approx([-14.9, -3.0, 2.0, 6.5, 18.2], abs=0.05)
