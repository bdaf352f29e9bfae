"""A recording tells the numbers of market making."""

from math import exp

import numpy as np
import pytest

from graphwiz_trader.application.calibrate import calibrate
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import MarketEvent, Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, Lots, Nanos, Ticks
from graphwiz_trader.testing import make
from graphwiz_trader.testing.tape import make_tape

BTC = make.instrument("BTC/USDT@alpha", tick="0.1", lot="0.001")


def book(mid: int, ts: int) -> MarketEvent:
    """Show one lot of 0.001 a tick below and above *mid* ticks."""
    bids, asks = ([(str(BTC.price(mid + off)), "1")] for off in (-1, 1))
    return make.book_update(BTC, bids, asks, ts)


def trade(side: Side, ticks: int, ts: int) -> Trade:
    return Trade(Nanos(ts), Nanos(ts), BTC.id, side, Ticks(ticks), Lots(1))


def test_volatility_of_a_walk_and_the_decay_of_its_orders_are_found() -> None:
    rng, mid, logs = np.random.default_rng(6), 100_000, np.log(100_000.0)
    events: list[MarketEvent] = []
    for i in range(3000):
        ts = make.START + i * 100 * MILLISECOND
        logs += rng.normal(0, 1e-4 * np.sqrt(0.1))
        mid = round(exp(logs))
        events.append(book(mid, ts))
        away = round(rng.exponential(20.0))  # ticks of 0.1 bps: k is 0.5 a bps
        events.append(trade(Side.BUY, mid + away, ts + 1))

    found = calibrate(make_tape("made", [BTC], events), BTC)

    assert found.sigma_bps[1000] == pytest.approx(1.0, rel=0.15)
    assert found.two_scale_bps == pytest.approx(1.0, rel=0.25)
    assert found.orders == 3000
    assert found.fills is not None
    assert found.fills.rate == pytest.approx(10.0, rel=0.1)
    assert found.fills.decay == pytest.approx(0.5, rel=0.1)


def test_prints_of_one_order_count_once_by_their_deepest_and_bounce_is_no_volatility() -> None:
    events: list[MarketEvent] = []
    for i in range(300):
        ts = make.START + i * 100 * MILLISECOND
        events.append(book(10_000, ts))
        side = Side.BUY if i % 2 else Side.SELL
        events += [trade(side, 10_000 + int(side) * (1 + deep), ts + 1) for deep in range(5)]

    found = calibrate(make_tape("made", [BTC], events), BTC)

    assert found.orders == 300
    assert set(found.sigma_bps.values()) == {0.0}
    assert found.fills is None


def test_too_short_a_recording_is_refused() -> None:
    events = [book(10_000, make.START + i * 100 * MILLISECOND) for i in range(100)]

    with pytest.raises(DataError, match=r"quoted for 9\.9 s"):
        calibrate(make_tape("made", [BTC], events), BTC)
