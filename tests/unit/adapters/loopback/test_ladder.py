from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.adapters.loopback.ladder import Ladder
from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Nanos
from tests.unit.adapters.loopback.venues import BEGAN

NAME = InstrumentId("BTC/USDT@binance")
Row = tuple[int, int, int]


def message(first: int, rows: Sequence[Row], *, snapshot: bool = False) -> BookUpdate:
    """A message of the exchange whose rows are numbered from *first* on."""
    columns = LevelRows(
        np.array([row[0] for row in rows], np.int8),
        np.array([row[1] for row in rows], np.int64),
        np.array([row[2] for row in rows], np.int64),
    )
    last = first if snapshot else first + len(rows) - 1
    return BookUpdate(
        BEGAN, BEGAN, NAME, columns, 0, len(rows), snapshot=snapshot, first_seq=first, last_seq=last
    )


def opened() -> Ladder:
    """A book of 10 at 100 and 20 at 101, told as message 1."""
    ladder = Ladder(NAME)
    ladder.apply(message(1, [(1, 100, 10), (-1, 101, 20)], snapshot=True))
    ladder.flush(BEGAN)
    return ladder


def test_what_is_told_is_shown() -> None:
    ladder = opened()

    assert ladder.seq == 1
    assert not ladder.is_due
    assert ladder.levels(Side.BUY, 5) == ((100, 10),)


def test_changes_of_an_interval_are_told_together_the_last_of_a_level_only() -> None:
    ladder = opened()

    ladder.apply(message(2, [(1, 100, 5), (-1, 102, 7)]))
    ladder.apply(message(4, [(1, 100, 0), (1, 99, 1)]))
    change = ladder.flush(Nanos(BEGAN + 1))

    assert change is not None
    assert (change.first_seq, change.last_seq, change.prev_seq) == (2, 5, 1)
    assert change.bids == ((100, 0), (99, 1))
    assert change.asks == ((102, 7),)


def test_what_is_published_runs_ahead_of_what_is_told() -> None:
    ladder = opened()

    touch = ladder.apply(message(2, [(1, 100, 0), (1, 99, 3)]))

    assert (touch.seq, touch.bid, touch.bid_qty) == (3, 99, 3)
    assert ladder.published(Side.BUY, 5) == (3, ((99, 3),))
    assert ladder.levels(Side.BUY, 5) == ((100, 10),)


def test_nothing_new_is_not_told() -> None:
    assert opened().flush(BEGAN) is None


def test_a_new_snapshot_removes_what_it_does_not_name() -> None:
    ladder = opened()

    ladder.apply(message(7, [(1, 98, 4), (-1, 103, 1)], snapshot=True))
    change = ladder.flush(BEGAN)

    assert change is not None
    assert (change.bids, change.asks) == (((100, 0), (98, 4)), ((101, 0), (103, 1)))
    assert ladder.levels(Side.BUY, 5) == ((98, 4),)
    assert ladder.levels(Side.SELL, 5) == ((103, 1),)


def test_an_empty_side_has_no_best_price() -> None:
    ladder = opened()

    touch = ladder.apply(message(2, [(-1, 101, 0)]))

    assert (touch.ask, touch.ask_qty) == (0, 0)


rows = st.tuples(st.sampled_from((1, -1)), st.integers(90, 110), st.integers(0, 9))


@given(st.lists(st.tuples(st.lists(rows, min_size=1, max_size=4), st.booleans()), max_size=20))
def test_told_changes_replayed_from_a_snapshot_give_the_published_book(
    steps: Sequence[tuple[list[Row], bool]],
) -> None:
    """The promise a feed relies on: contiguous numbers, and nothing lost between them."""
    ladder = opened()
    kept = {Side.BUY: {100: 10}, Side.SELL: {101: 20}}
    number, told = 1, 1
    for changes, is_flush in [*steps, ([(1, 100, 1)], True)]:
        ladder.apply(message(number + 1, changes))
        number += len(changes)
        change = ladder.flush(BEGAN) if is_flush else None
        if change is not None:
            assert (change.first_seq, change.prev_seq) == (told + 1, told)
            told = change.last_seq
            for side, levels in ((Side.BUY, change.bids), (Side.SELL, change.asks)):
                for price, qty in levels:
                    kept[side][price] = qty

    assert told == number
    for side in Side:
        published = dict(ladder.published(side, 1_000)[1])
        assert {price: qty for price, qty in kept[side].items() if qty} == published
