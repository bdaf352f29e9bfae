"""Statistical arbitrage trades what strays from its own window, once it pays, and never more."""

from decimal import Decimal
from math import log
from statistics import fmean, pstdev

import numpy as np
import pytest

from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.events import Trade
from graphwiz_trader.domain.facts import Outcome, SignalApproved, SignalRefused
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecType, TimeInForce
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Reason, Signal, SignalKind
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.strategies.stat_arb import StatisticalArbitrage
from graphwiz_trader.strategies.stat_arb_rule import StatArbConfig
from graphwiz_trader.testing import make

ALPHA = make.instrument("BTC/USDT@alpha")
BETA = make.instrument("BTC/USDT@beta")
CALM = [100.0, 100.2] * 5
"""Mids of a window of ten that is full and calm."""

WAVE = [100.0, 100.0, 100.2, 100.1, 100.2, 100.0, 100.3, 100.1, 100.3, 100.8]
"""Mids that revert: a deviation halves in 1.4 of them."""


class Pit:
    """An engine with the strategy in it, shown mids one second after the other."""

    def __init__(
        self,
        *instruments: Instrument,
        charged: str = "0",
        limit: str = "10",
        half_spread: str = "0.1",
        depth: str = "100",
        **config: object,
    ) -> None:
        traded = instruments or (ALPHA,)
        settings = {"lookback": 10, "cost_gate": False, "z_stop": None, **config}
        made = StatArbConfig(**settings)  # type: ignore[arg-type] # a test names its own keys
        self.strategy = StatisticalArbitrage(StrategyId("sa"), made, traded, SECOND)
        risk = RiskSettings(
            max_position_size=Decimal(limit),
            max_exposure=Decimal(10**6),
            price_collar_bps=Decimal(5000),
        )
        self.engine = make.engine(traded, [self.strategy], risk, charged)
        self.now = make.START
        self._half = Decimal(half_spread)
        self._depth = depth
        for of in traded:
            self.engine.step(make.balance(of.venue, "USDT", "100000"))
            self.engine.step(make.balance(of.venue, "BTC", "1000"))

    def show(self, mid: float, of: Instrument = ALPHA, *, more: bool = False) -> Outcome:
        """Show a book around *mid*."""
        bid, ask = Decimal(str(mid)) - self._half, Decimal(str(mid)) + self._half
        levels = [(str(bid), self._depth)], [(str(ask), self._depth)]
        return self.engine.step(make.book_update(of, *levels, self.now, more=more))

    def see(self, *mids: float) -> Outcome:
        """Let a second pass for each of *mids*; return what the last led to."""
        for mid in mids:
            self.now = Nanos(self.now + SECOND)
            outcome = self.show(mid)
        return outcome

    def fill(self, outcome: Outcome, share: str = "1") -> SubmitOrder:
        """Fill *share* of the one order in *outcome*, and expire the rest."""
        (order,) = _orders(outcome)
        qty = str(ALPHA.qty(order.order_qty) * Decimal(share))
        price = str(ALPHA.price(order.price))
        for exec_type in (ExecType.TRADE, ExecType.EXPIRED):
            filled = {"qty": qty, "price": price} if exec_type is ExecType.TRADE else {}
            self.engine.step(make.report(ALPHA, order.cl_ord_id, exec_type, **filled, ts=self.now))
        return order


def _orders(outcome: Outcome) -> list[SubmitOrder]:
    return [c for c in outcome.commands if isinstance(c, SubmitOrder)]


def _signals(outcome: Outcome) -> list[Signal]:
    return [f.signal for f in outcome.facts if isinstance(f, SignalApproved | SignalRefused)]


@pytest.mark.parametrize(
    ("mid", "side", "price"), [(101.0, Side.SELL, "100.9"), (99.2, Side.BUY, "99.3")]
)
def test_what_strays_is_traded_back_at_the_touch(mid: float, side: Side, price: str) -> None:
    pit = Pit()

    (order,) = _orders(pit.see(*CALM, mid))

    assert (order.side, order.price) == (side, ALPHA.ticks(price))
    assert (order.time_in_force, order.order_qty) == (TimeInForce.IOC, ALPHA.lots("10"))


def test_nothing_is_said_before_the_window_is_full() -> None:
    pit = Pit()

    assert pit.see(*CALM[:8], 101.0).facts == ()
    assert len(_signals(Pit().see(*CALM[:9], 101.0))) == 1


def test_a_signal_says_how_sure_and_how_strong_it_is() -> None:
    pit = Pit(z_threshold=2.0)
    window = [*CALM[1:], 101.0]
    z = (101.0 - fmean(window)) / pstdev(window)

    (signal,) = _signals(pit.see(*CALM, 101.0))

    assert signal.confidence == 1.0
    assert signal.strength == pytest.approx((z - 2) / 2)
    assert signal.reason == f"z-score {z:.4f}"
    assert signal.expires == pit.now + SECOND


def test_the_first_to_bind_of_limit_and_participation_is_the_size() -> None:
    share = Pit(participation=0.05).see(*CALM, 101.0)
    limit = Pit(participation=1.0, limit="3").see(*CALM, 101.0)

    assert [o.order_qty for o in _orders(share)] == [ALPHA.lots("5")]
    assert [o.order_qty for o in _orders(limit)] == [ALPHA.lots("3")]


def test_what_is_held_elsewhere_counts_against_the_limit() -> None:
    pit = Pit(ALPHA, BETA, limit="3")
    pit.show(100.0, BETA)
    sold = make.order(BETA, Side.SELL, qty="2", strategy="other")
    pit.engine.state.holdings.fill(sold, BETA.ticks("100"), BETA.lots("2"), None, pit.now)

    outcome = pit.see(*CALM, 101.0)

    assert [o.order_qty for o in _orders(outcome)] == [ALPHA.lots("1")]


def test_a_size_of_nothing_is_refused_as_below_the_minimum_and_counted() -> None:
    outcome = Pit(participation=0.1, depth="0.009").see(*CALM, 101.0)

    (refused,) = [f.refused for f in outcome.facts if isinstance(f, SignalRefused)]
    assert (refused.reason, refused.found, refused.limit) == (Reason.BELOW_MIN, "0", "1")


def test_nothing_more_is_asked_while_an_order_is_under_way() -> None:
    pit = Pit()
    pit.see(*CALM, 101.0)

    assert pit.see(101.5).facts == ()


@pytest.mark.parametrize("back", [100.2, 99.0])
def test_a_trade_is_closed_once_back_or_beyond(back: float) -> None:
    """At half a deviation from the mean, or on its other side."""
    pit = Pit()
    pit.fill(pit.see(*CALM, 101.0))

    outcome = pit.see(back)

    (signal,), (order,) = _signals(outcome), _orders(outcome)
    assert signal.kind is SignalKind.EXIT
    assert (order.side, order.order_qty) == (Side.BUY, ALPHA.lots("10"))
    assert order.price == ALPHA.ticks(f"{back + 0.1:.1f}")


def test_turning_round_is_two_signals_close_then_open() -> None:
    pit = Pit()
    pit.fill(pit.see(*CALM, 101.0))

    closing = pit.see(96.0)
    pit.fill(closing)
    opening = pit.see(90.0)

    assert [s.kind for s in (*_signals(closing), *_signals(opening))] == [
        SignalKind.EXIT,
        SignalKind.TAKE,
    ]
    assert [o.side for o in _orders(opening)] == [Side.BUY]


def test_what_an_exit_left_is_closed_next() -> None:
    pit = Pit()
    pit.fill(pit.see(*CALM, 101.0))
    pit.fill(pit.see(100.2), "0.4")

    outcome = pit.see(100.2)

    assert [o.order_qty for o in _orders(outcome)] == [ALPHA.lots("6")]


def test_a_stop_disarms_until_it_is_calm_again() -> None:
    pit = Pit(z_stop=2.5, z_threshold=2.0)
    pit.fill(pit.see(*CALM, 100.6))
    stopped = pit.see(103.0)
    pit.fill(stopped)

    still = pit.see(120.0)
    calm = pit.see(*CALM, 100.1)
    again = pit.see(101.0)

    assert [s.reason.split()[0] for s in _signals(stopped)] == ["stop"]
    assert (still.facts, calm.facts) == ((), ())
    assert [o.side for o in _orders(again)] == [Side.SELL]


def test_a_loss_from_the_entry_price_stops_too() -> None:
    """Sold at 100.9, a stop of 50 bps is 101.41: not at an ask of 101.4, at 101.5."""
    pit = Pit(stop_bps=50.0, z_exit=0.0)
    pit.fill(pit.see(*CALM, 101.0))

    inside = pit.see(101.3)
    beyond = pit.see(101.4)

    assert inside.facts == ()
    assert [s.reason.split()[0] for s in _signals(beyond)] == ["stop"]


def test_a_trade_lasts_no_longer_than_its_samples() -> None:
    pit = Pit(max_hold=3, z_exit=0.0)
    pit.fill(pit.see(*CALM, 101.0))

    waiting = [pit.see(mid).facts for mid in (101.0, 101.1)]
    stopped = pit.see(101.2)

    assert waiting == [(), ()]
    assert [s.reason.split()[0] for s in _signals(stopped)] == ["stop"]


def test_without_a_longest_hold_it_is_the_lookback_where_nothing_reverts() -> None:
    """A ramp has no half-life: ten samples, as the window."""
    pit = Pit(z_exit=0.0, z_threshold=1.4)
    pit.fill(pit.see(*(100.0 + 0.1 * i for i in range(10))))

    stops = [i for i in range(1, 12) if _signals(pit.see(101.0 + i))]

    assert stops[0] == 10


@pytest.mark.parametrize(
    ("mids", "max_hold", "half_life"),
    [([*CALM, 101.0], None, None), (WAVE, None, 1.4), (WAVE, 2, 1.4)],
)
def test_what_does_not_pay_both_fees_the_spread_and_the_profit_asked_for_is_left(
    mids: list[float], max_hold: int | None, half_life: float | None
) -> None:
    """The edge is what reverting to the exit brings within the longest hold."""
    window, now = mids[-10:], mids[-1]
    found = _half_life(window)
    assert found == (None if half_life is None else pytest.approx(half_life, abs=0.1))
    reach = 1.0 if found is None else 1 - 2 ** (-(max_hold or 3 * found) / found)
    edge = (now - fmean(window) - 0.5 * pstdev(window)) / now * 1e4 * reach
    least = (edge - 0.2 / (now + 0.1) * 1e4) / 2
    keys = {"cost_gate": True, "max_hold": max_hold, "z_threshold": 1.9}

    paid = Pit(**keys, charged=f"{least - 1e-6:.9f}").see(*mids)
    dear = Pit(**keys, charged=f"{least + 1e-6:.9f}").see(*mids)
    greedy = Pit(**keys, charged=f"{least - 1:.9f}", min_profit_bps=2.001).see(*mids)

    assert [s.edge_bps for s in _signals(paid)] == pytest.approx([2e-6], rel=1e-3)
    assert dear.facts == ()
    assert greedy.facts == ()


def test_the_venue_s_own_fee_comes_before_the_configured_one() -> None:
    free, unknown = (Pit(cost_gate=True, fee_bps=30.0) for _ in range(2))
    unknown.engine.state.accounts["alpha"].taker_bps = None

    assert len(_signals(free.see(*CALM, 101.0))) == 1
    assert unknown.see(*CALM, 101.0).facts == ()


def test_an_instant_that_moves_two_books_is_an_observation_of_each() -> None:
    pit = Pit(ALPHA, BETA, limit="100")
    for mid in (*CALM, 101.0):
        pit.now = Nanos(pit.now + SECOND)
        pit.show(mid, ALPHA, more=True)
        outcome = pit.show(mid, BETA)

    assert [o.instrument for o in _orders(outcome)] == [ALPHA.id, BETA.id]


def test_a_trade_in_the_same_instant_hides_no_observation() -> None:
    pit = Pit()
    pit.see(*CALM)
    pit.now = Nanos(pit.now + SECOND)
    pit.show(101.0, more=True)

    outcome = pit.engine.step(Trade(pit.now, pit.now, ALPHA.id, Side.BUY, Ticks(1010), Lots(1)))

    assert len(_orders(outcome)) == 1


def test_a_trade_alone_is_no_observation() -> None:
    pit = Pit()
    pit.see(*CALM[:9])

    for _ in range(5):
        pit.now = Nanos(pit.now + SECOND)
        pit.engine.step(Trade(pit.now, pit.now, ALPHA.id, Side.BUY, Ticks(1010), Lots(1)))

    assert len(_signals(pit.see(101.0))) == 1


def test_a_book_that_may_not_be_believed_is_not_observed() -> None:
    pit = Pit()
    pit.see(*CALM[:9])
    pit.now = Nanos(pit.now + SECOND)
    pit.engine.step(make.book_update(ALPHA, [("120", "1")], [("110", "1")], pit.now))

    (signal,) = _signals(pit.see(101.0))

    window = [*CALM[:9], 101.0]
    assert signal.reason == f"z-score {(101.0 - fmean(window)) / pstdev(window):.4f}"


def test_changes_only_leaves_out_a_mid_that_stands() -> None:
    pit = Pit(sample="change")

    quiet = pit.see(*[100.0] * 50, *CALM[1:9])
    full = pit.see(101.0)

    assert quiet.facts == ()
    assert len(_signals(full)) == 1


def test_a_grid_in_time_samples_the_mid_that_held_at_each_point() -> None:
    """What came and went between two full seconds is never seen."""
    pit = Pit(grid_ms=1000)
    for mid in CALM:
        for ms, shown in ((300, 500.0), (600, 1.0), (900, mid)):
            pit.now = Nanos(pit.now + ms * MILLISECOND)
            assert pit.show(shown).facts == ()
            pit.now = Nanos(pit.now - ms * MILLISECOND)
        pit.now = Nanos(pit.now + SECOND)

    (signal,) = _signals(pit.show(101.0))

    window = [*CALM[:9], 101.0]
    assert signal.reason == f"z-score {(101.0 - fmean(window)) / pstdev(window):.4f}"


def test_a_grid_in_time_repeats_a_mid_that_stood_for_long() -> None:
    pit = Pit(grid_ms=1000)
    pit.see(*CALM[:2])
    pit.now = Nanos(pit.now + 8 * SECOND + SECOND // 2)

    pit.show(500.0)
    pit.now = Nanos(pit.now + SECOND // 2)
    (signal,) = _signals(pit.show(101.0))

    window = [*[100.2] * 9, 101.0]
    assert signal.reason == f"z-score {(101.0 - fmean(window)) / pstdev(window):.4f}"


def test_dust_below_the_venue_s_minimum_does_not_keep_it_from_trading() -> None:
    of = make.instrument(ALPHA.id, min_notional="5")
    pit = Pit(of)
    pit.fill(pit.see(*CALM, 101.0))
    pit.fill(pit.see(100.2), "0.9999")

    calm = pit.see(*CALM, 100.1)
    again = pit.see(99.2)

    assert pit.engine.state.own(pit.strategy.id, of.id) == -of.lots("0.001")
    assert calm.facts == ()
    assert [s.kind for s in _signals(again)] == [SignalKind.TAKE]


def _half_life(window: list[float]) -> float | None:
    x, y = np.array(window[:-1]), np.array(window[1:])
    slope = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return -log(2) / log(slope) if 0 < slope < 1 else None
