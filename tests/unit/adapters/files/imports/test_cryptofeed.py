"""Recordings of twelve venues are read with each venue's own rules."""

import gzip
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.imports.cryptofeed import grids, read
from graphwiz_trader.adapters.files.imports.raw import (
    Raw,
    RawBook,
    RawGap,
    RawTop,
    RawTrade,
    ReadOptions,
    Tally,
)
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.instrument import Kind

Recorded = Callable[..., Path]


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    """Writes lines to a recording of that name; JSON values become received frames."""

    def write(name: str, *lines: object) -> Path:
        path = tmp_path / f"{name}.gz"
        with gzip.open(path, "wt") as file:
            for second, line in enumerate(lines, 1):
                text = line if isinstance(line, str) else f"{second}.25: {json.dumps(line)}"
                file.write(f"{text}\n")
        return path

    return write


def raws(*paths: Path, venue: str = "") -> list[Raw]:
    return list(read(paths, ReadOptions(venue, Tally())))


def books(*paths: Path) -> list[RawBook]:
    return [raw for raw in raws(*paths) if isinstance(raw, RawBook)]


def kraken(data: dict[str, object], name: str = "book-1000") -> list[object]:
    return [7, data, name, "XBT/CHF"]


def level(price: str, qty: str, *extra: str) -> list[str]:
    return [price, qty, "1618678133.500000", *extra]


ASKS = [level("101.00000", "1.0"), level("102.00000", "2.0")]
BIDS = [level("100.00000", "1.0"), level("99.00000", "2.0")]


def test_only_what_was_received_is_read(recorded: Recorded) -> None:
    path = recorded(
        "KRAKEN.ws.1.0",
        "wss://ws.kraken.com <-> 1618678132.3858151",
        'wss://ws.kraken.com <- 1618678132.8253062: {"event":"subscribe","pair":["XBT/CHF"]}',
        {"event": "heartbeat"},
        kraken({"as": ASKS, "bs": BIDS}),
        "",
        'configuration: {"l2_book":["BTC-CHF"]}',
    )

    (book,) = books(path)

    assert book.snapshot
    assert (book.ts, book.ts_venue) == (4_250_000_000, 1_618_678_133_500_000_000)
    assert book.bids == [("100.00000", "1.0"), ("99.00000", "2.0")]
    assert book.place.line == 4


def test_kraken_tells_two_sides_and_their_checksum_in_one_message(recorded: Recorded) -> None:
    change = [7, {"a": [level("103.0", "1")]}, {"b": [level("98.0", "1", "r")], "c": "42"}]
    path = recorded(
        "KRAKEN.ws.1.0",
        kraken({"as": ASKS, "bs": BIDS}),
        [*change, "book-1000", "XBT/CHF"],
    )

    after = books(path)[1]

    assert (after.bids, after.asks) == ([("98.0", "1")], [("103.0", "1")])
    assert after.checksum == 42
    assert not after.snapshot


def test_kraken_levels_pushed_beyond_the_subscribed_depth_are_removed(recorded: Recorded) -> None:
    path = recorded(
        "KRAKEN.ws.1.0",
        kraken({"as": ASKS, "bs": BIDS}, "book-2"),
        kraken({"a": [level("100.50000", "1.0")]}, "book-2"),
        kraken({"a": [level("100.50000", "0.00000000")]}, "book-2"),
        kraken({"b": [level("99.50000", "3.0")]}, "book-2"),
        kraken({"b": [level("98.00000", "3.0")]}, "book-2"),
    )

    _, pushed_out, taken_away, bid, too_deep = books(path)

    assert pushed_out.asks == [("100.50000", "1.0"), ("102.00000", "0")]
    assert taken_away.asks == [("100.50000", "0.00000000")]
    assert bid.bids == [("99.50000", "3.0"), ("99.00000", "0")]
    assert too_deep.bids == [("98.00000", "3.0"), ("98.00000", "0")]


def okx(action: str, checksum: int, **sides: object) -> dict[str, object]:
    data = {"asks": [], "bids": [], "ts": "1652459225464", "checksum": checksum, **sides}
    return {"arg": {"channel": "books", "instId": "BTC-USDT"}, "action": action, "data": [data]}


def test_okx_checksums_are_signed_and_levels_have_four_parts(recorded: Recorded) -> None:
    path = recorded(
        "OKX.ws.1.0",
        {"event": "subscribe", "arg": {"channel": "books", "instId": "BTC-USDT"}},
        okx("snapshot", -914047754, asks=[["30238.8", "2", "0", "1"]]),
        okx("update", 5, bids=[["30238.7", "0", "0", "0"]]),
    )

    snapshot, change = books(path)

    assert (snapshot.snapshot, snapshot.checksum) == (True, -914047754)
    assert snapshot.asks == [("30238.8", "2")]
    assert (change.bids, change.ts_venue) == ([("30238.7", "0")], 1_652_459_225_464_000_000)


def binance(first: int, last: int, previous: int | None = None) -> dict[str, object]:
    data: dict[str, object] = {
        "e": "depthUpdate",
        "E": 1633998512068,
        "s": "NKNUSDT",
        "U": first,
        "u": last,
        "b": [["0.3513", str(last)]],
        "a": [],
    }
    if previous is not None:
        data["pu"] = previous
    return {"stream": "nknusdt@depth@100ms", "data": data}


def rest_book(second: str, last: int) -> str:
    body = {"lastUpdateId": last, "bids": [["0.3510", "1"]], "asks": [["0.3520", "1"]]}
    url = "https://api.binance.com/api/v3/depth?symbol=NKNUSDT&limit=1000"
    return f"{url} -> {second}: {json.dumps(body)}"


def test_the_rest_snapshot_beside_begins_the_book(recorded: Recorded) -> None:
    """It is received after the second change and already holds the first."""
    recorded("BINANCE.http.0.0", rest_book("2.5", 12))
    path = recorded("BINANCE.ws.1.0", binance(10, 12), binance(13, 14), binance(15, 15))

    found = books(path)

    assert [(book.snapshot, book.last_seq) for book in found] == [
        (True, 12),
        (False, 14),
        (False, 15),
    ]
    assert found[1].ts == 2_500_000_000


def test_a_missing_change_is_a_gap(recorded: Recorded) -> None:
    recorded("BINANCE.http.0.0", rest_book("0.5", 9))
    path = recorded("BINANCE.ws.1.0", binance(10, 12), binance(14, 15))

    assert [type(raw) for raw in raws(path)] == [RawBook, RawBook, RawGap, RawBook]


def test_changes_without_a_snapshot_are_refused(recorded: Recorded) -> None:
    path = recorded("BINANCE.ws.1.0", binance(10, 12))

    with pytest.raises(DataError, match=r"NKNUSDT without a snapshot.*BINANCE\.http"):
        raws(path)


def ticker(seq: int) -> dict[str, object]:
    data = {"u": seq, "s": "NKNUSDT", "b": "1", "B": "2", "a": "3", "A": "4"}
    return {"stream": "nknusdt@bookTicker", "data": data}


def test_binance_tells_trades_and_its_best_prices_since_the_snapshot(recorded: Recorded) -> None:
    trade = {"e": "aggTrade", "s": "NKNUSDT", "p": "1.5", "q": "2", "T": 5, "m": True}
    recorded("BINANCE.http.0.0", rest_book("2.5", 12))
    path = recorded(
        "BINANCE.ws.1.0",
        ticker(11),
        ticker(12),
        ticker(11),
        ticker(12),
        {"stream": "nknusdt@aggTrade", "data": trade},
        {"stream": "nknusdt@kline_1m", "data": {"e": "kline"}},
    )

    _, best, sold = raws(path)

    assert isinstance(best, RawTop)
    assert (best.seq, best.bid, best.ask) == (12, ("1", "2"), ("3", "4"))
    assert isinstance(sold, RawTrade)
    assert (sold.side, sold.ts_venue) == (-1, 5_000_000)


def test_bitmex_levels_are_known_by_id_after_they_were_told_once(recorded: Recorded) -> None:
    def message(action: str, **told: object) -> dict[str, object]:
        one = {"symbol": "XBTUSD", "id": 8799, "side": "Buy", **told}
        return {"table": "orderBookL2", "action": action, "data": [one]}

    path = recorded(
        "BITMEX.ws.1.0",
        message("partial", size=100, price=32187.5),
        message("update", size=50),
        message("delete"),
    )

    assert [book.bids for book in books(path)] == [
        [("32187.5", "100")],
        [("32187.5", "50")],
        [("32187.5", "0")],
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1.5 {}", r"line 1: found '1\.5 \{\}'"),
        ("1.5: [7, {", "line 1: found Input data was truncated"),
        ('1.5: [7, {"a": [["1"]]}, "book-10", "XBT/CHF"]', "line 1: .*_Part"),
        ('1.5: [7, {"c": "x1"}, "book-10", "XBT/CHF"]', "line 1: .*invalid literal"),
        ("1.5: [7, 8]", "line 1: found 2 parts"),
    ],
)
def test_a_line_of_another_form_is_refused_with_its_place(
    recorded: Recorded, line: str, said: str
) -> None:
    path = recorded("KRAKEN.ws.1.0", line)

    with pytest.raises(DataError, match=said):
        raws(path)


def test_a_venue_without_rules_is_refused_with_those_that_have_some(recorded: Recorded) -> None:
    path = recorded("MTGOX.ws.1.0", {})

    with pytest.raises(DataError, match=r"MTGOX.*mtgox, expected one of binance, bitmex, .*okx"):
        raws(path)


def test_the_venue_asked_for_wins_over_the_name_of_the_file(recorded: Recorded) -> None:
    path = recorded("anything.ws.1.0", kraken({"as": ASKS, "bs": BIDS}))

    assert len(raws(path, venue="kraken")) == 1


def test_the_grid_is_the_venues_own_where_its_list_lies_beside(recorded: Recorded) -> None:
    pair = {"wsname": "XBT/CHF", "pair_decimals": 1, "lot_decimals": 8, "ordermin": "0.0002"}
    answer = json.dumps({"error": [], "result": {"XBTCHF": pair}})
    recorded("KRAKEN.0", f"https://api.kraken.com/0/public/AssetPairs -> 1.5: {answer}")
    path = recorded("KRAKEN.ws.1.0", kraken({"as": ASKS, "bs": BIDS}))

    grid = grids([path])["XBT/CHF"]

    assert (grid.symbol, grid.tick_size, grid.min_qty) == (
        "BTC/CHF",
        Decimal("0.1"),
        Decimal("0.0002"),
    )
    assert (grid.wire_price_decimals, grid.wire_qty_decimals) == (5, 1)


def test_the_grid_is_as_fine_as_the_prices_recorded_where_the_list_is_coarser(
    recorded: Recorded,
) -> None:
    """Orders from before a venue coarsened its grid stay in its books for years."""
    price, lot = {"filterType": "PRICE_FILTER", "tickSize": "0.001"}, {"filterType": "LOT_SIZE"}
    one = {"symbol": "NKNUSDT", "baseAsset": "NKN", "quoteAsset": "USDT"}
    listed = {**one, "filters": [price, {**lot, "stepSize": "1", "minQty": "1"}]}
    url = "https://api.binance.com/api/v3/exchangeInfo"
    recorded("BINANCE.0", f"{url} -> 1.5: {json.dumps({'symbols': [listed]})}")
    recorded("BINANCE.http.0.0", rest_book("0.5", 9))
    path = recorded("BINANCE.ws.1.0", binance(10, 12))

    grid = grids([path])["NKNUSDT"]

    assert (grid.symbol, grid.tick_size) == ("NKN/USDT", Decimal("0.0001"))


def test_contracts_that_would_share_a_name_keep_the_venues(recorded: Recorded) -> None:
    def option(name: str) -> dict[str, object]:
        data = {
            "type": "snapshot",
            "timestamp": 1,
            "instrument_name": name,
            "change_id": 1,
            "bids": [["new", 0.0015, 4714.0]],
            "asks": [],
        }
        return {"params": {"channel": f"book.{name}.raw", "data": data}}

    path = recorded("DERIBIT.ws.1.0", option("ETH-30JUL21-2800-C"), option("ETH-30JUL21-2900-C"))

    assert len({grid.symbol for grid in grids([path]).values()}) == 2


RECORDED = {
    "BINANCE.ws.1.0": (4, 172, 2),
    "BINANCE_DELIVERY.ws.1.0": (10, 1788, 51),
    "BINANCE_FUTURES.ws.1.0": (4, 752, 91),
    "BITMEX.ws.1.0": (10, 1969, 27),
    "BITSTAMP.ws.1.0": (10, 615, 10),
    "BYBIT.ws.25.0": (8, 3252, 101),
    "BYBIT.ws.26.0": (2, 1016, 150),
    "COINBASE.ws.28.0": (10, 9719, 107),
    "DERIBIT.ws.1.0": (10, 36, 0),
    "GATEIO.ws.1.0": (10, 159, 9),
    "KRAKEN.ws.48.0": (0, 0, 10),
    "KRAKEN.ws.50.0": (10, 4269, 0),
    "OKX.ws.1.0": (3, 287, 74),
    "POLONIEX.ws.1.0": (11, 283, 6),
}
"""Recording → snapshots, changes that follow them, trades."""


@pytest.mark.parametrize("name", RECORDED)
def test_no_book_of_the_twelve_venues_has_a_gap_or_crosses_itself(
    name: str, shared_data: Path
) -> None:
    found = raws(shared_data / "cryptofeed_raw" / f"{name}.gz")

    counts = (
        sum(isinstance(raw, RawBook) and raw.snapshot for raw in found),
        sum(isinstance(raw, RawBook) and not raw.snapshot for raw in found),
        sum(isinstance(raw, RawTrade) for raw in found),
    )
    assert (counts, crossed(found)) == (RECORDED[name], 0)
    assert not any(isinstance(raw, RawGap) for raw in found)


def crossed(found: Sequence[Raw]) -> int:
    """Messages after which a best bid is not below the best ask, in a rebuild of dicts."""
    kept: dict[str, tuple[dict[float, str], dict[float, str]]] = {}
    count = 0
    for raw in found:
        if not isinstance(raw, RawBook):
            continue
        if raw.snapshot:
            kept[raw.symbol] = ({}, {})
        bids, asks = kept[raw.symbol]
        for side, levels in ((bids, raw.bids), (asks, raw.asks)):
            for price, qty in levels:
                side[float(price)] = qty
                if float(qty) == 0:
                    del side[float(price)]
        count += bool(bids and asks) and max(bids) >= min(asks)
    return count


def test_every_recorded_price_is_on_the_grid_found_for_it(shared_data: Path) -> None:
    path = shared_data / "cryptofeed_raw" / "BINANCE_FUTURES.ws.1.0.gz"

    found = grids([path])

    off = [
        price
        for book in books(path)
        for price, _ in (*book.bids, *book.asks)
        if Decimal(price) % found[book.symbol].tick_size
    ]
    assert not off
    assert found["CTKUSDT"].tick_size == Decimal("0.00001")


def test_contracts_are_named_as_the_list_says(shared_data: Path) -> None:
    found = grids([shared_data / "cryptofeed_raw" / "OKX.ws.1.0.gz"])

    names = {grid.symbol: grid.kind for grid in found.values()}
    assert names == {
        "BTC/USD:BTC-220527": Kind.INVERSE,
        "UNI/USD:UNI": Kind.INVERSE,
        "BTC/USDT": None,
    }
