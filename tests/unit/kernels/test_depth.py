"""What the walks through a book write beside what they return."""

import numpy as np
import pytest

from graphwiz_trader.kernels import book, depth
from graphwiz_trader.kernels.arrays import Int64s


@pytest.fixture
def b() -> Int64s:
    """Asks 100 × 2, 103 × 4, 9,000 × 1; no bids."""
    state = book.new_book(256)
    ticks, lots = np.array([100, 103, 9_000]), np.array([2, 4, 1])
    book.apply(state, np.full(3, -1, np.int8), ticks, lots, 0, 3)
    return state


def test_a_walk_tells_its_notional_and_its_worst_tick(b: Int64s) -> None:
    out = np.zeros(2)

    assert depth.walk(b, -1, 5, out) == 5
    assert out.tolist() == [2 * 100 + 3 * 103, 103]


def test_a_walk_takes_what_there_is(b: Int64s) -> None:
    out = np.zeros(2)

    assert depth.walk(b, -1, 99, out) == 7
    assert out.tolist() == [2 * 100 + 4 * 103 + 9_000, 9_000]
    assert depth.walk(b, 1, 5, out) == 0
    assert out[0] == 0
    assert np.isnan(out[1])


def test_liquidity_tells_its_notional(b: Int64s) -> None:
    out = np.zeros(1)

    assert depth.liquidity(b, -1, 2, out) == 6
    assert out[0] == 612
    assert depth.liquidity_within(b, -1, 2, out) == 2
    assert out[0] == 200


def test_notionals_beyond_int64_are_floats() -> None:
    """10⁷ ticks × 10¹³ lots is 10²⁰; an int64 would say 7766279631452241920."""
    state, out = book.new_book(256), np.zeros(2)
    columns = (np.array([1], np.int8), np.array([10**7]), np.array([10**13]))
    book.apply(state, *columns, 0, 1)

    depth.walk(state, 1, 10**13, out)

    assert out[0] == 1e20
