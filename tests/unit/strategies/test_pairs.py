"""Pairs trades what one price leaves unexplained of another, both legs at once, and never more."""

from decimal import Decimal
from math import exp, pi, sin
from pathlib import Path

import numpy as np
import pytest

from graphwiz_trader.domain.commands import SetTimer, SubmitOrder
from graphwiz_trader.domain.errors import ConfigError
from graphwiz_trader.domain.events import BookGap, TimerFired
from graphwiz_trader.domain.facts import Outcome, SignalApproved, SignalRefused
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.orders import ExecType
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Reason, Signal, SignalKind
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, StrategyId
from graphwiz_trader.strategies.pairs import Pairs, PairsConfig
from graphwiz_trader.testing import make
from tests import link

ETH = make.instrument("ETH/USDT@alpha", "0.001", "0.01")
BTC = make.instrument("BTC/USDT@alpha", "0.001", "0.001")
THERE = make.instrument("ETH/USDT@beta", "0.001", "0.015")
LEVEL_BTC, LEVEL_ETH = 1000.0, 100.0


WAVE = [0.003 * sin(2 * pi * (step - 55) / 24) for step in range(60)]
"""Log spreads that revert in some twenty samples, and end rising."""


class Pit:
    """An engine with the strategy in it, shown both mids at every second of the grid."""

    def __init__(
        self,
        *instruments: Instrument,
        charged: str = "1",
        limit: str = "1000",
        latency_ms: int = 0,
        depth: str = "100",
        **config: object,
    ) -> None:
        self.a, self.b = instruments or (ETH, BTC)
        settings = {"lookback": 60, "participation": 1.0, "z_stop": None, **config}
        made = PairsConfig(**settings)  # type: ignore[arg-type] # a test names its own keys
        self.strategy = Pairs(StrategyId("p"), made, (self.a, self.b), SECOND)
        risk = RiskSettings(
            max_position_size=Decimal(limit),
            max_exposure=Decimal(10**9),
            price_collar_bps=Decimal(5000),
            max_orders_per_second=10**4,
            max_identical_orders_per_second=10**4,
        )
        latency = latency_ms * MILLISECOND
        self.engine = make.engine((self.a, self.b), [self.strategy], risk, charged, latency=latency)
        self.now = Nanos(make.START)
        self._depth = depth
        self._rng = np.random.default_rng(8)
        self._walk = 0.0
        for of in (self.a, self.b):
            for asset, amount in (("USDT", "1e8"), ("BTC", "1e5"), ("ETH", "1e6")):
                self.engine.step(make.balance(of.venue, asset, amount))

    def see(self, spread: float, slope: float = 0.8) -> Outcome:
        """Let a second pass, after which leg a is dear by *spread*."""
        self.now = Nanos(self.now + SECOND)
        self._walk += float(self._rng.normal(0, 5e-3))
        is_same = self.a.base == self.b.base
        price_b = (LEVEL_ETH if is_same else LEVEL_BTC) * exp(self._walk)
        price_a = LEVEL_ETH * exp((1.0 if is_same else slope) * self._walk + spread)
        self._show(self.b, price_b, more=True)
        self._show(self.a, price_a)
        return self.ring()

    def ring(self) -> Outcome:
        """Let the timer of this point of the grid fire."""
        return self.engine.step(TimerFired(self.now, "strategy:p", "grid"))

    def learn(self, sign: int = 1) -> "Pit":
        """Fill the window with a spread that reverts."""
        for spread in WAVE:
            self.see(sign * spread)
        return self

    def fill(self, outcome: Outcome, a: str = "1", b: str = "1") -> None:
        """Fill these shares of the orders in *outcome*, and expire the rest."""
        for order in orders(outcome):
            of, share = (self.a, a) if order.instrument == self.a.id else (self.b, b)
            lots = int(order.order_qty * Decimal(share))
            if lots:
                filled = {"qty": str(of.qty(lots)), "price": str(of.price(order.price))}
                done = make.report(of, order.cl_ord_id, ExecType.TRADE, **filled, ts=self.now)
                self.engine.step(done)
            if lots < order.order_qty:
                self.engine.step(make.report(of, order.cl_ord_id, ExecType.EXPIRED, ts=self.now))

    def own(self, of: Instrument) -> int:
        return self.engine.state.own(self.strategy.id, of.id)

    def _show(self, of: Instrument, price: float, *, more: bool = False) -> Outcome:
        mid = round(price / of.tick)
        bid, ask = (str(of.price(mid + off)) for off in (-1, 1))
        levels = [(bid, self._depth)], [(ask, self._depth)]
        return self.engine.step(make.book_update(of, *levels, self.now, more=more))


def orders(outcome: Outcome) -> list[SubmitOrder]:
    return [c for c in outcome.commands if isinstance(c, SubmitOrder)]


def signals(outcome: Outcome) -> list[Signal]:
    return [f.signal for f in outcome.facts if isinstance(f, SignalApproved | SignalRefused)]


def told(outcome: Outcome) -> dict[str, Side]:
    return {order.instrument: order.side for order in orders(outcome)}


@pytest.mark.parametrize("hedge", ["ols", "tls", "kalman"])
@pytest.mark.parametrize(("spread", "side"), [(0.01, Side.SELL), (-0.01, Side.BUY)])
def test_the_dear_one_is_sold_and_the_other_bought(hedge: str, spread: float, side: Side) -> None:
    pit = Pit(hedge=hedge, kalman_noise=1e-5).learn(-side)

    outcome = pit.see(spread)

    assert told(outcome) == {ETH.id: side, BTC.id: Side(-side)}
    assert [signal.kind for signal in signals(outcome)] == [SignalKind.TAKE]


def test_the_legs_are_worth_the_hedge_ratio() -> None:
    """β is 0.8: 100 ETH near 100 are hedged by 8 BTC near 1000."""
    pit = Pit().learn()

    sold, bought = sorted(orders(pit.see(0.01)), key=lambda order: order.instrument != ETH.id)

    worth = [
        float(of.notional(order.price, order.order_qty))
        for of, order in ((ETH, sold), (BTC, bought))
    ]
    assert worth[1] / worth[0] == pytest.approx(0.8, abs=0.15)
    assert max(sold.order_qty * 0.01, bought.order_qty * 0.001) <= 100


def test_one_asset_at_two_venues_is_hedged_one_for_one_in_lots_of_both() -> None:
    pit = Pit(ETH, THERE, depth="10.11", participation=0.999).learn()

    outcome = pit.see(0.01)

    assert told(outcome) == {ETH.id: Side.SELL, THERE.id: Side.BUY}
    assert [
        (ETH if order.instrument == ETH.id else THERE).qty(order.order_qty)
        for order in orders(outcome)
    ] == [Decimal("10.08"), Decimal("10.08")]


def test_a_spread_that_does_not_pay_four_fees_is_left_alone() -> None:
    cheap, dear = Pit(charged="1").learn(), Pit(charged="100").learn()

    assert len(orders(cheap.see(0.01))) == 2
    assert orders(dear.see(0.01)) == []


def test_slippage_and_the_profit_asked_for_come_on_top() -> None:
    plain = signals(Pit().learn().see(0.01))[0].edge_bps

    slipping = signals(Pit(slippage_bps=3.0).learn().see(0.01))[0].edge_bps
    asked = Pit(min_profit_bps=plain + 1e-6).learn().see(0.01)

    assert plain - slipping == pytest.approx(2 * 3.0 * (1 + 0.8), abs=1.0)
    assert orders(asked) == []


def test_nothing_is_said_before_the_window_is_full() -> None:
    pit = Pit()

    outcomes = [pit.see(float(spread)) for spread in WAVE[:59]]

    assert [orders(outcome) for outcome in outcomes] == [[]] * 59


def test_what_reverts_too_fast_for_the_way_to_the_venue_is_not_traded() -> None:
    """Fifteen samples of a second: five round trips of 2 · 2 s are longer."""
    near, far = Pit(latency_ms=10).learn(), Pit(latency_ms=2000).learn()

    assert len(orders(near.see(0.01))) == 2
    assert orders(far.see(0.01)) == []


def test_a_spread_without_memory_is_not_traded() -> None:
    pit = Pit()
    for spread in np.random.default_rng(1).normal(0, 1e-3, 60):
        pit.see(float(spread))

    assert orders(pit.see(0.01)) == []


def test_both_legs_are_closed_once_the_spread_is_back() -> None:
    pit = Pit().learn()
    pit.fill(pit.see(0.01))
    held = pit.own(ETH), pit.own(BTC)

    back = pit.see(-0.01)
    pit.fill(back)

    assert [signal.kind for signal in signals(back)] == [SignalKind.EXIT]
    assert held[0] < 0 < held[1]
    assert (pit.own(ETH), pit.own(BTC)) == (0, 0)


def test_a_stop_disarms_until_it_is_calm_again() -> None:
    pit = Pit(z_stop=7.5).learn()
    pit.fill(pit.see(0.01))

    stopped = pit.see(0.9)
    pit.fill(stopped)
    again = pit.see(0.9)

    assert "stop" in signals(stopped)[0].reason
    assert orders(again) == []


def test_a_trade_lasts_no_longer_than_its_samples() -> None:
    pit = Pit(max_hold=3).learn()
    pit.fill(pit.see(0.01))

    outcomes = [pit.see(0.03), pit.see(0.04), pit.see(0.05)]

    assert [bool(orders(outcome)) for outcome in outcomes] == [False, False, True]


def test_a_trade_that_costs_more_to_hold_than_it_still_brings_is_closed() -> None:
    free, dear = Pit().learn(), Pit(holding_bps_h=2e4).learn()
    for pit in (free, dear):
        pit.fill(pit.see(0.01))

    assert orders(free.see(0.01)) == []
    assert [signal.kind for signal in signals(dear.see(0.01))] == [SignalKind.EXIT]


def test_a_leg_that_did_not_fill_is_not_chased_but_the_other_cut() -> None:
    pit = Pit().learn()
    pit.fill(pit.see(0.01), b="0")

    outcome = pit.see(0.01)

    assert told(outcome) == {ETH.id: Side.BUY}
    assert "rebalance" in signals(outcome)[0].reason
    pit.fill(outcome)
    assert pit.own(ETH) == 0


def test_a_hedge_within_the_band_is_left_alone() -> None:
    narrow, wide = Pit(rebalance_band=2.0).learn(), Pit(rebalance_band=500.0).learn()
    for pit in (narrow, wide):
        pit.fill(pit.see(0.01), b="0.9")

    assert told(narrow.see(0.01)) == {ETH.id: Side.BUY}
    assert orders(wide.see(0.01)) == []


def test_nothing_more_is_asked_while_a_leg_is_under_way() -> None:
    pit = Pit().learn()
    pit.see(0.01)

    assert orders(pit.see(0.03)) == []


def test_a_book_with_a_gap_or_of_long_ago_is_not_sampled() -> None:
    broken, old = Pit().learn(), Pit(max_age_ms=500).learn()
    broken.engine.step(BookGap(broken.now, BTC.id, "lost"))
    for pit in (broken, old):
        pit.now = Nanos(pit.now + SECOND)
        pit._show(ETH, 150.0)

    assert [orders(pit.ring()) for pit in (broken, old)] == [[], []]


def test_it_asks_to_be_woken_at_each_point_of_the_grid_and_never_twice() -> None:
    pit = Pit(grid_ms=400)
    pit.now = Nanos(make.START + 500 * MILLISECOND)

    first = pit._show(ETH, 100.0)
    second = pit._show(BTC, 1000.0)
    pit.now = Nanos(make.START + 800 * MILLISECOND)
    third = pit.ring()

    timers = [
        [c.at - make.START for c in each.commands if isinstance(c, SetTimer)]
        for each in (first, second, third)
    ]
    assert timers == [[800 * MILLISECOND], [], [1200 * MILLISECOND]]


def test_what_moves_between_two_points_is_no_sample() -> None:
    """A book that was updated before the other is compared with its past only for an instant."""
    pit = Pit().learn()

    outcome = pit._show(ETH, 150.0)

    assert orders(outcome) == []


def test_a_size_of_nothing_is_refused_and_counted() -> None:
    pit = Pit(limit="0.000001").learn()

    refused = [f.refused for f in pit.see(0.01).facts if isinstance(f, SignalRefused)]

    assert [each.reason for each in refused] == [Reason.BELOW_MIN]


@pytest.mark.parametrize(
    ("instruments", "expected"),
    [
        ((ETH,), "an even number"),
        ((ETH, make.instrument("BTC/USDC@alpha")), "one quote asset"),
        ((ETH, make.instrument("BTC/USDT:BTC@alpha", kind=Kind.INVERSE)), "no inverse contract"),
    ],
)
def test_what_is_no_pair_is_refused_by_name(
    instruments: tuple[Instrument, ...], expected: str
) -> None:
    with pytest.raises(ConfigError, match=expected):
        Pairs(StrategyId("p"), PairsConfig(), instruments, SECOND)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"z_exit": 2.0}, "z_exit"),
        ({"z_stop": 1.0}, "z_stop"),
        ({"hedge": "guess"}, "hedge"),
        ({"lookback": 2}, "lookback"),
        ({"kalman_delta": 1.0}, "kalman_delta"),
        ({"kalman_noise": float("nan")}, "kalman_noise"),
    ],
)
def test_settings_outside_their_range_are_refused(keys: dict[str, object], told: str) -> None:
    with pytest.raises((ConfigError, ValueError), match=told):
        PairsConfig(**keys)  # type: ignore[arg-type] # a test names its own keys


def test_the_recorded_spread_reverts_too_fast_to_be_traded(shared_data: Path) -> None:
    """LINK at two venues halves in 1.16 s of samples a second apart: less than three samples."""
    config = PairsConfig(lookback=300, fee_bps=0.0, participation=1.0)
    of = (link.BINANCE, link.HUOBI)
    strategy = Pairs(StrategyId("p"), config, of, SECOND)
    engine = make.engine(of, [strategy], RiskSettings(), "0")
    sent = 0
    updates = (link.updates(shared_data, each) for each in of)
    for there, here in zip(*updates, strict=True):
        engine.step(there)
        engine.step(here)
        sent += len(orders(engine.step(TimerFired(here.ts, "strategy:p", "grid"))))

    assert sent == 0
