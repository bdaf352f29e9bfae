"""Depth: what is read from the levels."""

from collections.abc import Sequence

import numpy as np
import pytest

from graphwiz_trader.domain.depth import Depth
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.testing import make

GRID = make.instrument()
Levels = Sequence[tuple[int, int, int]]


def depth(levels: Levels, window: int = 256) -> Depth:
    made = Depth(GRID, window=window)
    made.replace(make.rows(levels), 0, len(levels))
    return made


def listed(of: Depth, side: Side, n: int = 99) -> list[tuple[int, int]]:
    ticks, lots = of.levels(side, n)
    return list(zip(ticks.tolist(), lots.tolist(), strict=True))


WIDE: Levels = (
    (1, 1000, 2), (1, 999, 3), (1, 40, 7), (-1, 1002, 4), (-1, 1004, 5), (-1, 90_000, 6),
)  # fmt: skip


def test_levels_are_listed_best_first_the_far_ones_too() -> None:
    of = depth(WIDE)

    assert listed(of, Side.BUY) == [(1000, 2), (999, 3), (40, 7)]
    assert listed(of, Side.SELL, 2) == [(1002, 4), (1004, 5)]
    assert (of.count(Side.BUY), of.count(Side.SELL)) == (3, 3)


def test_a_level_is_found_by_its_price() -> None:
    of = depth(WIDE)

    found = [of.level(Side.SELL, tick) for tick in (1002, 1003, 90_000, 90_001, 1)]

    assert found == [4, 0, 6, 0, 0]


def test_liquidity_is_summed_over_levels_and_over_distance() -> None:
    of = depth(WIDE)

    assert [of.liquidity(Side.SELL, n) for n in (0, 1, 2, 9)] == [0, 4, 9, 15]
    assert [of.liquidity_within(Side.SELL, t) for t in (0, 1, 2, 88_998)] == [4, 4, 9, 15]
    assert [of.liquidity_within(Side.BUY, t) for t in (0, 1, 960)] == [2, 5, 12]


def test_an_order_walks_the_other_side() -> None:
    of = depth(WIDE)

    assert of.vwap(Side.BUY, 6) == pytest.approx((4 * 1002 + 2 * 1004) / 6)
    assert of.vwap(Side.SELL, 12) == pytest.approx((2 * 1000 + 3 * 999 + 7 * 40) / 12)


@pytest.mark.parametrize("lots", [16, 0, -1])
def test_there_is_no_average_where_depth_is_short_or_nothing_is_asked(lots: int) -> None:
    assert depth(WIDE).vwap(Side.BUY, lots) is None


def test_spread_is_a_share_of_the_ask() -> None:
    assert depth(WIDE).spread_bps == pytest.approx(2 / 1002 * 1e4)


def test_mid_is_exact_in_half_ticks() -> None:
    of = depth([(1, 1000, 1), (-1, 1001, 1)])

    assert (of.mid, of.half_mid) == (1000.5, 2001)


def test_the_weights_of_the_mid_cross() -> None:
    """100.0 × 2 against 100.1 × 6: sellers press the price down, not up to 100.075."""
    of = depth([(1, 1000, 2), (-1, 1001, 6)])

    assert of.micro_price() * 0.1 == pytest.approx(100.025)


def test_imbalance_compares_the_best_levels() -> None:
    of = depth(WIDE)

    assert of.imbalance(1) == pytest.approx((2 - 4) / 6)
    assert of.imbalance() == pytest.approx((12 - 15) / 27)
    assert depth([]).imbalance() == 0


def test_a_one_sided_book_has_no_middle() -> None:
    of = depth([(1, 1000, 2)])

    assert (of.bid, of.ask, of.ask_lots, of.is_two_sided) == (1000, None, 0, False)
    assert np.isnan([of.mid, of.spread_bps, of.micro_price()]).all()
    with pytest.raises(DomainError, match="not two-sided"):
        _ = of.half_mid


def test_prices_may_be_zero_and_negative() -> None:
    of = depth([(1, -3, 1), (1, -5, 2), (-1, 0, 4), (-1, 2, 8)])

    assert (of.bid, of.ask, of.mid) == (-3, 0, -1.5)
    assert listed(of, Side.SELL) == [(0, 4), (2, 8)]
    assert np.isnan(of.spread_bps)


def test_equal_levels_have_equal_content_however_they_came() -> None:
    far_away_and_back = depth([(1, 5_000_000, 1)])
    far_away_and_back.change(make.rows([*WIDE, (1, 5_000_000, 0)]), 0, len(WIDE) + 1)

    assert far_away_and_back.content() == depth(WIDE, window=1 << 16).content()


def test_content_tells_sides_apart() -> None:
    assert depth([(1, 7, 1)]).content() != depth([(-1, 7, 1)]).content()


@pytest.mark.parametrize("window", [0, 255, 300, 128])
def test_a_window_that_is_no_power_of_two_is_refused(window: int) -> None:
    with pytest.raises(ValueError, match=f"window {window} "):
        Depth(GRID, window=window)
