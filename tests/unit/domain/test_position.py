"""Positions earn exactly what their fills add up to."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.domain.instrument import Kind
from graphwiz_trader.domain.position import Position
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.testing import make

BTC = make.instrument()


def test_closing_half_realises_half_at_the_average_price() -> None:
    position = Position(BTC)
    position.fill(Side.BUY, BTC.ticks("100"), BTC.lots("1"), Decimal("0.1"))
    position.fill(Side.BUY, BTC.ticks("110"), BTC.lots("1"), Decimal("0.1"))

    earned = position.fill(Side.SELL, BTC.ticks("120"), BTC.lots("1"), Decimal("0.1"))

    assert earned == 15
    assert position.pnl(BTC.ticks("120")) == Decimal("29.7")


def test_a_fill_through_zero_realises_the_old_side_and_opens_the_new_one() -> None:
    position = Position(BTC)
    position.fill(Side.BUY, BTC.ticks("100"), BTC.lots("1"), Decimal(0))

    earned = position.fill(Side.SELL, BTC.ticks("103"), BTC.lots("3"), Decimal(0))

    assert (earned, position.lots) == (3, BTC.lots("-2"))
    assert position.fill(Side.BUY, BTC.ticks("101"), BTC.lots("2"), Decimal(0)) == 4


def test_an_inverse_contract_earns_in_base() -> None:
    contract = make.instrument("BTC/USD:BTC@alpha", lot="1", kind=Kind.INVERSE)
    position = Position(contract)
    position.fill(Side.BUY, contract.ticks("100"), contract.lots("200"), Decimal(0))

    assert position.pnl(contract.ticks("200")) == 1


@given(
    st.lists(
        st.tuples(st.sampled_from(Side), st.integers(1, 10**7), st.integers(1, 10**9)), max_size=30
    ),
    st.integers(1, 10**7),
)
def test_pnl_is_cash_plus_worth_whatever_the_order_of_fills(
    fills: list[tuple[Side, int, int]], mark: int
) -> None:
    position = Position(BTC)
    realised = Decimal(0)
    for side, price, qty in fills:
        realised += position.fill(side, price, qty, Decimal(0))

    expected = sum(-s * p * q for s, p, q in fills) + sum(s * q for s, p, q in fills) * mark
    assert position.pnl(mark) == expected * BTC.tick_size * BTC.lot_size
    assert position.lots == sum(s * q for s, p, q in fills)
    if position.lots == 0:
        assert abs(realised - position.cash) <= abs(realised) * Decimal("1e-20") + Decimal("1e-12")
