"""Book messages: what the compiled reader takes is what a JSON library and decimals read."""

import json
import random
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

import pytest

from graphwiz_trader.adapters.direct import (
    binance_feed,
    bybit_feed,
    coinbase_feed,
    kraken_feed,
    okx_feed,
)
from graphwiz_trader.adapters.direct.binance_depth import DepthParser
from graphwiz_trader.adapters.direct.binance_feed import plain_diff
from graphwiz_trader.adapters.direct.message_reader import MessageReader
from graphwiz_trader.adapters.direct.plain_reader import PlainReader
from graphwiz_trader.adapters.direct.row_ring import RowRing
from graphwiz_trader.adapters.direct.schema import Message, Schema
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.testing import make

Json: TypeAlias = object
Levels: TypeAlias = list[tuple[str, str]]
Spelling: TypeAlias = Callable[[random.Random, Levels, Levels], Json]

BTC = make.instrument("BTC/USDT@v", tick="0.05", lot="0.0001")
FEW, MANY = 2_000, 100_000
BYTES = b'0123456789"[]{},:.-+eE \\ntrue\x00\xc3\xa9\x7fasb'


def okx(chance: random.Random, bids: Levels, asks: Levels) -> Json:
    spelt = {"asks": [[*level, "0", "1"] for level in asks], "bids": [[*b, "0", "7"] for b in bids]}
    seq = chance.randrange(10**12)
    body = {**spelt, "ts": str(chance.randrange(10**13)), "checksum": chance.randrange(-9, 10**9)}
    body |= {"prevSeqId": chance.choice([-1, seq]), "seqId": seq + 1}
    action = chance.choice(["snapshot", "update"])
    return {"arg": {"channel": "books", "instId": "N"}, "action": action, "data": [body]}


def bybit(chance: random.Random, bids: Levels, asks: Levels) -> Json:
    body = {"s": "N", "b": bids, "a": asks, "u": chance.randrange(10**9), "seq": 5}
    head = {"topic": "orderbook.200.N", "type": "delta", "ts": chance.randrange(10**13)}
    return {**head, "data": body, "cts": 9} if chance.random() < 0.5 else {**head, "data": body}


def kraken(chance: random.Random, bids: Levels, asks: Levels) -> Json:
    spelt = [[{"price": float(p), "qty": float(q)} for p, q in side] for side in (bids, asks)]
    body = {"symbol": "N", "bids": spelt[0], "asks": spelt[1], "checksum": chance.randrange(2**32)}
    if chance.random() < 0.5:
        body["timestamp"] = "2023-10-06T17:35:55.440295Z"
    return {"channel": "book", "type": "update", "data": [body]}


def coinbase(chance: random.Random, bids: Levels, asks: Levels) -> Json:
    updates = [
        {"side": side, "event_time": "t", "price_level": price, "new_quantity": qty}
        for side, levels in (("bid", bids), ("offer", asks))
        for price, qty in levels
    ]
    chance.shuffle(updates)
    event = {"type": "update", "product_id": "N", "updates": updates}
    head = {"channel": "l2_data", "client_id": "", "timestamp": "2023-02-09T20:32:50.7Z"}
    return {**head, "sequence_num": chance.randrange(10**6), "events": [event]}


def binance(chance: random.Random, bids: Levels, asks: Levels) -> Json:
    return {"lastUpdateId": chance.randrange(10**15), "bids": bids, "asks": asks}


VENUES: dict[str, tuple[Schema, Spelling]] = {
    "okx": (okx_feed.BOOKS, okx),
    "bybit": (bybit_feed.BOOKS, bybit),
    "kraken": (kraken_feed.BOOKS, kraken),
    "coinbase": (coinbase_feed.BOOKS, coinbase),
    "binance": (binance_feed.SNAPSHOT, binance),
}


def levels(chance: random.Random) -> Levels:
    return [
        (
            str(chance.randrange(1, 10**7) * Decimal("0.05")),
            chance.choice(["0", "0.00000000", str(Decimal(chance.randrange(10**9)) / 10**5)]),
        )
        for _ in range(chance.randrange(6))
    ]


def text(chance: random.Random, spelling: Spelling) -> bytes:
    said = spelling(chance, levels(chance), levels(chance))
    return json.dumps(said, separators=(",", ":")).encode()


def mutated(chance: random.Random, payload: bytes) -> bytes:
    """*payload* with a few bytes changed, removed, doubled or cut off."""
    changed = bytearray(payload)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(changed))
        what = chance.randrange(5)
        if what == 0:
            changed[at] = chance.choice(BYTES)
        elif what == 1:
            del changed[at : at + chance.randrange(1, 4)]
        elif what == 2:
            changed[at:at] = changed[at : at + chance.randrange(1, 20)]
        elif what == 3:
            changed[at:at] = bytes([chance.choice(BYTES)])
        elif chance.random() < 0.2:
            del changed[at:]
        if not changed:
            return b" "
    return bytes(changed)


def content(message: Message) -> tuple[object, ...]:
    rows, count = message.rows, message.count
    columns = [c[:count].tolist() for c in (rows.side, rows.ticks, rows.lots)]
    return columns, list(message.numbers), list(message.texts)


def outcome(reading: Callable[[bytes], Message], payload: bytes) -> object:
    try:
        return content(reading(payload))
    except Garbled:
        return "garbled"


def compared(venue: str, count: int, seed: int) -> None:
    schema, spelling = VENUES[venue]
    chance = random.Random(f"{venue} {seed}")
    fast = MessageReader(BTC, "N", schema, RowRing())
    plain = PlainReader(BTC, "N", schema)
    for number in range(count):
        payload = text(chance, spelling)
        if number % 2:
            payload = mutated(chance, payload)
        assert outcome(fast.read, payload) == outcome(plain.read, payload), payload


@pytest.mark.parametrize("venue", VENUES)
def test_both_readers_agree_on_random_and_mutated_messages(venue: str) -> None:
    compared(venue, FEW, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("venue", VENUES)
def test_both_readers_agree_at_length(venue: str, long_factor: float) -> None:
    compared(venue, int(MANY * long_factor), seed=2)


@pytest.mark.parametrize("venue", VENUES)
def test_ordinary_messages_are_left_to_the_compiled_reader(venue: str) -> None:
    schema, spelling = VENUES[venue]
    chance = random.Random(3)
    fast = MessageReader(BTC, "N", schema, RowRing())

    for _ in range(200):
        fast.read(text(chance, spelling))

    assert fast.plainly == (0 if venue != "kraken" else fast.plainly)
    assert fast.plainly < 100


def test_blanks_escapes_and_exponents_are_left_to_the_plain_reader() -> None:
    schema, _ = VENUES["kraken"]
    fast = MessageReader(BTC, "N", schema, RowRing())
    body = b'{"channel": "book", "type":"upd\\u0061te", "data":[{"symbol":"N","checksum":5,'
    body += b'"bids":[{"qty":1e-4,"price":2.5e1}],"asks":[]}]}'

    message = fast.read(body)

    assert content(message) == ([[1], [500], [1]], [5, *[-1] * 7], ["update", ""])
    assert fast.plainly == 1


def diff(chance: random.Random) -> bytes:
    body: dict[str, Json] = {"e": "depthUpdate", "E": chance.randrange(10**12), "s": "BTCUSDT"}
    if chance.random() < 0.5:
        body["T"] = chance.randrange(10**12)
    body |= {"U": chance.randrange(10**12), "u": chance.randrange(10**12)}
    if chance.random() < 0.5:
        body["pu"] = chance.randrange(10**12)
    body |= {"b": levels(chance), "a": levels(chance)}
    wrapped = {"stream": "btcusdt@depth@100ms", "data": body}
    said = wrapped if chance.random() < 0.5 else body
    return json.dumps(said, separators=(",", ":")).encode()


def diffs_compared(count: int, seed: int) -> int:
    """Compare what the compiled parser takes; return how many it took."""
    chance, taken = random.Random(seed), 0
    parser = DepthParser(BTC, "BTCUSDT")
    for number in range(count):
        payload = diff(chance)
        if number % 2:
            payload = mutated(chance, payload)
        try:
            ours = parser.parse(payload, Nanos(1))
        except Garbled:
            continue
        taken += 1
        if not is_json(payload):  # what the parser passes over, it does not check
            assert number % 2
            continue
        assert update_content(ours) == update_content(plain_diff(BTC, payload, Nanos(1))), payload
    return taken


def is_json(payload: bytes) -> bool:
    try:
        json.loads(payload)
    except ValueError:
        return False
    return True


def update_content(update: BookUpdate) -> tuple[object, ...]:
    rows, last = update.rows, update.last
    columns = [c[:last].tolist() for c in (rows.side, rows.ticks, rows.lots)]
    return columns, update.ts_venue, update.first_seq, update.last_seq, update.prev_seq


def test_what_the_parser_of_diffs_takes_is_read_the_same_plainly() -> None:
    assert diffs_compared(FEW, seed=4) >= FEW / 2


@pytest.mark.long
def test_what_the_parser_of_diffs_takes_is_read_the_same_at_length(long_factor: float) -> None:
    count = int(MANY * long_factor)

    assert diffs_compared(count, seed=5) >= count / 2
