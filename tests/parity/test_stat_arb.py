"""Statistical arbitrage takes and leaves the same by the compiled loop and the live engine."""

import os
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from graphwiz_trader.application.backtest import Backtested
from graphwiz_trader.domain.instrument import Kind
from graphwiz_trader.testing import make
from tests.link import BINANCE, HUOBI, link_tape
from tests.parity.versus import OTHER, SPOT, are_the_same, market
from tests.stories.wiring import STATISTICAL

LONG = float(os.environ.get("GRAPHWIZ_LONG", "1.0"))
PERPETUAL = make.instrument("BTC/USDT:USDT@alpha", "0.1", "0.001", kind=Kind.LINEAR)
COARSE = make.instrument("BTC/USDT@alpha", "0.1", "0.001", min_qty=4, min_notional="600")


@pytest.mark.parametrize("seed", [1, 8, 11, 18, 23])
def test_statistical_arbitrage_is_the_same_compiled(seed: int) -> None:
    compare(seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 100 + max(1, int(200 * LONG))))
def test_statistical_arbitrage_is_the_same_compiled_at_length(seed: int) -> None:
    compare(seed)


def test_the_seeded_runs_open_close_and_are_refused() -> None:
    done = [compare(seed) for seed in (2, 3, 5, 24)]

    assert sum(each.simulated.fills for each in done) > 50
    assert sum(each.simulated.report.trades.record.count for each in done) > 20
    refused = {reason for each in done for reason in each.simulated.report.denials}
    assert refused >= {"EXPOSURE", "MIN_NOTIONAL", "BELOW_MIN"}


def test_the_recorded_hour_of_two_venues_is_the_same_compiled(shared_data: Path) -> None:
    tapes = [link_tape(shared_data, instrument) for instrument in (BINANCE, HUOBI)]
    losses = ("hft.risk.circuit_breaker_threshold=-1", "hft.risk.max_drawdown_pct=100")

    done = are_the_same(tapes, (f"{STATISTICAL}.cost_gate=false", *losses))

    assert done.simulated.fills > 100


def compare(seed: int) -> Backtested:
    """Run one seeded market and configuration by both engines, and compare everything."""
    chance = Random(seed)
    tapes = [market(seed, chance.choice([SPOT, PERPETUAL, COARSE]))]
    if chance.random() < 0.4:
        tapes.append(market(seed + 1_000, OTHER))
    return are_the_same(tapes, trading(chance))


def trading(chance: Random) -> Sequence[str]:
    """Return a rule that trades often, and limits that often bind."""
    pick = chance.choice
    return (
        f"{STATISTICAL}.lookback={pick([5, 12, 40])}",
        f"{STATISTICAL}.z_threshold={pick([1.1, 1.3, 1.6])}",
        f"{STATISTICAL}.z_exit={pick([0.0, 0.3, 1.0])}",
        f"{STATISTICAL}.z_stop={pick(['null', 2.0, 3.0])}",
        f"{STATISTICAL}.stop_bps={pick(['null', 0.5, 5])}",
        f"{STATISTICAL}.max_hold={pick(['null', 3, 10])}",
        f"{STATISTICAL}.sample={pick(['update', 'change'])}",
        f"{STATISTICAL}.grid_ms={pick(['null', 'null', 15, 60])}",
        f"{STATISTICAL}.include_current={pick(['true', 'false'])}",
        f"{STATISTICAL}.ddof={pick([0, 1])}",
        f"{STATISTICAL}.cost_gate={pick(['true', 'false', 'false', 'false'])}",
        f"{STATISTICAL}.participation={pick([0.01, 0.1, 2.0])}",
        f"{STATISTICAL}.max_position_size={pick(['0.05', '0.2', '1'])}",
        f"{STATISTICAL}.min_profit_bps={pick([0.0, 0.01])}",
        f"hft.risk.max_orders_per_second={pick([10, 4000])}",
        f"hft.risk.max_exposure={pick([10_000, 1_000_000])}",
        f"hft.risk.max_identical_orders_per_second={pick([3, 1000])}",
        f"hft.risk.max_order_to_trade={pick([2, 100, 100])}",
        f"hft.risk.max_order_notional={pick([2000, 'null', 'null'])}",
        "hft.risk.circuit_breaker_threshold=-1",
        "hft.risk.max_drawdown_pct=100",
        f"backtest.latency_ms={pick([0, 1, 5, 50])}",
        f"backtest.fee_bps={pick([-0.5, 0, 0.02])}",
        f"backtest.queue={pick(['risk_averse', 'log'])}",
    )
