"""Decimals are counted as the text shows them, less what is only padding."""

import pytest

from graphwiz_trader.adapters.files.imports.grid import decimals


@pytest.mark.parametrize(
    ("text", "count"),
    [("61737.63000000", 2), ("100", 0), ("100.", 0), ("1e-05", 5), ("1.50E-3", 4), ("1e3", 0),
     ("nan", 0), ("hello", 0), (".5", 1)],
)  # fmt: skip
def test_decimals_of(text: str, count: int) -> None:
    assert decimals(text) == count
