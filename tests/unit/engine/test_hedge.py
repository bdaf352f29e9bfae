"""A debt is traded away where that costs least, and never beyond its band."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.group import GroupLeg, OrderGroup
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg
from graphwiz_trader.domain.units import StrategyId
from graphwiz_trader.engine.hedge import Hedge, hedges
from graphwiz_trader.testing import make

ALPHA = make.instrument("BTC/USDT@alpha")
BETA = make.instrument("BTC/USDT@beta")
BAND = Decimal(20)


def _found(
    debt: str,
    side: Side = Side.SELL,
    alpha: Instrument = ALPHA,
    beta: Instrument = BETA,
    fee_bps: str = "0",
    bids: tuple[str, str] = ("100.0", "100.4"),
) -> tuple[Hedge, ...]:
    """How to trade *debt* away of a group that buys at alpha (100.1) and sells at beta (100.4)."""
    engine = make.engine([alpha, beta], fee_bps=fee_bps)
    for of, bid in zip((alpha, beta), bids, strict=True):
        ask = str(Decimal(bid) + Decimal("0.1"))
        engine.step(make.book_update(of, [(bid, "1"), ("99.0", "9")], [(ask, "1"), ("101.0", "9")]))
    legs = (
        GroupLeg(Leg(alpha.id, Side.BUY, alpha.ticks("100.1"), alpha.lots("1")), alpha),
        GroupLeg(Leg(beta.id, Side.SELL, beta.ticks("100.4"), beta.lots("1")), beta),
    )
    group = OrderGroup("g1", StrategyId("x"), "o", legs, make.START)
    return hedges(group, alpha.base, -side * Decimal(debt), engine.state)


def test_the_leg_that_brings_more_comes_first() -> None:
    dear, cheap = _found("1")

    assert [(h.leg, h.completes, h.price) for h in (dear, cheap)] == [
        (1, True, BETA.ticks("100.4")),
        (0, False, ALPHA.ticks("100.0")),
    ]


def test_unwinding_comes_first_where_completing_brings_less() -> None:
    first, _ = _found("1", bids=("100.0", "99.5"))

    assert (first.leg, first.completes) == (0, False)


def test_buying_back_takes_the_lower_ask() -> None:
    first, second = _found("1", Side.BUY)

    assert [(h.leg, h.completes) for h in (first, second)] == [(0, True), (1, False)]
    assert first.cash == pytest.approx(-100.1)


def test_depth_and_fee_decide_not_the_touch() -> None:
    (first, _) = _found("2", fee_bps="10")

    assert first.cash == pytest.approx((100.4 + 99.0) / 2 * (1 - 0.001))


def test_a_venue_without_that_much_depth_is_the_last_choice() -> None:
    assert [h.cash for h in _found("50")] == [float("-inf")] * 2


def test_a_debt_below_one_venue_s_minimum_is_hedged_at_the_other() -> None:
    beta = make.instrument("BTC/USDT@beta", min_qty=100)

    found = _found("0.05", beta=beta)

    assert [h.leg for h in found] == [0]


def test_a_debt_below_every_minimum_is_dust() -> None:
    assert _found("0.0005") == ()


def test_a_debt_is_rounded_down_to_lots_of_the_venue_that_trades_it() -> None:
    beta = make.instrument("BTC/USDT@beta", lot="0.01")

    assert {h.leg: h.qty for h in _found("0.057", beta=beta)} == {0: 57, 1: 5}


@pytest.mark.parametrize(
    ("touch", "limit"),
    [("100.4", "100.2"), ("100.3", "100.2"), ("100.2", "100.2"), ("100.1", None)],
)
def test_inside_the_band_the_limit_is_the_planned_price_worsened(
    touch: str, limit: str | None
) -> None:
    completing = next(h for h in _found("1", bids=("100.0", touch)) if h.completes)

    found = completing.within(BAND)

    assert found == (None if limit is None else BETA.ticks(limit))


def test_beyond_it_the_limit_is_the_touch_worsened() -> None:
    completing = next(h for h in _found("1", bids=("100.0", "99.0")) if h.completes)

    assert completing.marketable(BAND) == BETA.ticks("98.9")
