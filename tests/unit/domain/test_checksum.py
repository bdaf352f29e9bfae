"""Checksums as the venues compute them: their own examples, and everything that was recorded."""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from graphwiz_trader.domain.book import Applied, OrderBook
from graphwiz_trader.domain.checksum import Checksum, ChecksumRule, Levels, checksum_of
from graphwiz_trader.domain.errors import OffGrid
from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import Asset, InstrumentId, Nanos

Texts = list[tuple[int, str, str]]
"""Levels as the wire has them: +1 bid or −1 ask, price, quantity."""


def instrument(
    tick: str, lot: str, decimals: int | None = None, qty_decimals: int | None = None
) -> Instrument:
    return Instrument(
        InstrumentId("A/B@venue"), Asset("A"), Asset("B"), Decimal(tick), Decimal(lot),
        wire_price_decimals=decimals, wire_qty_decimals=qty_decimals,
    )  # fmt: skip


def checksum(rule: ChecksumRule, of: Instrument) -> Checksum:
    made = checksum_of(rule, of)
    assert made is not None
    return made


def levels(of: Instrument, *texts: tuple[str, str]) -> Levels:
    return Levels(
        np.array([of.ticks(price) for price, _ in texts], np.int64),
        np.array([of.lots(qty) for _, qty in texts], np.int64),
    )


def test_kraken_documents_this_example() -> None:
    grid = instrument("0.00001", "0.00000001")
    asks = levels(grid, *((f"0.{5005 + 5 * i:05d}", "0.000005") for i in range(10)))
    bids = levels(grid, *((f"0.{p:05d}", "0.000005") for p in (5000, 4995, *range(4990, 4945, -5))
                          if p != 4985))  # fmt: skip

    assert checksum(ChecksumRule.KRAKEN, grid).agrees(974947235, bids, asks)


def test_kraken_pads_to_the_decimals_of_the_wire_and_not_of_the_grid() -> None:
    grid = instrument("0.1", "0.001", decimals=5)
    bids, asks = levels(grid, ("54.3", "2")), levels(grid, ("54.4", "1.5"))

    text = "5440000" + "1500" + "5430000" + "2000"

    assert checksum(ChecksumRule.KRAKEN, grid).of(bids, asks) == crc32(text.encode())


def test_a_grid_finer_than_the_wire_is_refused() -> None:
    with pytest.raises(OffGrid, match="wire's 2 decimals"):
        checksum_of(ChecksumRule.KRAKEN, instrument("0.001", "1", decimals=2))


def test_okx_takes_bids_and_asks_in_turn_in_their_shortest_form() -> None:
    grid = instrument("0.05", "0.001")
    bids = levels(grid, ("3366.1", "7"), ("3366", "6.25"))
    asks = levels(grid, ("3366.8", "9"), ("3368", "8"), ("3372", "800"))

    text = "3366.1:7:3366.8:9:3366:6.25:3368:8:3372:800"

    assert checksum(ChecksumRule.OKX, grid).of(bids, asks) == crc32(text.encode())


@pytest.mark.parametrize("tick", ["10", "1", "0.5", "0.00000001"])
def test_prices_of_any_grid_are_written_as_decimals(tick: str) -> None:
    grid = instrument(tick, "1")
    bids, none = levels(grid, (str(3 * Decimal(tick)), "1")), levels(grid)

    shortest = f"{(3 * Decimal(tick)).normalize():f}:1"

    assert checksum(ChecksumRule.OKX, grid).of(bids, none) == crc32(shortest.encode())


def test_a_signed_checksum_is_the_same_as_an_unsigned_one() -> None:
    grid = instrument("0.1", "1")
    bids, asks = levels(grid, ("1.1", "1")), levels(grid, ("1.3", "1"))
    rule = checksum(ChecksumRule.OKX, grid)

    ours = rule.of(bids, asks)

    assert rule.agrees(ours, bids, asks)
    assert rule.agrees(ours - (1 << 32), bids, asks)
    assert not rule.agrees(ours + 1, bids, asks)


def test_okx_sends_zero_where_it_retired_checksums() -> None:
    grid = instrument("0.1", "1")

    assert not checksum(ChecksumRule.OKX, grid).is_sent(0)
    assert checksum(ChecksumRule.KRAKEN, grid).is_sent(0)


def update(of: Instrument, texts: Texts, theirs: int | None, *, snapshot: bool) -> BookUpdate:
    rows = LevelRows(
        np.array([side for side, _, _ in texts], np.int8),
        np.array([of.ticks(price) for _, price, _ in texts], np.int64),
        np.array([of.lots(qty) for _, _, qty in texts], np.int64),
    )
    return BookUpdate(
        Nanos(1), Nanos(1), of.id, rows, 0, len(texts), snapshot=snapshot, checksum=theirs
    )


Frames = Iterator[tuple[str, Texts, int | None, bool]]
"""Symbol, levels, checksum, and whether it is a snapshot."""


def frames(file: Path) -> Iterator[object]:
    with gzip.open(file, "rt") as lines:
        for line in lines:
            stamp, _, body = line.partition(": ")
            if " " not in stamp and body.startswith(("[", "{")):
                yield json.loads(body)


def kraken(folder: Path) -> Frames:
    for file in sorted(folder.glob("KRAKEN.ws.*.gz")):
        for frame in frames(file):
            if isinstance(frame, list) and frame[-2].startswith("book"):
                parts = {k: v for part in frame[1:-2] for k, v in part.items()}
                found = [(-1, p, q) for p, q, *_ in parts.get("as", []) + parts.get("a", [])]
                found += [(1, p, q) for p, q, *_ in parts.get("bs", []) + parts.get("b", [])]
                theirs = int(parts["c"]) if "c" in parts else None
                yield frame[-1] + frame[-2], found, theirs, "as" in parts


def okx(folder: Path) -> Frames:
    for frame in frames(folder / "OKX.ws.1.0.gz"):
        if isinstance(frame, dict) and "action" in frame and frame["arg"]["channel"] == "books":
            (book,) = frame["data"]
            found = [(-1, p, q) for p, q, *_ in book["asks"]]
            found += [(1, p, q) for p, q, *_ in book["bids"]]
            yield frame["arg"]["instId"], found, book["checksum"], frame["action"] == "snapshot"


def decimals(text: str) -> int:
    return len(text.partition(".")[2])


def grid_of(texts: Texts) -> Instrument:
    """The finest grid seen; Kraken pads its prices far beyond it."""
    columns = [[text[i] for text in texts] for i in (1, 2)]
    finest = [max(decimals(f"{Decimal(t).normalize():f}") for t in column) for column in columns]
    padded = [max(map(decimals, column)) for column in columns]
    return instrument(*(str(Decimal(1).scaleb(-n)) for n in finest), *padded)


@pytest.mark.parametrize(
    ("read", "rule", "depth", "expected"),
    [(kraken, ChecksumRule.KRAKEN, 1000, 4269), (okx, ChecksumRule.OKX, None, 290)],
)
def test_every_recorded_checksum_is_that_of_our_book(
    read: object, rule: ChecksumRule, depth: int | None, expected: int, shared_data: Path
) -> None:
    assert callable(read)
    recorded = list(read(shared_data / "cryptofeed_raw"))
    books: dict[str, OrderBook] = {}
    for symbol in dict.fromkeys(name for name, *_ in recorded):
        grid = grid_of([text for name, texts, *_ in recorded if name == symbol for text in texts])
        books[symbol] = OrderBook(grid, checksum=rule, depth=depth)

    told = [
        books[name].apply(update(books[name].instrument, texts, theirs, snapshot=first))
        for name, texts, theirs, first in recorded
    ]

    assert sum(book.quality.checksums_checked for book in books.values()) == expected
    assert sum(book.quality.checksums_failed for book in books.values()) == 0
    assert Applied.BAD_CHECKSUM not in told
