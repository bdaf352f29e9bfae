"""Lean's ticks: a quote replaces the one before, times are the file's own."""

import io
import zipfile

import pytest

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookUpdate, Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.ports.archive import Archive
from tests.unit.adapters.files.imports.conftest import Read

MIDNIGHT = 1_399_334_400_000_000_000  # 2014-05-06
QUOTES = "20140506_eurusd_tick_quote.csv"


def zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return out.getvalue()


def quotes(archive: Archive) -> list[tuple[int, bool, list[tuple[int, int, int]]]]:
    """When, whether a snapshot, and rows (side, ticks, lots)."""
    told = []
    for event in archive.events():
        assert isinstance(event, BookUpdate)
        rows, span = event.rows, slice(event.first, event.last)
        columns = (column[span].tolist() for column in (rows.side, rows.ticks, rows.lots))
        told.append((event.ts - MIDNIGHT, event.snapshot, list(zip(*columns, strict=True))))
    return told


def test_a_quote_is_a_book_of_two_levels_of_size_one(read: Read) -> None:
    content = zipped(**{QUOTES: "40.1868,1.38833,1.38835\n339,1.38835,1.38834\n"})

    archive = read("lean-quote-tick", {"20140506_quote.zip": content}, ("EUR/USD",))

    assert quotes(archive) == [
        (40_186_800, True, [(1, 138833, 1), (-1, 138835, 1)]),
        (339_000_000, True, [(1, 138835, 1), (-1, 138834, 1)]),
    ]
    assert any("sizes are not recorded" in note for note in archive.notes)


def test_quotes_of_one_time_stay_in_order(read: Read) -> None:
    content = zipped(**{QUOTES: "5,1.3,1.4\n5,1.2,1.5\n"})

    found = quotes(read("lean-quote-tick", {"20140506_quote.zip": content}, ("EUR/USD",)))

    assert [rows[0] for _, _, rows in found] == [(1, 13, 1), (1, 12, 1)]


def test_equities_are_in_ten_thousandths_and_may_quote_one_side(read: Read) -> None:
    content = zipped(**{"20140506_ibm_Quote_Tick.csv": "5,1800100,300,0,0,P,1,0\n"})
    name = "equity/usa/tick/ibm/20140506_quote.zip"

    archive = read("lean-quote-tick", {name: content}, ("IBM/USD",))

    assert quotes(archive) == [(5_000_000, True, [(1, 18001, 300)])]


def test_trades_are_given_a_side_by_the_tick_rule(read: Read) -> None:
    name = "20140506_gc_tick_trade_201306.csv"
    content = zipped(**{name: "1,10.5,5\n2,10.4,1\n3,10.4,2\n"})

    archive = read("lean-trade-tick", {"20140506_trade.zip": content}, ("GC201306/USD",))

    trades = [event for event in archive.events() if isinstance(event, Trade)]
    assert [(t.side, t.price, t.qty) for t in trades] == [
        (Side.BUY, 105, 5),
        (Side.SELL, 104, 1),
        (Side.BUY, 104, 2),
    ]


def test_members_are_merged_in_time(read: Read) -> None:
    content = zipped(**{"20140506_a_x.csv": "1,1,1\n4,1,1\n", "20140506_b_x.csv": "2,1,1\n"})

    archive = read("lean-trade-tick", {"20140506_trade.zip": content}, ())

    assert [event.instrument[0] for event in archive.events()] == ["A", "B", "A"]


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("quote.zip", zipped(x="1,2,3\n"), "found no day in the name"),
        ("99999999_quote.zip", zipped(x="1,2,3\n"), "found day 99999999"),
        ("20140506_quote.zip", b"PK nonsense", "found .* expected a zip of CSV"),
        ("20140506_quote.zip", zipped(x="noon,1,2\n"), r"x, line 1: found 'noon,1,2"),
        ("20140506_quote.zip", zipped(x="5,1\n"), r"x, line 1: found '5,1"),
    ],
)
def test_another_form_is_named(read: Read, name: str, content: bytes, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        read("lean-quote-tick", {name: content})
