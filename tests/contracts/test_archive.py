"""Every archive, against the same promises."""

from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.imports.archive import FileArchive, Wanted
from graphwiz_trader.adapters.files.imports.formats import FORMATS
from graphwiz_trader.domain.events import BookGap, Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Lots, Nanos, Ticks
from graphwiz_trader.ports.archive import Archive, TopSeen
from graphwiz_trader.testing.archive import WrittenArchive
from graphwiz_trader.testing.make import book_update, instrument
from tests.contracts.archive import ArchiveContract

BTC = instrument("BTC/USDT@binance")
LINES = """\
5 {"lastUpdateId":10,"bids":[["100.0","1"]],"asks":[["100.1","2"]]}
6 {"stream":"btcusdt@bookTicker","data":{"s":"BTCUSDT","u":9,"b":"9","B":"1","a":"10","A":"2"}}
7 {"stream":"btcusdt@trade","data":{"s":"BTCUSDT","t":1,"p":"100.0","q":"0.5","T":0,"m":true}}
8 {"stream":"btcusdt@depth","data":{"E":0,"s":"BTCUSDT","U":13,"u":14,"b":[["99.9","1"]],"a":[]}}
"""
DIFF = '4 {"stream":"btcusdt@depth","data":{"E":0,"s":"BTCUSDT","U":9,"u":9,"b":[],"a":[]}}\n'


class TestWrittenArchive(ArchiveContract):
    @pytest.fixture
    def archive(self) -> Archive:
        return WrittenArchive(
            [BTC],
            [
                book_update(BTC, [("100.0", "1")], [("100.1", "2")], ts=5),
                TopSeen(Nanos(6), BTC.id, 10, Ticks(1000), Lots(1000), Ticks(1001), Lots(2000)),
                Trade(Nanos(7), Nanos(7), BTC.id, Side.SELL, Ticks(1000), Lots(500)),
                BookGap(Nanos(8), BTC.id, "lost"),
                book_update(BTC, [("99.9", "1")], ts=8, snapshot=False),
            ],
        )


class TestFileArchive(ArchiveContract):
    @pytest.fixture
    def archive(self, tmp_path: Path) -> Archive:
        path = tmp_path / "btc.txt"
        path.write_text(DIFF + LINES)
        return FileArchive(Wanted((path,), FORMATS["binance-ws"], "binance", tops=True))
