from decimal import Decimal
from pathlib import Path

import pytest

from graphwiz_trader.adapters.loopback.record import Accepted, Filled, Record
from graphwiz_trader.adapters.loopback.record_file import read_truth
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.truth import TrueFill, TrueOrder
from graphwiz_trader.domain.units import Asset, ClOrdId, InstrumentId, Nanos, Venue

OKX, BTC = Venue("okx"), InstrumentId("BTC/USDT@okx")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A record of an order, its fill, a market order, and two faults."""
    path = tmp_path / "exchange.jsonl"
    record = Record(path)
    record.accepted(Nanos(1), OKX, Accepted("a1", BTC, "BUY", "0.5", "100.1"))
    filled = Filled("a1", "7", BTC, "BUY", "0.2", "100", "-0.01", "USDT")
    record.fill(Nanos(2), OKX, filled)
    record.accepted(Nanos(3), OKX, Accepted("a2", BTC, "SELL", "1", ""))
    for _ in range(2):
        record.fault(Nanos(4), OKX, "gap", "books:BTC-USDT")
    record.close()
    return path


def test_a_record_is_read_as_it_was_written(path: Path) -> None:
    truth = read_truth(path, ())

    a1, half = ClOrdId("a1"), Decimal("0.5")
    assert truth.orders[0] == TrueOrder(Nanos(1), OKX, a1, BTC, Side.BUY, half, Decimal("100.1"))
    assert truth.orders[1].price is None
    assert truth.fills == (
        TrueFill(
            Nanos(2),
            OKX,
            a1,
            "7",
            BTC,
            Side.BUY,
            Decimal("0.2"),
            Decimal(100),
            Decimal("-0.01"),
            Asset("USDT"),
        ),
    )
    assert truth.faults == {"gap": 2}


def test_a_line_cut_off_at_the_end_is_left_out(path: Path) -> None:
    text = path.read_text()
    path.write_text(text[:-20])

    assert read_truth(path, ()).faults == {"gap": 1}


@pytest.mark.parametrize("line", ["5", '{"what": "accepted"}', '{"what": "lost"}', "{"])
def test_a_line_of_something_else_is_named(path: Path, line: str) -> None:
    path.write_text(f"{path.read_text()}{line}\n")

    with pytest.raises(DataError, match=r"exchange\.jsonl:6"):
        read_truth(path, ())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere"):
        read_truth(tmp_path / "nowhere", ())
