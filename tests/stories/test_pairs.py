"""A pair is traded over tapes, from YAML to the report, and replays alike."""

from math import exp, pi, sin

import numpy as np
import pytest

from graphwiz_trader.application.backtest import Backtested
from graphwiz_trader.domain.facts import FillBooked
from graphwiz_trader.domain.units import MILLISECOND
from graphwiz_trader.testing import make
from tests.stories.wiring import Desk

ETH = make.instrument("ETH/USDT@alpha", "0.001", "0.01")
BTC = make.instrument("BTC/USDT@alpha", "0.001", "0.001")
PAIRS = "hft.strategies.pairs_arbitrage"
KEYS = (
    f'{PAIRS}.instruments=["{ETH.id}", "{BTC.id}"]',
    f"{PAIRS}.lookback=240",
    f"{PAIRS}.z_threshold=1.3",
    "backtest.latency_ms=10",
    "hft.risk.max_position_size=100",
    "hft.risk.max_exposure=1000000",
)


@pytest.fixture(scope="module")
def desk() -> Desk:
    """ETH follows 0.8 of BTC, but for a spread of 40 bps that swings in 80 seconds."""
    desk, chance, walk = Desk(), np.random.default_rng(2), 0.0
    events = []
    for second in range(1500):
        walk += float(chance.normal(0, 2e-3))
        spread = 0.004 * sin(2 * pi * second / 80)
        for of, level in ((BTC, 1000 * exp(walk)), (ETH, 100 * exp(0.8 * walk + spread))):
            mid = round(level / of.tick)
            bids, asks = ([(str(of.price(mid + off)), "100")] for off in (-1, 1))
            later = 400 if of is BTC else 401
            ts = make.START + (second * 1000 + later) * MILLISECOND
            events.append(make.book_update(of, bids, asks, ts))
    desk.record("pair.tape", [BTC, ETH], events)
    return desk


def trades(desk: Desk, fee_bps: int) -> tuple[Backtested, list[FillBooked]]:
    done = desk.backtest(["pair.tape"], *KEYS, f"backtest.fee_bps={fee_bps}")
    return done, [f for f in desk.facts(done.run, FillBooked) if isinstance(f, FillBooked)]


def test_a_spread_that_swings_beyond_its_costs_is_traded_both_ways_and_closed(desk: Desk) -> None:
    done, fills = trades(desk, fee_bps=1)

    sides = {of.id: [int(f.side) for f in fills if f.instrument == of.id] for of in (ETH, BTC)}
    assert len(sides[ETH.id]) >= 8
    assert {-1, 1} == set(sides[ETH.id]) == set(sides[BTC.id])
    assert float(done.simulated.report.pnl.net) > 0


def test_at_usual_fees_the_same_spread_is_left_alone(desk: Desk) -> None:
    _, fills = trades(desk, fee_bps=20)

    assert fills == []


def test_it_replays_to_the_same_digest(desk: Desk) -> None:
    done, _ = trades(desk, fee_bps=1)

    assert desk.replay(done.run).is_identical
