"""Every message has the keys and kinds of values of the recorded or published one."""

import gzip
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from graphwiz_trader.adapters.loopback.rest.binance_public import BinancePublic
from graphwiz_trader.adapters.loopback.streams.binance import KINDS, BinanceStreams
from graphwiz_trader.adapters.loopback.streams.okx import CHANNELS, OkxChannels
from graphwiz_trader.adapters.loopback.wire import okx
from graphwiz_trader.domain.sides import Side
from tests.unit.adapters.loopback.venues import Ear, later, premises

XCHANGE = "xchange_fixtures/xchange-{}/src/test/resources"
BINANCE_DTO = XCHANGE.format("stream-binance") + "/info/bitrich/xchangestream/binance/dto"
RETIRED = {"a", "b"}
"""Of a trade: who bought and who sold, which Binance does not tell any more."""


def shape(message: Any) -> Any:
    """The kinds of a message's values; of numbers in text, that they are numbers."""
    if isinstance(message, Mapping):
        return {key: shape(inner) for key, inner in message.items()}
    if isinstance(message, list):
        return [shape(message[0])] if message else []
    if isinstance(message, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", message):
        return "number"
    return type(message).__name__


def published(path: Path) -> Any:
    """A published example; comments are cut off."""
    return json.loads(re.sub(r"//.*", "", path.read_text(encoding="utf-8")))


def frames(path: Path) -> list[Any]:
    """The messages of a recorded socket."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found = [line.partition(": ")[2] for line in lines if re.match(r"[0-9.]+: \{", line)]
    return [json.loads(text) for text in found]


def binance_messages() -> dict[str, Any]:
    """The last message of every stream of BTC/USDT after five seconds."""
    venue, _ = premises("binance")
    venue.host.listeners.append(BinanceStreams(venue))
    ear = Ear()
    for kind in KINDS:
        venue.hub.join(f"btcusdt@{kind}", ear)
    later(venue, 5.0)
    return {kind: ear.of(f"btcusdt@{kind}")[-1] for kind in KINDS}


def okx_messages() -> dict[str, Any]:
    """The last message of every channel of BTC-USDT after five seconds."""
    venue, _ = premises("okx")
    channels = OkxChannels(venue)
    venue.host.listeners.append(channels)
    ear = Ear()
    for channel in CHANNELS:
        channels.open(ear, channel, venue.symbols.by_name["BTC-USDT"])
    later(venue, 5.0)
    return {channel: ear.of(f"{channel}:BTC-USDT")[-1] for channel in CHANNELS}


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("testTickerEvent.json", "ticker"),
        ("testTradeEvent.json", "trade"),
        ("testBookTickerEvent.json", "bookTicker"),
    ],
)
def test_binance_streams_are_as_published(shared_data: Path, file: str, kind: str) -> None:
    example = published(shared_data / BINANCE_DTO / file)
    example = example.get("data", example)
    if kind == "trade":
        example = {key: value for key, value in example.items() if key not in RETIRED}

    assert shape(binance_messages()[kind]) == shape(example)


@pytest.mark.parametrize("kind", ["depth@100ms", "aggTrade", "bookTicker"])
def test_binance_streams_are_as_recorded(shared_data: Path, kind: str) -> None:
    recorded = [
        frame["data"]
        for frame in frames(shared_data / "cryptofeed_raw/BINANCE.ws.1.0.gz")
        if frame.get("stream", "").endswith(f"@{kind}")
    ]
    both = [frame for frame in recorded if frame.get("b") != [] and frame.get("a") != []]
    ours = binance_messages()[kind]

    if kind == "depth@100ms":
        ours = {**ours, "b": ours["b"] or ours["a"], "a": ours["a"] or ours["b"]}
    assert shape(ours) == shape(both[0])


@pytest.mark.parametrize(
    ("file", "ask"),
    [
        ("depth.json", lambda public: public.depth({"symbol": "BTCUSDT"})),
        ("single-24hr-ticker.json", lambda public: public.ticker({"symbol": "BTCUSDT"})),
    ],
)
def test_binance_answers_are_as_published(
    shared_data: Path, file: str, ask: Callable[[BinancePublic], Any]
) -> None:
    example = published(shared_data / XCHANGE.format("binance") / "__files" / file)
    venue, _ = premises("binance")
    later(venue, 5.0)

    answer = ask(BinancePublic(venue))

    assert shape(example).items() <= shape(answer).items()


@pytest.mark.parametrize("channel", ["tickers", "trades", "books"])
def test_okx_channels_are_as_recorded(shared_data: Path, channel: str) -> None:
    """What OKX has added since 2022 comes besides: sequence numbers, counts, sources."""
    recorded = [
        frame
        for frame in frames(shared_data / "cryptofeed_raw/OKX.ws.1.0.gz")
        if "data" in frame
        and frame["arg"] == {"channel": channel, "instId": "BTC-USDT"}
        and all(frame["data"][0].get(side) != [] for side in ("asks", "bids"))
    ]
    ours = okx_messages()[channel]
    rows = {side: ours["data"][0].get(side) for side in ("asks", "bids")}
    if channel == "books":
        full = rows["asks"] or rows["bids"]
        ours["data"][0] |= {side: levels or full for side, levels in rows.items()}

    expected = shape(recorded[-1])

    assert {key: shape(ours)[key] for key in expected if key != "data"} == {
        key: value for key, value in expected.items() if key != "data"
    }
    assert expected["data"][0].items() <= shape(ours)["data"][0].items()


def test_okx_books_continue_without_a_gap_and_carry_their_checksum() -> None:
    venue, _ = premises("okx")
    channels = OkxChannels(venue)
    venue.host.listeners.append(channels)
    symbol = venue.symbols.by_name["BTC-USDT"]
    ear = Ear()
    channels.open(ear, "books", symbol)
    later(venue, 3.0)

    kept: dict[str, dict[str, str]] = {}
    last = -1
    for message in ear.of("books:BTC-USDT"):
        (book,) = message["data"]
        if message["action"] == "snapshot":
            kept = {"bids": {}, "asks": {}}
        else:
            assert book["prevSeqId"] == last
        last = book["seqId"]
        for side, levels in kept.items():
            levels |= {row[0]: row[1] for row in book[side]}
        assert book["checksum"] == checksum(kept)


def checksum(kept: dict[str, dict[str, str]]) -> int:
    """OKX's CRC32 over the texts received, written anew from its documentation."""
    from zlib import crc32

    sides = [
        sorted(
            ([p, q] for p, q in kept[side].items() if q != "0"),
            key=lambda row: float(row[0]),
            reverse=side == "bids",
        )[:25]
        for side in ("bids", "asks")
    ]
    parts = [
        text for rank in range(25) for side in sides if rank < len(side) for text in side[rank]
    ]
    unsigned = crc32(":".join(parts).encode())
    return unsigned - (unsigned >> 31 << 32)


def test_binance_depth_bridges_from_a_snapshot_between_two_messages() -> None:
    """Binance's own recipe: the first message kept spans the snapshot's number plus one."""
    venue, _ = premises("binance")
    venue.host.listeners.append(BinanceStreams(venue))
    ear = Ear()
    venue.hub.join("btcusdt@depth@100ms", ear)
    later(venue, 1.05)
    ladder = venue.host.ladders[venue.symbols.by_name["BTCUSDT"].instrument.id]

    snapshot: Any = BinancePublic(venue).depth({"symbol": "BTCUSDT", "limit": "1000"})
    before = len(ear.heard)
    later(venue, 2.0)

    kept = {"b": dict(snapshot["bids"]), "a": dict(snapshot["asks"])}
    number = snapshot["lastUpdateId"]
    updates = [update for update in ear.of("btcusdt@depth@100ms") if update["u"] > number]
    assert updates[0]["U"] <= number + 1 <= updates[0]["u"]
    assert len(updates) == len(ear.heard) - before
    for earlier, update in zip([None, *updates], updates, strict=False):
        assert earlier is None or update["U"] == earlier["u"] + 1
        for side, levels in kept.items():
            levels |= dict(update[side])
    best = max(float(price) for price, qty in kept["b"].items() if float(qty))
    (ticks, _), *_ = ladder.levels(Side.BUY, 1)
    assert best == float(venue.symbols.by_name["BTCUSDT"].price(ticks))


def test_okx_rows_of_removed_levels_count_no_orders() -> None:
    venue, _ = premises("okx")
    symbol = venue.symbols.by_name["BTC-USDT"]

    assert okx.rows(symbol, [(100, 0), (101, 5)]) == [
        ["1", "0", "0", "0"],
        ["1.01", "0.00005", "0", "1"],
    ]
