from decimal import Decimal

import pytest

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import OrdStatus, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, InstrumentId, Lots, Ticks
from graphwiz_trader.simulation.floor import Floor
from graphwiz_trader.simulation.matching import Rest, SelfTrade, VenueOrder

BTC, USDT = Asset("BTC"), Asset("USDT")
NAME = InstrumentId("BTC/USDT@sim")
INSTRUMENT = Instrument(NAME, BTC, USDT, Decimal(1), Decimal(1))


def floor_of(usdt: int = 1_000, btc: int = 10) -> Floor:
    accounts = {"a": {BTC: Decimal(btc), USDT: Decimal(usdt)}, "b": {BTC: Decimal(btc)}}
    fees = Decimal("-0.01"), Decimal("0.02")
    return Floor([INSTRUMENT], accounts, *fees, SelfTrade.CANCEL_OLDEST)


def order(
    account: str,
    side: Side,
    price: int,
    qty: int,
    ord_type: OrdType = OrdType.LIMIT,
    number: int = 1,
) -> VenueOrder:
    gtc = TimeInForce.GTC
    return VenueOrder(number, NAME, account, side, ord_type, gtc, Ticks(price), Lots(qty))


def test_order_beyond_its_funds_is_not_placed() -> None:
    floor = floor_of(usdt=100)

    dealt = floor.place(order("a", Side.BUY, 100, 1))

    assert dealt is None
    assert floor.books[NAME].best(Side.BUY) is None
    assert floor.accounts["a"].free(USDT) == 100


def test_crowd_may_owe() -> None:
    floor = floor_of()
    floor.place(order("crowd", Side.SELL, 100, 5))

    dealt = floor.place(order("a", Side.BUY, 100, 5, number=2))

    assert dealt is not None
    assert floor.crowd.total(BTC) == -5
    assert floor.crowd.total(USDT) == 505
    assert [fee.amount for pair in dealt.commissions for fee in pair] == [-5, 10]
    assert floor.fees.total(USDT) == 5
    assert floor.accounts["a"].total(USDT) == 490


def test_fill_at_a_better_price_frees_the_difference() -> None:
    floor = floor_of()
    floor.place(order("crowd", Side.SELL, 50, 5))

    floor.place(order("a", Side.BUY, 100, 8, number=2))

    locked_for_the_other_three = Decimal(306)
    ledger = floor.accounts["a"]
    assert ledger.total(USDT) - ledger.free(USDT) == locked_for_the_other_three


def test_market_buy_locks_what_the_depth_would_cost_own_orders_aside() -> None:
    floor = floor_of(usdt=1_000)
    floor.place(order("a", Side.SELL, 400, 1, number=1))
    floor.place(order("crowd", Side.SELL, 100, 1, number=2))
    floor.place(order("crowd", Side.SELL, 500, 9, number=3))
    taker = order("a", Side.BUY, 0, 2, OrdType.MARKET, number=4)

    beyond = floor.place(taker)

    # Two at 500 and the fee are more than 1,000.
    assert taker.lock_price == 500
    assert beyond is None


def test_withdrawn_order_frees_its_funds() -> None:
    floor, own = floor_of(), order("a", Side.SELL, 100, 4)
    floor.place(own)

    dealt = floor.place(order("a", Side.BUY, 100, 1, number=2))

    assert dealt is not None
    assert dealt.match.withdrawn == (own,)
    assert own.ord_status is OrdStatus.CANCELED
    assert floor.accounts["a"].free(BTC) == 10


def test_refused_maker_frees_its_funds() -> None:
    floor = floor_of()
    floor.place(order("crowd", Side.SELL, 100, 5))

    dealt = floor.place(order("a", Side.BUY, 100, 5, OrdType.LIMIT_MAKER, number=2))

    assert dealt is not None
    assert dealt.match.rest is Rest.WOULD_TAKE
    assert floor.accounts["a"].free(USDT) == 1_000


def test_replace_beyond_the_funds_changes_nothing() -> None:
    floor, own = floor_of(usdt=1_000), order("a", Side.BUY, 100, 5)
    floor.place(own)

    dealt = floor.replace(own, order("a", Side.BUY, 100, 10))

    assert dealt is None
    assert list(floor.books[NAME].orders(Side.BUY)) == [own]
    assert floor.accounts["a"].free(USDT) == 490


def test_replace_locks_the_new_order() -> None:
    floor, own, new = floor_of(), order("a", Side.BUY, 100, 5), order("a", Side.BUY, 50, 2)
    floor.place(own)

    floor.replace(own, new)

    assert floor.accounts["a"].free(USDT) == 898
    assert own.ord_status is OrdStatus.REPLACED
    floor.cancel(new)
    assert floor.accounts["a"].free(USDT) == 1_000


def test_two_of_our_accounts_may_trade_with_each_other() -> None:
    floor = floor_of()
    floor.place(order("b", Side.SELL, 100, 5))

    floor.place(order("a", Side.BUY, 100, 5, number=2))

    assert floor.accounts["b"].total(USDT) == 505
    assert floor.accounts["a"].total(BTC) == 15


def test_floor_without_instruments_is_refused() -> None:
    with pytest.raises(DomainError, match="not of one venue"):
        Floor([], {}, Decimal(0), Decimal(0), SelfTrade.CANCEL_OLDEST)
