from decimal import Decimal

from graphwiz_trader.application.book_watch import BookWatch
from graphwiz_trader.domain.events import BookGap, FeedDown, FeedUp, InstrumentUpdated, Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import SECOND, Lots, Nanos, Ticks, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing.make import book_update, instrument

BTC = instrument("BTC/USDT@alpha")
ETH = instrument("ETH/USDT@beta")
NOW = Nanos(100 * SECOND)


def watch_of_two() -> BookWatch:
    """A watch on two books, of which BTC's is live at NOW."""
    watch = BookWatch([BTC, ETH])
    watch.rows(Nanos(NOW - 2 * SECOND))
    watch.deliver(FeedUp(NOW, BTC.venue))
    watch.deliver(book_update(BTC, [("100.0", "3")], [("100.1", "1")], ts=NOW))
    return watch


def test_a_row_says_what_the_book_is() -> None:
    btc, _ = watch_of_two().rows(Nanos(NOW + SECOND // 2))

    assert (btc.bid, btc.bid_qty, btc.ask, btc.ask_qty) == (
        Decimal("100.0"),
        Decimal(3),
        Decimal("100.1"),
        Decimal(1),
    )
    assert (btc.imbalance, btc.quality, btc.age_s) == (0.5, "ok", 0.5)
    assert btc.spread_bps is not None
    assert round(btc.spread_bps, 3) == 9.99


def test_a_book_that_never_came_says_so() -> None:
    _, eth = watch_of_two().rows(NOW)

    assert (eth.bid, eth.ask, eth.age_s, eth.quality) == (None, None, None, "no snapshot yet")


def test_the_rate_is_of_the_time_since_the_last_look() -> None:
    watch = watch_of_two()
    watch.deliver(book_update(BTC, [("99.9", "1")], ts=NOW, snapshot=False))

    first = watch.rows(NOW)[0].rate
    second = watch.rows(Nanos(NOW + SECOND))[0].rate

    assert (first, second) == (1.0, 0.0)


def test_a_gap_makes_the_row_say_why() -> None:
    watch = watch_of_two()
    watch.deliver(BookGap(NOW, BTC.id, "7 after 5"))

    row = watch.rows(NOW)[0]

    assert (row.quality, row.gaps) == ("7 after 5", 1)


def test_a_feed_that_is_down_takes_its_own_books_with_it() -> None:
    watch = watch_of_two()
    watch.deliver(book_update(ETH, [("10.0", "1")], [("10.1", "1")], ts=NOW))

    watch.deliver(FeedDown(NOW, Venue("beta"), "gone"))

    assert [row.quality for row in watch.rows(NOW)] == ["ok", "gone"]


def test_a_one_sided_book_is_not_ok() -> None:
    watch = watch_of_two()
    watch.deliver(book_update(BTC, [("100.0", "3")], ts=NOW))

    assert watch.rows(NOW)[0].quality == "one-sided"


def test_a_crossed_book_is_not_ok() -> None:
    watch = watch_of_two()
    watch.deliver(book_update(BTC, [("100.2", "3")], [("100.1", "1")], ts=NOW))

    assert watch.rows(NOW)[0].quality == "crossed"


def test_new_rules_begin_a_new_book() -> None:
    watch = watch_of_two()

    watch.deliver(InstrumentUpdated(NOW, evolve(BTC, tick_size=Decimal(1))))

    row = watch.rows(NOW)[0]
    assert (row.bid, row.quality, row.messages) == (None, "no snapshot yet", 1)


def test_trades_are_counted_and_strangers_passed_over() -> None:
    watch = watch_of_two()
    stranger = instrument("XRP/USDT@alpha")
    watch.deliver(Trade(NOW, NOW, BTC.id, Side.BUY, Ticks(1), Lots(1)))
    watch.deliver(Trade(NOW, NOW, stranger.id, Side.BUY, Ticks(1), Lots(1)))
    watch.deliver(book_update(stranger, [("1.0", "1")]))

    assert [row.trades for row in watch.rows(NOW)] == [1, 0]
