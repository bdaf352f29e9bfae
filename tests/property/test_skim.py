"""What a compiled reader makes of a position is what exact decimals make of it, to the last bit."""

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.kernels import skim as kernel
from graphwiz_trader.kernels.book import new_book
from graphwiz_trader.kernels.run import SNAPSHOT

GRIDS = [Decimal(text) for text in ("0.01", "0.00001", "0.00000001", "0.0015", "1", "0.25")]
money = st.decimals(-(10**7), 10**7, places=12)


@given(
    st.integers(-(10**6), 10**6).filter(bool),
    st.integers(1, 10**7),
    money,
    money,
    st.sampled_from(GRIDS),
    st.sampled_from(GRIDS),
)
def test_a_position_is_worth_what_decimals_say(
    held: int, price: int, cash: Decimal, fees: Decimal, tick: Decimal, lot: Decimal
) -> None:
    unit, base = tick * lot, cash - fees
    places = np.array([[1, 0, 0, held, 1 << 62, -1]])
    amounts = (*split(base), *split(unit), 0.0, 0.0)
    values = np.array([[float(tick), *amounts]])
    equity = np.array([0.0, -1e300, 0.0, -np.inf, 0.0, np.inf])

    stopped = kernel.skim(
        new_book(256)[None, :],
        np.array([1, -1], np.int8),
        np.array([price, price], np.int64),
        np.array([1, 1], np.int64),
        np.array([0]),
        np.array([5]),
        np.zeros(1, np.int16),
        np.array([SNAPSHOT], np.int8),
        0,
        9,
        places,
        values,
        np.zeros((0, kernel.ROUND), np.int64),
        np.zeros((0, kernel.EDGE)),
        equity,
    )

    worth = float(base + held * price * unit)
    assert stopped == 1
    assert (equity[kernel.PNL], values[0, kernel.PART], equity[kernel.PEAK]) == (worth,) * 3


def split(amount: Decimal) -> tuple[float, float]:
    """The nearest float, and what it lacks."""
    near = float(amount)
    return near, float(amount - Decimal(near))
