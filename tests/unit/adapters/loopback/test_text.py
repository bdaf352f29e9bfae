from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.adapters.loopback.wire.symbol import on_grid
from graphwiz_trader.adapters.loopback.wire.text import (
    fixed,
    fixed_text,
    shortest,
    shortest_text,
)

SIZES = [Decimal(text) for text in ("0.01", "0.00001", "0.000001", "1", "0.5", "10", "0.10")]
sizes = st.sampled_from(SIZES)
counts = st.integers(0, 10**14)


@given(sizes, counts)
def test_fixed_texts_have_all_decimals_and_lose_nothing(size: Decimal, count: int) -> None:
    text = fixed_text(size, 8)(count)

    assert Decimal(text) == count * size
    assert len(text.partition(".")[2]) == 8


@given(sizes, counts)
def test_shortest_texts_lose_nothing_and_end_in_no_zero(size: Decimal, count: int) -> None:
    text = shortest_text(size)(count)

    assert Decimal(text) == count * size
    assert "." not in text or text[-1] not in "0."


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1.5", "1.50000000"), ("-0.123456789", "-0.12345678"), ("1E+2", "100.00000000")],
)
def test_amounts_are_cut_to_eight_decimals(amount: str, text: str) -> None:
    assert fixed(Decimal(amount)) == text


@pytest.mark.parametrize(("amount", "text"), [("1E+2", "100"), ("0.500", "0.5"), ("0", "0")])
def test_amounts_are_written_without_exponent_or_trailing_zeros(amount: str, text: str) -> None:
    assert shortest(Decimal(amount)) == text


@given(sizes, counts)
def test_a_multiple_is_on_the_grid_and_half_a_step_more_is_not(size: Decimal, count: int) -> None:
    assert on_grid(size, str(count * size)) == count
    assert on_grid(size, str(count * size + size / 2)) is None
