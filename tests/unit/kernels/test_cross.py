"""Two venues' depth, swept after fees; figures from the strategies' reference, section 2."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.kernels import cross
from graphwiz_trader.kernels.arrays import Float64s

TICK, LOT = 0.01, 0.01
ASKS = ([10_000, 10_010, 10_030], [100, 200, 500])
BIDS = ([10_050, 10_040, 10_020], [150, 100, 300])

Side = tuple[list[int], list[int]]


def swept(
    asks: Side = ASKS,
    bids: Side = BIDS,
    *,
    fee_bps: float = 10.0,
    min_bps: float = 5.0,
    max_qty: float = 1e9,
    grids: tuple[float, float, float, float] = (TICK, LOT, TICK, LOT),
) -> tuple[int, Float64s]:
    out = np.empty(cross.OUT)
    fee = fee_bps / 1e4
    parts = cross.sweep(
        *_columns(asks), *_columns(bids), *grids, fee, fee, min_bps, max_qty, out
    )  # fmt: skip
    return parts, out


def _columns(side: Side) -> tuple[object, object, int]:
    return np.array(side[0], np.int64), np.array(side[1], np.int64), len(side[0])


def test_sweep_stops_before_the_part_that_loses() -> None:
    parts, out = swept(min_bps=5.0)

    assert parts == 3
    assert out[cross.QTY] == pytest.approx(2.5, rel=1e-12)
    assert out[cross.COST] == pytest.approx(250.40015, rel=1e-9)
    assert out[cross.PROCEEDS] == pytest.approx(250.89885, rel=1e-9)
    assert out[cross.PROFIT] == pytest.approx(0.4987, rel=1e-9)
    assert out[cross.AVERAGE_BPS] == pytest.approx(19.916122254719095, rel=1e-9)
    assert out[cross.LAST_BPS] == pytest.approx(9.93012981, rel=1e-8)
    assert (out[cross.ASK_TICK], out[cross.BID_TICK]) == (10_010, 10_040)


def test_marginal_and_not_average_edge_decides() -> None:
    _, out = swept(min_bps=15.0)

    assert out[cross.QTY] == pytest.approx(1.5, rel=1e-12)
    assert out[cross.PROFIT] == pytest.approx(0.3992, rel=1e-9)
    assert out[cross.AVERAGE_BPS] == pytest.approx(26.577887290982925, rel=1e-9)


def test_without_fees_every_crossing_part_is_taken() -> None:
    parts, out = swept(fee_bps=0.0, min_bps=0.0)

    assert parts == 4
    assert out[cross.QTY] == pytest.approx(3.0, rel=1e-12)
    assert out[cross.PROFIT] == pytest.approx(1.05, rel=1e-9)
    assert out[cross.LAST_BPS] == pytest.approx(9.99000999, rel=1e-8)


@pytest.mark.parametrize(
    ("max_qty", "edges"),
    [(1.0, 29.92007992), (1.5, 19.90017974), (2.5, 9.93012981)],
)
def test_each_part_has_its_own_edge(max_qty: float, edges: float) -> None:
    _, out = swept(max_qty=max_qty)

    assert out[cross.LAST_BPS] == pytest.approx(edges, rel=1e-8)
    assert out[cross.QTY] == pytest.approx(max_qty, rel=1e-12)


def test_an_edge_exactly_at_the_minimum_is_taken() -> None:
    """99.9/100 − 1 is −9.999999999998899 bps in floats, and its mirror misses 10 likewise."""
    parts, _ = swept(([99_900], [1]), ([99_999], [1]), fee_bps=0.0, min_bps=99 / 9.99)
    below, _ = swept(([99_900], [1]), ([99_998], [1]), fee_bps=0.0, min_bps=99 / 9.99)

    assert (parts, below) == (1, 0)


def test_equal_prices_on_different_grids_do_not_cross() -> None:
    """3 × 0.1 is 0.30000000000000004, above 0.3 in floats only."""
    parts, out = swept(([1], [1]), ([3], [1]), fee_bps=0.0, min_bps=0.0, grids=(0.3, 1.0, 0.1, 1.0))

    assert parts == 0
    assert out[cross.QTY] == 0.0
    assert np.isnan(out[cross.ASK])


def test_rounding_leaves_no_part_behind() -> None:
    """0.3 is less than 3 × 0.1 in floats, by nothing that can be traded."""
    parts, out = swept(
        ([100, 101], [1, 1]), ([110, 109], [3, 3]), fee_bps=0.0, min_bps=0.0,
        grids=(1.0, 0.3, 1.0, 0.1),
    )  # fmt: skip

    assert parts == 2
    assert (out[cross.ASK_TICK], out[cross.BID_TICK]) == (101, 109)


def test_an_empty_side_crosses_nothing() -> None:
    assert swept(([], []), BIDS)[0] == 0
    assert swept(ASKS, ([], []))[0] == 0


def repriced(buy: float, sell: float, ask_fee: float, bid_fee: float) -> tuple[int, Float64s]:
    out = np.empty(cross.OUT)
    done = cross.reprice(
        *_columns(ASKS), *_columns(BIDS), TICK, LOT, TICK, LOT, ask_fee, bid_fee, buy, sell, out
    )
    return done, out


def test_repricing_what_was_swept_changes_nothing() -> None:
    _, first = swept()

    done, again = repriced(first[cross.QTY], first[cross.QTY], 1e-3, 1e-3)

    assert done == 1
    assert again == pytest.approx(first, rel=1e-12)


def test_a_fee_in_base_leaves_dust_that_earns_nothing() -> None:
    """Buy 2.5, receive 2.4975, sell 2.49; dust at the last bid would make it a profit."""
    _, out = repriced(2.5, 2.49, 0.0, 1e-3)

    dust = (2.5 * (1 - 1e-3) - 2.49) * out[cross.BID] * (1 - 1e-3)

    assert out[cross.PROFIT] == pytest.approx(-0.254146, rel=1e-9)
    assert dust == pytest.approx(0.752247, rel=1e-9)
    assert out[cross.PROFIT] + dust == pytest.approx(0.498101, rel=1e-9)


def test_more_than_there_is_cannot_be_repriced() -> None:
    done, out = repriced(8.01, 1.0, 0.0, 0.0)

    assert done == 0
    assert out[cross.QTY] == 0.0


sides = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 5)), min_size=1, max_size=8)


@given(sides, sides, st.integers(0, 30), st.integers(0, 200))
def test_no_other_quantity_earns_more(
    asks: list[tuple[int, int]], bids: list[tuple[int, int]], fee_bps: int, min_bps: int
) -> None:
    """Against every whole quantity, in exact fractions."""
    ask_side = _sided(asks, 1)
    bid_side = _sided(bids, -1)
    fee = Fraction(fee_bps, 10_000)
    _, out = swept(ask_side, bid_side, fee_bps=fee_bps, min_bps=min_bps, grids=(1.0, 1.0, 1.0, 1.0))

    most = min(sum(ask_side[1]), sum(bid_side[1]))
    gains = [_gain(ask_side, bid_side, q, fee, min_bps) for q in range(most + 1)]

    taken = round(out[cross.QTY])
    assert out[cross.QTY] == taken
    assert gains[taken] == max(gains)
    if min_bps == 0:
        assert out[cross.PROFIT] == pytest.approx(float(max(gains)), abs=1e-9)


def _sided(levels: list[tuple[int, int]], sign: int) -> Side:
    prices = dict(levels)
    ticks = sorted(prices, key=lambda t: sign * t)
    return [1000 + t for t in ticks], [prices[t] for t in ticks]


def _gain(asks: Side, bids: Side, qty: int, fee: Fraction, min_bps: int) -> Fraction:
    """Proceeds less costs, those raised by the least edge that is asked for."""
    cost = sum(_units(asks, qty)) * (1 + fee)
    return sum(_units(bids, qty)) * (1 - fee) - cost * (1 + Fraction(min_bps, 10_000))


def _units(side: Side, qty: int) -> list[int]:
    return [tick for tick, lots in zip(*side, strict=True) for _ in range(lots)][:qty]
