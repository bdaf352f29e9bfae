"""An account holds the worst case of every open order, to the last digit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.domain.account import Account
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.position import flow
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, Venue
from graphwiz_trader.testing import make

BTC = make.instrument()
LINEAR = make.instrument("BTC/USDT:USDT@alpha", kind=Kind.LINEAR)
INVERSE = make.instrument("BTC/USD:BTC@alpha", lot="1", kind=Kind.INVERSE)


def _account(taker_bps: str | None = "10") -> Account:
    bps = Decimal(taker_bps) if taker_bps is not None else None
    return Account(Venue("alpha"), bps, {Asset("USDT"): Decimal(1000), Asset("BTC"): Decimal(2)})


@pytest.mark.parametrize(
    ("of", "side", "need"),
    [
        (BTC, Side.BUY, Money(Decimal("200.2"), Asset("USDT"))),
        (BTC, Side.SELL, Money(Decimal(2), Asset("BTC"))),
        (LINEAR, Side.SELL, Money(Decimal("200.2"), Asset("USDT"))),
        (INVERSE, Side.BUY, Money(Decimal("0.02002"), Asset("BTC"))),
    ],
)
def test_the_worst_case_is_the_notional_with_its_fee_or_what_is_sold(
    of: Instrument, side: Side, need: Money
) -> None:
    assert _account().need(of, side, of.ticks("100"), of.lots("2")) == need


@pytest.mark.parametrize("taker_bps", [None, "0", "-2"])
def test_a_fee_that_is_unknown_or_a_rebate_needs_nothing_more(taker_bps: str | None) -> None:
    need = _account(taker_bps).need(BTC, Side.BUY, BTC.ticks("100"), BTC.lots("2"))

    assert need.amount == 200


def test_what_is_reserved_is_not_free_and_comes_back_with_the_rest() -> None:
    account = _account()
    order = make.order(BTC, price="100", qty="2")

    account.reserve(order, BTC, BTC.lots("2"))
    held = account.free(Asset("USDT"))
    account.reserve(order, BTC, -BTC.lots("0.5"))
    partly = account.free(Asset("USDT"))
    account.reserve(order, BTC, -BTC.lots("1.5"))

    assert (held, partly) == (Decimal("799.8"), Decimal("849.85"))
    assert account.free(Asset("USDT")) == 1000


def test_an_asset_nobody_told_of_is_not_there() -> None:
    assert _account().free(Asset("ETH")) == 0


def test_a_spot_fill_moves_both_assets() -> None:
    account = _account()
    qty = BTC.lots("0.5")

    account.settle(BTC, Side.SELL, flow(BTC, Side.SELL, BTC.ticks("100"), qty), qty)

    assert account.total == {"USDT": Decimal(1050), "BTC": Decimal("1.5")}


def test_a_contract_moves_no_base_it_does_not_deliver() -> None:
    account = _account()
    qty = LINEAR.lots("0.5")

    account.settle(LINEAR, Side.BUY, flow(LINEAR, Side.BUY, LINEAR.ticks("100"), qty), qty)

    assert account.total == {"USDT": Decimal(950), "BTC": Decimal(2)}


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=1, max_size=20))
def test_reservations_that_were_all_let_go_leave_nothing_held(
    orders: list[tuple[int, int]],
) -> None:
    account = _account("7.5")
    made = [make.order(BTC, price=str(BTC.price(p)), qty=str(BTC.qty(q))) for p, q in orders]
    for order in made:
        account.reserve(order, BTC, order.order_qty)

    for order in reversed(made):
        first = order.order_qty // 3
        account.reserve(order, BTC, -first)
        account.reserve(order, BTC, first - order.order_qty)

    assert account.held[Asset("USDT")] == 0
