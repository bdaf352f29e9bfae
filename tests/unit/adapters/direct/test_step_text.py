"""Ticks and lots as text."""

from decimal import Decimal

import pytest

from graphwiz_trader.adapters.direct.step_text import StepText


@pytest.mark.parametrize(
    ("size", "count", "text"),
    [
        ("0.01", 123_456, "1234.56"),
        ("0.50", 3, "1.5"),
        ("0.00001", 4, "0.00004"),
        ("1", 7, "7"),
        ("10", 7, "70"),
        ("0.001", 0, "0.000"),
        ("0.001", -5, "-0.005"),
    ],
)
def test_a_count_of_steps_reads_exactly(size: str, count: int, text: str) -> None:
    assert StepText(Decimal(size)).of(count) == text
    assert Decimal(text) == count * Decimal(size)
