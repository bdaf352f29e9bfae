"""The state of a book: what is kept where, and room for more."""

import numpy as np
import pytest

from graphwiz_trader.kernels import book, depth
from graphwiz_trader.kernels.arrays import Int8s, Int64s
from graphwiz_trader.kernels.levels import (
    BEST,
    BID,
    CAPACITY,
    CROSSINGS,
    FAR,
    HORIZON,
    LOW,
    NEAR,
    NO_ASK,
    NO_BID,
    NO_KEY,
)

Rows = tuple[Int8s, Int64s, Int64s]


def rows(*levels: tuple[int, int, int]) -> Rows:
    columns = np.array(levels, np.int64).reshape(-1, 3)
    return columns[:, 0].astype(np.int8), columns[:, 1].copy(), columns[:, 2].copy()


def applied(b: Int64s, changes: Rows) -> Int64s:
    """The state after *changes*, enlarged as often as needed."""
    n = len(changes[0])
    row = 0
    while (row := book.apply(b, *changes, row, n)) != n:
        assert row >= 0
        b = book.enlarged(b)
    return b


def best(b: Int64s, side: int, n: int) -> list[tuple[int, int]]:
    ticks, lots = np.zeros(n, np.int64), np.zeros(n, np.int64)
    found = depth.levels(b, side, ticks, lots)
    return list(zip(ticks[:found].tolist(), lots[:found].tolist(), strict=True))


def test_a_new_book_is_empty() -> None:
    b = book.new_book()

    assert (b[BID], b[1], b[BEST], b[BEST + 1]) == (NO_BID, NO_ASK, NO_KEY, NO_KEY)


def test_a_full_far_part_stops_at_the_row_that_does_not_fit() -> None:
    b = book.new_book(256, capacity=1)
    changes = rows((1, 1000, 1), (1, 1, 2), (1, 2, 3), (1, 3, 4))

    stopped = book.apply(b, *changes, 0, 4)

    assert stopped == 2
    assert depth.count(b, 1) == 2

    b = book.enlarged(b)

    assert book.apply(b, *changes, stopped, 4) == 4
    assert best(b, 1, 9) == [(1000, 1), (3, 4), (2, 3), (1, 2)]


def test_a_window_that_leaves_many_levels_behind_says_how_much_room_they_need() -> None:
    b = applied(book.new_book(256, capacity=4), rows(*((1, t, 1) for t in range(100))))
    jump = rows((1, 1_000_000, 1))

    stopped = book.apply(b, *jump, 0, 1)
    larger = book.enlarged(b)

    assert stopped == 0
    assert depth.count(b, 1) == 100
    assert larger[CAPACITY] >= 100
    assert book.apply(larger, *jump, 0, 1) == 1
    assert best(larger, 1, 2) == [(1_000_000, 1), (99, 1)]


@pytest.mark.parametrize("side", [1, -1])
def test_thousands_of_far_levels_survive_enlarging(side: int) -> None:
    levels = [(side, -side * 1000 * i, 1 + i) for i in range(2_000)]
    shuffled = [levels[i] for i in np.random.default_rng(1).permutation(2_000)]

    b = applied(book.new_book(256, capacity=1), rows(*shuffled))

    assert best(b, side, 3_000) == [(tick, lots) for _, tick, lots in levels]


def test_the_window_follows_the_best_level_up_and_down() -> None:
    b = book.new_book(256, capacity=4096)
    for tick in [*range(2_000), *range(2_000, 0, -1)]:
        book.apply(b, *rows((1, tick, 1), (1, tick + 1, 0)), 0, 2)
        assert b[LOW] <= b[BEST] < b[LOW] + 256
        assert b[BEST] == tick

    assert b[BEST] - b[LOW] >= 64
    assert b[NEAR] + b[FAR] == depth.count(b, 1)


@pytest.mark.parametrize("jump", [1, 64, 255, 256, 1_000_000])
def test_every_level_of_the_old_window_survives_a_jump(jump: int) -> None:
    b = applied(book.new_book(256), rows((1, 1000, 1)))
    top = int(b[LOW]) + 255
    levels = [(1, tick, 1 + tick) for tick in range(top, top - 256, -1)]

    b = applied(b, rows(*levels, (1, top + jump, 7)))

    assert best(b, 1, 999) == [(top + jump, 7), *((tick, lots) for _, tick, lots in levels)]


def test_far_levels_come_back_when_the_best_one_goes() -> None:
    b = applied(book.new_book(256), rows((-1, 100, 1), (-1, 5_000, 2), (-1, 5_001, 3)))

    b = applied(b, rows((-1, 100, 0)))

    assert b[1] == 5_000
    assert (b[NEAR + 1], b[FAR + 1]) == (2, 0)


def test_a_far_level_is_changed_and_removed_in_its_place() -> None:
    b = applied(book.new_book(256), rows((1, 5_000, 1), (1, 10, 1), (1, 20, 2), (1, 30, 3)))

    b = applied(b, rows((1, 20, 9), (1, 10, 0), (1, 15, 0)))

    assert best(b, 1, 9) == [(5_000, 1), (30, 3), (20, 9)]


def test_removing_what_is_not_there_changes_nothing() -> None:
    b = applied(book.new_book(256), rows((1, 1000, 1)))

    b = applied(b, rows((1, 1001, 0), (1, 9_999, 0), (1, 999, 0), (1, 1, 0), (-1, 7, 0)))

    assert best(b, 1, 9) == [(1000, 1)]
    assert depth.count(b, -1) == 0


def test_clearing_keeps_the_count_of_crossings_only() -> None:
    b = applied(book.new_book(256), rows((1, 1000, 1), (-1, 999, 1), (1, 1, 1)))
    book.mark_horizon(b)

    book.clear(b)

    assert (depth.count(b, 1), depth.count(b, -1), b[BID]) == (0, 0, NO_BID)
    assert (b[HORIZON], b[CROSSINGS]) == (NO_KEY, 1)
    assert not b[32 : 32 + 2 * 256].any()


def test_truncation_drops_near_and_far_levels() -> None:
    levels = [(1, 1000, 1), (1, 999, 2), (1, 3, 3), (1, 2, 4), (1, 1, 5)]
    far, near = (applied(book.new_book(256), rows(*levels)) for _ in range(2))

    book.truncate(far, 3)
    book.truncate(near, 1)

    assert best(far, 1, 9) == [(1000, 1), (999, 2), (3, 3)]
    assert best(near, 1, 9) == [(1000, 1)]


@pytest.mark.parametrize(("first", "last"), [(-1, 1), (0, 3)])
def test_rows_that_do_not_exist_are_not_read(first: int, last: int) -> None:
    b = book.new_book(256)

    assert book.apply(b, *rows((1, 1, 1), (1, 2, 1)), first, last) == -1
    assert depth.count(b, 1) == 0
