from itertools import count

import pytest

from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Lots, Ticks
from graphwiz_trader.simulation.matching import MatchingBook, Rest, SelfTrade, VenueOrder

BUY, SELL = Side.BUY, Side.SELL
NUMBERS = count(1)
INSTRUMENT = InstrumentId("BTC/USDT@sim")


def order(
    side: Side,
    price: int,
    qty: int,
    account: str = "a",
    ord_type: OrdType = OrdType.LIMIT,
    time_in_force: TimeInForce = TimeInForce.GTC,
) -> VenueOrder:
    number = next(NUMBERS)
    return VenueOrder(
        number, INSTRUMENT, account, side, ord_type, time_in_force, Ticks(price), Lots(qty)
    )


def successor(old: VenueOrder, price: int, qty: int) -> VenueOrder:
    return old.successor(old.cl_ord_id, Ticks(price), Lots(qty))


def book_of(*orders: VenueOrder, self_trade: SelfTrade = SelfTrade.CANCEL_OLDEST) -> MatchingBook:
    book = MatchingBook(self_trade)
    for each in orders:
        book.place(each)
    return book


def test_limit_that_meets_nothing_rests() -> None:
    book = book_of(order(BUY, 99, 5))

    match = book.place(order(BUY, 99, 2))

    assert match.rest is Rest.WORKING
    assert list(book.levels(BUY)) == [(99, 7)]
    assert book.best(BUY) == 99
    assert book.best(SELL) is None


def test_better_price_trades_first_then_older_order() -> None:
    second, third, first = order(SELL, 101, 1), order(SELL, 101, 1), order(SELL, 100, 1)
    book = book_of(second, third, first)

    match = book.place(order(BUY, 101, 3, "b"))

    assert [fill.maker for fill in match.fills] == [first, second, third]
    assert [fill.price for fill in match.fills] == [100, 101, 101]


def test_limit_takes_what_its_price_allows_and_rests_with_the_remainder() -> None:
    book = book_of(order(SELL, 100, 1), order(SELL, 102, 1))
    taker = order(BUY, 101, 3, "b")

    match = book.place(taker)

    assert match.rest is Rest.WORKING
    assert taker.cum_qty == 1
    assert book.best(BUY) == 101
    assert book.qty_at(101) == 2
    assert list(book.levels(SELL)) == [(102, 1)]


def test_fill_tells_both_running_totals() -> None:
    book = book_of(order(SELL, 100, 2), order(SELL, 101, 5))

    match = book.place(order(BUY, 101, 6, "b"))

    assert [(f.qty, f.maker_cum_qty, f.taker_cum_qty) for f in match.fills] == [
        (2, 2, 2),
        (4, 4, 6),
    ]
    assert match.rest is Rest.NOTHING_LEFT


def test_ioc_expires_with_what_it_could_not_take() -> None:
    book = book_of(order(SELL, 100, 1))
    taker = order(BUY, 100, 3, "b", time_in_force=TimeInForce.IOC)

    match = book.place(taker)

    assert match.rest is Rest.EXPIRED
    assert taker.cum_qty == 1
    assert book.best(BUY) is None


def test_ioc_that_meets_nothing_expires() -> None:
    book = book_of()

    match = book.place(order(BUY, 100, 3, time_in_force=TimeInForce.IOC))

    assert match.rest is Rest.EXPIRED
    assert not list(book.levels(BUY))


def test_fok_that_cannot_fill_whole_trades_nothing() -> None:
    book = book_of(order(SELL, 100, 2), order(SELL, 102, 9))

    match = book.place(order(BUY, 101, 3, "b", time_in_force=TimeInForce.FOK))

    assert match == type(match)(Rest.EXPIRED)
    assert list(book.levels(SELL)) == [(100, 2), (102, 9)]


def test_fok_that_can_fill_whole_does() -> None:
    book = book_of(order(SELL, 100, 2), order(SELL, 101, 1))

    match = book.place(order(BUY, 101, 3, "b", time_in_force=TimeInForce.FOK))

    assert match.rest is Rest.NOTHING_LEFT
    assert sum(fill.qty for fill in match.fills) == 3


def test_market_order_takes_at_any_price_and_expires_when_the_side_is_empty() -> None:
    book = book_of(order(BUY, 99, 2), order(BUY, 1, 2))

    match = book.place(order(SELL, 0, 5, "b", OrdType.MARKET))

    assert match.rest is Rest.EXPIRED
    assert [fill.price for fill in match.fills] == [99, 1]
    assert book.best(BUY) is None


def test_limit_maker_that_would_take_is_refused() -> None:
    book = book_of(order(SELL, 100, 2))

    match = book.place(order(BUY, 100, 1, "b", OrdType.LIMIT_MAKER))

    assert match.rest is Rest.WOULD_TAKE
    assert list(book.levels(SELL)) == [(100, 2)]


def test_limit_maker_below_the_ask_rests() -> None:
    book = book_of(order(SELL, 100, 2))

    match = book.place(order(BUY, 99, 1, "b", OrdType.LIMIT_MAKER))

    assert match.rest is Rest.WORKING


def test_canceled_order_leaves_its_level_to_the_others() -> None:
    first, second = order(BUY, 99, 1), order(BUY, 99, 2)
    book = book_of(first, second)

    book.cancel(first)

    assert list(book.orders(BUY)) == [second]
    assert book.qty_at(99) == 2


def test_size_down_keeps_its_place() -> None:
    first, second = order(SELL, 100, 5), order(SELL, 100, 5)
    book, less = book_of(first, second), successor(first, 100, 2)

    match = book.replace(first, less)

    assert match.rest is Rest.WORKING
    assert list(book.orders(SELL)) == [less, second]
    assert book.qty_at(-100) == 7


@pytest.mark.parametrize(("price", "qty"), [(100, 6), (99, 5), (99, 1)])
def test_size_up_or_another_price_goes_to_the_end(price: int, qty: int) -> None:
    moved, other = order(SELL, 100, 5), order(SELL, price, 5)
    book, new = book_of(moved, other), successor(moved, price, qty)

    book.replace(moved, new)

    assert list(book.orders(SELL)) == [other, new]


def test_more_than_is_left_is_size_up() -> None:
    partly, other = order(SELL, 100, 5), order(SELL, 100, 5)
    book, new = book_of(partly, other), successor(partly, 100, 4)
    book.place(order(BUY, 100, 2, "b"))

    book.replace(partly, new)

    assert list(book.orders(SELL)) == [other, new]
    assert book.qty_at(-100) == 9


def test_replace_across_the_touch_trades() -> None:
    mover = order(BUY, 98, 2)
    book = book_of(mover, order(SELL, 100, 5, "b"))

    match = book.replace(mover, successor(mover, 100, 2))

    assert match.rest is Rest.NOTHING_LEFT
    assert book.qty_at(-100) == 3
    assert book.best(BUY) is None


def test_limit_maker_replaced_across_the_touch_stays_as_it_was() -> None:
    mover = order(BUY, 98, 2, ord_type=OrdType.LIMIT_MAKER)
    book = book_of(mover, order(SELL, 100, 5, "b"))

    match = book.replace(mover, successor(mover, 100, 3))

    assert match.rest is Rest.WOULD_TAKE
    assert list(book.orders(BUY)) == [mover]


def test_own_resting_order_is_withdrawn_and_the_arrival_goes_on() -> None:
    own, other = order(SELL, 100, 1), order(SELL, 100, 1, "b")
    book = book_of(own, other)

    match = book.place(order(BUY, 100, 1))

    assert match.withdrawn == (own,)
    assert [fill.maker for fill in match.fills] == [other]


def test_arrival_stops_at_its_own_order_when_the_newest_yields() -> None:
    own, other = order(SELL, 101, 1), order(SELL, 100, 1, "b")
    book = book_of(own, other, self_trade=SelfTrade.CANCEL_NEWEST)

    match = book.place(order(BUY, 101, 3))

    assert match.rest is Rest.SELF_TRADE
    assert [fill.maker for fill in match.fills] == [other]
    assert list(book.orders(SELL)) == [own]
    assert book.best(BUY) is None


def test_both_yield_when_told_so() -> None:
    own = order(SELL, 101, 1)
    book = book_of(own, self_trade=SelfTrade.CANCEL_BOTH)

    match = book.place(order(BUY, 101, 3))

    assert match.rest is Rest.SELF_TRADE
    assert match.withdrawn == (own,)
    assert book.best(SELL) is None


@pytest.mark.parametrize(
    ("policy", "filled"), [(SelfTrade.CANCEL_OLDEST, 2), (SelfTrade.CANCEL_NEWEST, 0)]
)
def test_fok_looks_past_its_own_orders_only_if_they_would_yield(
    policy: SelfTrade, filled: int
) -> None:
    book = book_of(order(SELL, 100, 1), order(SELL, 101, 2, "b"), self_trade=policy)
    taker = order(BUY, 101, 2, time_in_force=TimeInForce.FOK)

    book.place(taker)

    assert taker.cum_qty == filled


def test_touched_levels_are_told_by_side_and_in_order() -> None:
    book = book_of(order(BUY, 99, 1), order(SELL, 100, 2))
    book.touched.clear()

    book.place(order(BUY, 100, 1, "b"))
    book.place(order(BUY, 98, 1, "b"))

    assert list(book.touched) == [-100, 98]
