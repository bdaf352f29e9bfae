"""
Published examples of venues of which no recording is at hand, read as the venue means them.

Numbers are the venues' own. Sources: bybit-exchange.github.io/docs/v5/websocket/public/orderbook
and /trade; docs.kraken.com/api/docs/websocket-v2/book; docs.cdp.coinbase.com, "Advanced Trade
WebSocket Channels", level2; long ones are shortened. Examples are printed with blanks, frames are
sent without. One frame as Kraken sent it in 2026, `"qty":0.00000000` included, comes from notes on
a published recording.
"""

import json
from typing import Any

from graphwiz_trader.adapters.direct.bybit_feed import BybitDialect
from graphwiz_trader.adapters.direct.coinbase_feed import CoinbaseDialect
from graphwiz_trader.adapters.direct.dialect import Dialect
from graphwiz_trader.adapters.direct.kraken_feed import KrakenDialect
from graphwiz_trader.domain.events import BookUpdate, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, Lots, Nanos, Ticks, Venue
from graphwiz_trader.testing import make
from tests.unit.adapters.direct.studio import Studio

MATIC = make.instrument("MATIC/USD@kraken", "0.0001", "0.00000001")
KRAKEN_BTC = make.instrument("BTC/USD@kraken", "0.1", "0.00000001")
BYBIT_BTC = make.instrument("BTC/USDT@bybit", "0.1", "0.001")
COINBASE_BTC = make.instrument("BTC/USD@coinbase", "0.01", "0.00000001")

BYBIT_SNAPSHOT = """{"topic": "orderbook.50.BTCUSDT", "type": "snapshot", "ts": 1672304484978,
 "data": {"s": "BTCUSDT", "b": [["16493.50", "0.006"], ["16493.00", "0.100"]],
 "a": [["16611.00", "0.029"], ["16612.00", "0.213"]], "u": 18521288, "seq": 7961638724},
 "cts": 1672304484976}"""
BYBIT_DELTA = """{"topic": "orderbook.50.BTCUSDT", "type": "delta", "ts": 1687940967466,
 "data": {"s": "BTCUSDT", "b": [["30247.20", "30.028"], ["30245.40", "0.224"],
 ["30242.10", "1.593"], ["30240.30", "1.305"], ["30240.00", "0"]],
 "a": [["30248.70", "0"], ["30249.30", "0.892"]], "u": 177400507, "seq": 66544703342},
 "cts": 1687940967464}"""
BYBIT_TRADE = """{"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": 1672304486868,
 "data": [{"T": 1672304486865, "s": "BTCUSDT", "S": "Buy", "v": "0.001", "p": "16578.50",
 "L": "PlusTick", "i": "20f43950-d8dd-5b31-9112-a178eb6023af", "BT": false}]}"""
KRAKEN_BIDS = {
    "0.5666": "4831.75496356", "0.5665": "6658.22734739", "0.5664": "18724.91513344",
    "0.5663": "11563.92544914", "0.5662": "14006.65365711", "0.5661": "17454.85679807",
    "0.566": "18097.1547", "0.5659": "33644.89175666", "0.5658": "148.3464",
    "0.5657": "606.70854372",
}  # fmt: skip
KRAKEN_ASKS = {
    "0.5668": "4410.79769741", "0.5669": "4655.40412487", "0.567": "49844.89424998",
    "0.5671": "24306.41678", "0.5672": "29783.25223475", "0.5673": "57234.71239278",
    "0.5674": "45065.04744", "0.5675": "5912.76380354", "0.5676": "42514.92434778",
    "0.5677": "36304.0847022",
}  # fmt: skip
KRAKEN_RECORDED = (
    '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[],'
    '"asks":[{"price":62807.0,"qty":0.00000000},{"price":62818.8,"qty":0.65540712}],'
    '"checksum":4249465476,"timestamp":"2026-08-16T23:37:03.745044Z"}]}'
)
COINBASE_SNAPSHOT = """{"channel": "l2_data", "client_id": "",
 "timestamp": "2023-02-09T20:32:50.714964855Z", "sequence_num": 0,
 "events": [{"type": "snapshot", "product_id": "BTC-USD", "updates": [
 {"side": "bid", "event_time": "1970-01-01T00:00:00Z", "price_level": "21921.73",
 "new_quantity": "0.06317902"},
 {"side": "bid", "event_time": "1970-01-01T00:00:00Z", "price_level": "21921.3",
 "new_quantity": "0.02"}]}]}"""


def as_sent(text: str) -> bytes:
    return json.dumps(json.loads(text), separators=(",", ":")).encode()


def read(dialect: Dialect, one: Instrument, payload: bytes) -> Any:
    dialect.subscribe([one])
    return dialect.read(payload, Nanos(7))


def levels(update: BookUpdate) -> list[tuple[int, int, int]]:
    part = slice(update.first, update.last)
    columns = (update.rows.side[part], update.rows.ticks[part], update.rows.lots[part])
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_bybit_snapshot() -> None:
    said = read(BybitDialect(Venue("bybit")), BYBIT_BTC, as_sent(BYBIT_SNAPSHOT))

    assert levels(said) == [(1, 164935, 6), (1, 164930, 100), (-1, 166110, 29), (-1, 166120, 213)]
    assert (said.snapshot, said.last_seq) == (True, 18521288)
    assert said.ts_venue == 1672304484976 * MILLISECOND


def test_bybit_delta() -> None:
    said = read(BybitDialect(Venue("bybit")), BYBIT_BTC, as_sent(BYBIT_DELTA))

    assert levels(said)[-3:] == [(1, 302400, 0), (-1, 302487, 0), (-1, 302493, 892)]
    assert (said.snapshot, said.first_seq, said.prev_seq) == (False, 177400507, 177400506)


def test_bybit_trade() -> None:
    said = read(BybitDialect(Venue("bybit")), BYBIT_BTC, as_sent(BYBIT_TRADE))

    at = Nanos(1672304486865 * MILLISECOND)
    assert said == (Trade(Nanos(7), at, BYBIT_BTC.id, Side.BUY, Ticks(165785), Lots(1)),)


def kraken(kind: str, bids: dict[str, str], asks: dict[str, str], checksum: int) -> str:
    """A message as Kraken writes it: bare numbers, with the digits of the book."""
    sides = [
        ",".join(f'{{"price":{price},"qty":{qty}}}' for price, qty in side.items())
        for side in (bids, asks)
    ]
    return (
        f'{{"channel":"book","type":"{kind}","data":[{{"symbol":"MATIC/USD","bids":[{sides[0]}],'
        f'"asks":[{sides[1]}],"checksum":{checksum},"timestamp":"2023-10-06T17:35:55.440295Z"}}]}}'
    )


def test_kraken_checksums_of_the_snapshot_and_of_the_update_after_it_hold() -> None:
    studio = Studio(KrakenDialect(Venue("kraken")))
    studio.open(MATIC)

    studio.hear(kraken("snapshot", KRAKEN_BIDS, KRAKEN_ASKS, 2439117997))
    studio.hear(kraken("update", {"0.5657": "1098.3947558"}, {}, 2114181697))

    assert studio.gaps == []
    assert studio.session.book(MATIC.id).quality.checksums_checked == 2
    assert studio.books[MATIC.id].level(Side.BUY, 5657) == 109839475580


def test_kraken_frame_as_it_was_sent() -> None:
    said = read(KrakenDialect(Venue("kraken")), KRAKEN_BTC, KRAKEN_RECORDED.encode())

    assert levels(said) == [(-1, 628070, 0), (-1, 628188, 65540712)]
    assert (said.snapshot, said.checksum) == (False, 4249465476)


def test_coinbase_snapshot() -> None:
    said = read(CoinbaseDialect(Venue("coinbase")), COINBASE_BTC, as_sent(COINBASE_SNAPSHOT))

    assert levels(said) == [(1, 2192173, 6317902), (1, 2192130, 2000000)]
    assert (said.snapshot, said.last_seq) == (True, 0)


def test_coinbase_names_asks_offer() -> None:
    text = COINBASE_SNAPSHOT.replace('"side": "bid"', '"side": "offer"')

    said = read(CoinbaseDialect(Venue("coinbase")), COINBASE_BTC, as_sent(text))

    assert [side for side, _, _ in levels(said)] == [-1, -1]
