"""The lot that several instruments have in common."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.domain.grid import common_lot

SIZES = st.builds(lambda m, e: m * Decimal(10) ** -e, st.integers(1, 500), st.integers(0, 8))


@pytest.mark.parametrize(
    ("sizes", "common"),
    [
        (["0.001", "0.0015"], "0.003"),
        (["0.001", "0.001"], "0.001"),
        (["0.01", "0.00001"], "0.01"),
        (["1", "0.3"], "3"),
        (["10", "4", "0.5"], "20"),
        (["0.1"], "0.1"),
    ],
)
def test_it_is_the_least_common_multiple(sizes: list[str], common: str) -> None:
    assert common_lot(map(Decimal, sizes)) == Decimal(common)


@given(st.lists(SIZES, min_size=1, max_size=3))
def test_it_is_whole_in_every_grid_and_nothing_smaller_is(sizes: list[Decimal]) -> None:
    common = common_lot(sizes)

    assert all(common % size == 0 for size in sizes)
    least = max(sizes)
    smaller = [least * n for n in range(1, min(int(common / least), 200))]
    assert not any(all(n % size == 0 for size in sizes) for n in smaller)
