"""A tape that tells orders keeps them as Parquet."""

from pathlib import Path

import polars as pl

from graphwiz_trader.adapters.parquet.tape import to_parquet
from graphwiz_trader.testing.make import instrument
from graphwiz_trader.testing.order_flow import Act, record_orders
from graphwiz_trader.testing.tape import MemoryTapes

BTC = instrument("BTC/USDT@v", "0.1", "0.01")


def test_each_row_names_its_order_and_what_that_has_left(tmp_path: Path) -> None:
    acts = [
        Act(1, "clear"),
        Act(1, "add", 7, +1, 1000, 5),
        Act(1, "add", 8, +1, 1000, 3),
        Act(2, "fill", 7, +1, 1000, 2),
        Act(2, "change", 7, +1, 1000, 3),
    ]
    path = tmp_path / "t.parquet"

    to_parquet(record_orders(MemoryTapes(), "t", BTC, acts), path)

    frame = pl.read_parquet(path).select("kind", "qty", "order", "left")
    assert frame.rows() == [
        ("snapshot", 0.05, 7, 0.05),
        ("snapshot", 0.08, 8, 0.03),
        ("trade", 0.02, 7, 0.0),
        ("change", 0.06, 7, 0.03),
    ]
