"""A tape as CSV."""

from collections.abc import Callable
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.export import to_csv, to_hftbacktest
from graphwiz_trader.adapters.parquet.tape import to_parquet
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Lots, Nanos, Ticks
from graphwiz_trader.testing.make import book_update, instrument
from graphwiz_trader.testing.tape import make_tape

BTC = instrument("BTC/USDT@v", lot="0.01")
EVENTS = [
    book_update(BTC, [("100.1", "1")], [("100.3", "0.07")], ts=10),
    book_update(BTC, ts=11, snapshot=False),
    book_update(BTC, [("100.1", "0")], ts=12, snapshot=False),
    Trade(Nanos(13), Nanos(14), BTC.id, Side.SELL, Ticks(1001), Lots(4)),
]


def test_each_row_is_a_line_of_exact_decimals(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"

    rows = to_csv(make_tape("t", [BTC], EVENTS), path)

    assert rows == 4
    assert path.read_text().splitlines() == [
        "ts,ts_venue,instrument,kind,side,price,qty",
        "10,10,BTC/USDT@v,snapshot,1,100.1,1.00",
        "10,10,BTC/USDT@v,snapshot,-1,100.3,0.07",
        "12,12,BTC/USDT@v,change,1,100.1,0.00",
        "13,14,BTC/USDT@v,trade,-1,100.1,0.04",
    ]


@pytest.mark.parametrize("write", [to_csv, to_hftbacktest, to_parquet])
def test_where_it_cannot_be_written_is_named(
    write: Callable[[Tape, Path], int], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"missing/t\.out: found .*(No such|non-existent)"):
        write(make_tape("t", [BTC], EVENTS), tmp_path / "missing/t.out")
