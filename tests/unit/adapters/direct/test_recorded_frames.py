"""Recorded frames, replayed through the live path, give the books that `data verify` proves."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphwiz_trader.adapters.direct.binance_feed import (
    COINM,
    SPOT,
    USDM,
    BinanceDialect,
    BinanceMarket,
)
from graphwiz_trader.adapters.direct.kraken_feed import KrakenDialect
from graphwiz_trader.adapters.direct.okx_feed import OkxDialect
from graphwiz_trader.adapters.files.imports.archive import FileArchive, Wanted
from graphwiz_trader.adapters.files.imports.formats import FORMATS
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.testing import make
from tests.unit.adapters.direct.studio import Studio


def archive(path: Path, form: str, venue: str, symbols: tuple[str, ...]) -> FileArchive:
    return FileArchive(Wanted((path,), FORMATS[form], venue, symbols))


def proven(of: FileArchive, one: Instrument) -> tuple[OrderBook, int]:
    """The book that `data verify` proves, and how many messages made it."""
    book, messages = OrderBook(one), 0
    for event in of.events():
        if isinstance(event, BookUpdate) and event.instrument == one.id:
            book.apply(event)
            messages += 1
    return book, messages


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with gzip.open(path) as file:
        for line in file:
            ts, _, text = line.rstrip().partition(b" ")
            yield int(ts), text


@pytest.mark.parametrize(
    ("folder", "market"), [("spot", SPOT), ("usdm", USDM)], ids=["spot", "usdm"]
)
@pytest.mark.parametrize("pair", ["btcusdt", "ethusdt"])
def test_binance(shared_data: Path, folder: str, market: BinanceMarket, pair: str) -> None:
    path = shared_data / "binance_raw_ws" / folder / f"{pair}_20240808.gz"
    recording = archive(path, "binance-ws", "binance", (f"{pair[:3].upper()}/USDT",))
    (one,) = recording.instruments
    studio = Studio(BinanceDialect(one.venue, market))
    studio.open(one)

    for ts, text in lines(path):
        studio.clock.at = ts
        if b'"lastUpdateId"' in text[:40]:
            studio.session.on_snapshot(one, text)
        else:
            studio.hear(text)

    book, messages = proven(recording, one)
    assert studio.gaps == []
    assert len(studio.events) - trades(studio) == messages
    assert studio.books[one.id].content() == book.content()


@pytest.mark.parametrize("name", ["btcusd_perp", "ethusd_perp"])
def test_binance_coin_m(shared_data: Path, name: str) -> None:
    (path,) = (shared_data / "binance_raw_ws" / "cm").glob(f"{name}*.gz")
    tick = {"btcusd_perp": "0.1", "ethusd_perp": "0.01"}[name]
    base = name[:3].upper()
    one = make.instrument(f"{base}/USD:{base}@binancecoinm", tick, "1", Kind.INVERSE)
    studio = Studio(BinanceDialect(one.venue, COINM))
    studio.open(one)
    book, diffs = {1: dict[str, str](), -1: dict[str, str]()}, 0

    for ts, text in lines(path):
        studio.clock.at = ts
        body = json.loads(text)
        body = body.get("data", body)
        if "lastUpdateId" in body:
            studio.session.on_snapshot(one, json.dumps(body, separators=(",", ":")).encode())
            book = {1: dict(body["bids"]), -1: dict(body["asks"])}
        else:
            studio.hear(text)
            if body["e"] == "depthUpdate" and studio.books[one.id].is_synced:
                diffs += 1
                book[1].update(body["b"])
                book[-1].update(body["a"])

    told = studio.books[one.id]
    for side, levels in ((Side.BUY, book[1]), (Side.SELL, book[-1])):
        ticks, lots = told.levels(side, told.count(side))
        wanted = {one.ticks(price): int(qty) for price, qty in levels.items() if float(qty)}
        assert dict(zip(ticks.tolist(), lots.tolist(), strict=True)) == wanted
    assert studio.gaps == []
    assert diffs > 100


def trades(studio: Studio) -> int:
    return sum(not isinstance(event, BookUpdate) for event in studio.events)


def test_okx(shared_data: Path) -> None:
    path = shared_data / "cryptofeed_raw" / "OKX.ws.1.0.gz"
    recording = archive(path, "cryptofeed-raw", "okx", ())
    one = next(one for one in recording.instruments if one.symbol == "BTC/USDT")
    studio = Studio(OkxDialect(Venue("okx")))
    studio.open(one)

    for text in received(path):
        studio.hear(text)

    book, messages = proven(recording, one)
    line = studio.session.book(one.id)
    assert studio.gaps == []
    assert len(studio.events) - trades(studio) == messages > 90
    assert studio.books[one.id].content() == book.content()
    assert line.quality.checksums_checked == messages


def received(path: Path) -> Iterator[bytes]:
    """The texts that came in, without those that went out."""
    with gzip.open(path) as file:
        for line in file:
            head, _, text = line.rstrip().partition(b": ")
            if b"<" not in head:
                yield text


def test_kraken_checksums_hold_in_the_present_protocol(shared_data: Path) -> None:
    """The recording is of version 1; its books and checksums are spelt anew, as version 2."""
    path = shared_data / "cryptofeed_raw" / "KRAKEN.ws.50.0.gz"
    recording = archive(path, "cryptofeed-raw", "kraken", ())
    studio = Studio(KrakenDialect(Venue("kraken")))
    studio.open(*recording.instruments)
    instruments = {one.id: one for one in recording.instruments}
    told = 0

    for event in recording.events():
        if isinstance(event, BookUpdate):
            told += 1
            studio.hear(version_2(instruments[event.instrument], event), event.ts)

    assert studio.gaps == []
    assert told == studio.session.tally.updates > 1000


def version_2(one: Instrument, event: BookUpdate) -> str:
    sides: dict[int, list[dict[str, float]]] = {1: [], -1: []}
    for k in range(event.first, event.last):
        price = one.price(int(event.rows.ticks[k]))
        qty = one.qty(int(event.rows.lots[k]))
        sides[int(event.rows.side[k])].append({"price": float(price), "qty": float(qty)})
    body: dict[str, object] = {"symbol": one.symbol, "bids": sides[1], "asks": sides[-1]}
    if event.checksum is not None:
        body["checksum"] = event.checksum
    kind = "snapshot" if event.snapshot else "update"
    push = {"channel": "book", "type": kind, "data": [body]}
    return json.dumps(push, separators=(",", ":"))
