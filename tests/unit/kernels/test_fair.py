"""Order flow; figures from the strategies' reference, section 4."""

from itertools import pairwise

from graphwiz_trader.kernels import fair

BOOKS = [(100, 5, 101, 4), (100, 8, 101, 4), (101, 2, 102, 6), (101, 2, 102, 3), (100, 7, 102, 3)]


def test_order_flow_is_what_demand_grew_beyond_supply() -> None:
    flows = [fair.order_flow(*before, *after) for before, after in pairwise(BOOKS)]

    assert flows == [3, 6, 3, -2]


def test_order_flow_of_the_sides_swapped_is_the_negative() -> None:
    swapped = [(-ask, asks, -bid, bids) for bid, bids, ask, asks in BOOKS]

    flows = [fair.order_flow(*before, *after) for before, after in pairwise(swapped)]

    assert flows == [-3, -6, -3, 2]
