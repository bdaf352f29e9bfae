"""Symbols are matched, grids found in order, and numbers converted exactly or refused."""

import gzip
import hashlib
from decimal import Decimal
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.imports.archive import FileArchive, Wanted
from graphwiz_trader.adapters.files.imports.formats import FORMATS
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.instrument import Kind
from tests.unit.adapters.files.imports.conftest import Read

HEADER = "timestamp,symbol,b1,bv1,a1,av1\n"
ROW = "2021-08-20 00:00:00,BTCUSDT,{},{},{},{}\n"
GRIDS = "- {symbol: BTC/USDT, tick_size: 0.1, lot_size: 0.01}\n"


def csv(*levels: tuple[str, str, str, str]) -> str:
    return HEADER + "".join(ROW.format(*row) for row in levels)


def test_the_finest_decimals_make_the_grid(read: Read) -> None:
    archive = read(
        "book-csv", {"f": csv(("10", "1.50", "10.25", "2"), ("9.5", "1", "10", "0.125"))}
    )

    (instrument,) = archive.instruments

    assert (instrument.tick_size, instrument.lot_size) == (Decimal("0.01"), Decimal("0.001"))


def test_exponents_are_decimals_too(read: Read) -> None:
    archive = read("book-csv", {"f": csv(("1e-07", "1", "2.5E-6", "1e2"))})

    (instrument,) = archive.instruments

    assert (instrument.tick_size, instrument.lot_size) == (Decimal("1e-7"), Decimal(1))


def test_quantities_beyond_eight_decimals_are_cut_and_counted(read: Read) -> None:
    qty = "39.3193331507701"
    archive = read("book-csv", {"f": csv(("10", qty, "11", "0.999999999999"))})

    (update,) = archive.events()

    assert isinstance(update, BookUpdate)
    assert update.rows.lots.tolist() == [3931933315, 99999999]
    assert archive.rounded == 2


def test_an_instruments_file_comes_first(read: Read) -> None:
    archive = read("book-csv", {"f": csv(("10", "1", "11", "2"))}, instruments=GRIDS)

    (update,) = archive.events()

    assert isinstance(update, BookUpdate)
    assert update.rows.ticks.tolist() == [100, 110]
    assert update.rows.lots.tolist() == [100, 200]


def test_an_instruments_file_says_what_an_instrument_is(read: Read) -> None:
    line = GRIDS.replace("}", ", kind: linear, multiplier: 0.001, min_qty: 0.05, min_notional: 5}")

    (instrument,) = read(
        "book-csv", {"f": csv(("10", "1", "11", "2"))}, instruments=line
    ).instruments

    assert (instrument.kind, instrument.multiplier) == (Kind.LINEAR, Decimal("0.001"))
    assert (instrument.min_qty, instrument.min_notional) == (5, Decimal(5))


@pytest.mark.parametrize(
    ("levels", "complaint"),
    [
        (("10.05", "1", "11", "1"), "price 10.05, expected a multiple of the tick 0.1"),
        (("10", "1", "11", "0.005"), "quantity 0.005, expected a multiple of the lot 0.01"),
        (("nan", "1", "11", "1"), "price nan, expected a price above 0"),
        (("10", "nan", "11", "1"), "quantity nan, expected a quantity from 0"),
        (("inf", "1", "11", "1"), "price inf, expected a price above 0"),
        (("-10", "1", "11", "1"), "price -10, expected a price above 0"),
        (("0", "1", "11", "1"), "price 0, expected a price above 0"),
        (("1e30", "1", "11", "1"), "price 1e30, expected a price above 0 and up to"),
        (("10", "-1", "11", "1"), "quantity -1, expected a quantity from 0"),
        (("10", "1e30", "11", "1"), "quantity 1e30, expected a quantity from 0 to below"),
        (("ten", "1", "11", "1"), "price 'ten', expected a decimal number"),
    ],
)
def test_a_bad_number_is_refused_with_its_line(
    read: Read, levels: tuple[str, str, str, str], complaint: str
) -> None:
    archive = read("book-csv", {"f": csv(("10", "1", "11", "1"), levels)}, instruments=GRIDS)

    with pytest.raises(DataError) as refused:
        list(archive.events())

    assert f"f, line 3: found {complaint}" in str(refused.value)


def test_large_quantities_are_exact(read: Read) -> None:
    archive = read("book-csv", {"f": csv(("10", "12345678901.12345678", "11", "1"))})

    (update,) = archive.events()

    assert isinstance(update, BookUpdate)
    assert update.rows.lots.tolist()[0] == 1234567890112345678


@pytest.mark.parametrize(
    "grids", ["- {symbol: X}", "{", "[1]", "- {symbol: X, tick_size: a, lot_size: 1}", "x: [1"]
)
def test_a_bad_instruments_file_is_refused(read: Read, grids: str) -> None:
    with pytest.raises(DataError, match=r"grids\.yaml: found .* expected a list"):
        read("book-csv", {"f": csv(("10", "1", "11", "1"))}, instruments=grids)


def test_a_symbol_the_files_have_not_is_refused(read: Read) -> None:
    with pytest.raises(DataError, match="f: found BTCUSDT, expected ETH/USDT"):
        read("book-csv", {"f": csv(("10", "1", "11", "1"))}, symbols=("ETH/USDT",))


def test_only_the_symbols_asked_for_are_taken(read: Read) -> None:
    text = csv(("10", "1", "11", "1")) + ROW.replace("BTC", "ETH").format("5", "1", "6", "1")

    archive = read("book-csv", {"f": text}, symbols=("ETH/USDT",))

    assert [event.instrument for event in archive.events()] == ["ETH/USDT@v"]


def test_files_that_name_nothing_need_a_name(read: Read) -> None:
    text = "date,last\n2018-08-12,5\n"

    with pytest.raises(DataError, match="found no instrument's name, expected --symbol"):
        read("trades-csv", {"f": text}, symbols=())


@pytest.mark.parametrize("content", [b"", gzip.compress(b"")], ids=["nothing", "nothing, gzipped"])
def test_an_empty_file_is_refused(read: Read, content: bytes) -> None:
    with pytest.raises(DataError, match=r"f: found (an empty file|no market data), expected"):
        read("book-csv", {"f": content})


def test_a_header_without_rows_is_refused(read: Read) -> None:
    with pytest.raises(DataError, match="f: found no market data, expected CSV timestamp"):
        read("book-csv", {"f": HEADER})


def test_a_damaged_gzip_is_named(read: Read) -> None:
    body = bytearray(gzip.compress(csv(*[("10", "1", "11", "1")] * 99).encode()))
    body[15:25] = b"\xff" * 10

    with pytest.raises(DataError, match=r"f, after line \d+: found damaged data"):
        read("book-csv", {"f": bytes(body)})


@pytest.mark.parametrize("name", ["missing", "."])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    wanted = Wanted((tmp_path / name,), FORMATS["book-csv"], "v")

    with pytest.raises(DataError, match=r"found .*directory, expected a file to read"):
        FileArchive(wanted)


def test_the_source_is_told_by_size_and_hash(read: Read) -> None:
    text = csv(("10", "1", "11", "1"))

    (source,) = read("book-csv", {"f": text}).files

    digest = hashlib.sha256(text.encode()).hexdigest()
    assert (source.name, source.size, source.sha256) == ("f", len(text), digest)


def test_many_messages_are_the_same_as_few(read: Read) -> None:
    """Batches leave no seam."""
    rows = [(f"{10 + i % 7}", f"{i + 1}", f"{20 + i % 5}", f"{i + 2}") for i in range(5000)]
    archive = read("book-csv", {"f": csv(*rows)})
    book = OrderBook(archive.instruments[0])
    tops = []

    for event in archive.events():
        assert isinstance(event, BookUpdate)
        book.apply(event)
        tops.append((book.bid, book.bid_lots, book.ask, book.ask_lots))

    assert tops == [tuple(map(int, row)) for row in rows]
