"""The best quotes of a tape are those of its books, message by message."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.application.touches import joined, touches_of
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.testing.make import book_update, instrument, rows
from graphwiz_trader.testing.tape import make_tape

BTC, ETH = instrument("BTC/USDT@alpha"), instrument("ETH/USDT@alpha")
NAN = float("nan")
Rows = list[tuple[int, int, int]]


def messages(changes: Sequence[Rows]) -> list[BookUpdate]:
    """A snapshot, then changes, a nanosecond apart."""
    return [
        BookUpdate(Nanos(ts), Nanos(ts), BTC.id, rows(levels), 0, len(levels), snapshot=ts % 7 == 0)
        for ts, levels in enumerate(changes)
    ]


level = st.tuples(st.sampled_from([1, -1]), st.integers(1, 40_000), st.integers(0, 3))
changes = st.lists(st.lists(level, max_size=30), min_size=1, max_size=20)


@given(changes)
def test_touches_are_the_tops_of_the_book(told: list[Rows]) -> None:
    events = messages(told)
    book = OrderBook(BTC)
    tops = []
    for event in events:
        book.apply(event)
        tops.append((book.bid, book.ask))

    (touch,) = touches_of(make_tape("t", [BTC], events))

    expected = [[NAN if tick is None else tick * BTC.tick for tick in top] for top in tops]
    np.testing.assert_array_equal(np.column_stack([touch.bid, touch.ask]), expected)
    assert touch.ts.tolist() == [event.ts for event in events]


def test_more_far_levels_than_fit_are_made_room_for() -> None:
    """Levels that lie ever farther apart do not fit into the book's window."""
    far = [(1, 1_000_000_000 - 100_000 * step, 1) for step in range(2_000)]

    (touch,) = touches_of(make_tape("t", [BTC], messages([far])))

    assert touch.bid.tolist() == [1_000_000_000 * BTC.tick]


def test_what_came_before_the_first_snapshot_is_left_out() -> None:
    early = book_update(BTC, [("100.0", "1")], ts=1, snapshot=False)
    whole = book_update(BTC, [("99.0", "1")], [("101.0", "1")], ts=2)

    (touch,) = touches_of(make_tape("t", [BTC], [early, whole]))

    assert (touch.ts.tolist(), touch.bid.tolist()) == ([2], [99.0])


def test_every_instrument_of_a_tape_has_its_own() -> None:
    events = [
        book_update(BTC, [("99.0", "1")], [("101.0", "1")], ts=1),
        book_update(ETH, [("9.0", "1")], ts=2),
        book_update(BTC, asks=[("100.0", "1")], ts=3, snapshot=False),
    ]

    btc, eth = touches_of(make_tape("t", [BTC, ETH], events))

    assert btc.ask.tolist() == [101.0, 100.0]
    assert eth.bid.tolist() == [9.0]
    assert np.isnan(eth.ask).all()


def test_tapes_of_one_instrument_follow_each_other() -> None:
    days = [
        make_tape("1", [BTC], [book_update(BTC, [("99.0", "1")], ts=1)]),
        make_tape("0", [BTC], [book_update(BTC, [("98.0", "1")], ts=0)]),
    ]

    (touch,) = joined(days)

    assert (touch.ts.tolist(), touch.bid.tolist()) == ([0, 1], [98.0, 99.0])
