"""Trades as CSV, with or without quantity and side."""

import pytest

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.ports.archive import Archive
from tests.unit.adapters.files.imports.conftest import Read


def trades(archive: Archive) -> list[tuple[Side, int, int]]:
    return [(e.side, e.price, e.qty) for e in archive.events() if isinstance(e, Trade)]


def test_without_side_and_quantity_both_are_assumed_and_said(read: Read) -> None:
    text = "date,last\n2018-08-12 00:00:19,681008.0\n2018-08-12 00:00:31,681007.0\n"

    archive = read("trades-csv", {"f": text})

    assert trades(archive) == [(Side.BUY, 681008, 1), (Side.SELL, 681007, 1)]
    assert len(archive.notes) == 2


def test_side_and_quantity_are_taken_as_told(read: Read) -> None:
    text = "time,price,amount,side\n1629417600,10,0.5,SELL\n1629417601,9,1,b\n"

    archive = read("trades-csv", {"f": text})

    assert trades(archive) == [(Side.SELL, 10, 5), (Side.BUY, 9, 10)]
    assert archive.notes == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a,b\n1,2\n", "line 1: found 'a,b', expected a header date,last"),
        ("date,last\n2018-08-12\n", "line 2: found 1 columns, expected 2"),
        ("date,last\nnoon,5\n", "line 2: found time 'noon'"),
        ("date,last\n2018-08-12,x\n", "line 2: found price 'x', expected a decimal number"),
        ("date,price,side\n2018-08-12,5,both\n", "line 2: found side 'both', expected buy or sell"),
    ],
)
def test_another_form_is_named(read: Read, text: str, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        read("trades-csv", {"f": text})
