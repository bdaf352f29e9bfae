"""Proof in the parser: whatever is sent, a session says what it says without it."""

import json
import random
from collections.abc import Iterator

import pytest
from typing_extensions import override

from graphwiz_trader.adapters.direct.binance_feed import SPOT, USDM, BinanceDialect, BinanceMarket
from graphwiz_trader.adapters.direct.dialect import Dialect, Prover
from graphwiz_trader.adapters.direct.patience import Patience
from graphwiz_trader.adapters.direct.said import Unreadable
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.events import BookUpdate, Event
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import MILLISECOND, Nanos, Venue
from graphwiz_trader.testing import make
from tests.unit.adapters.direct.studio import Studio

BTC = make.instrument("BTC/USDT@v", "0.1", "0.001")
AT_ONCE = Backoff(Nanos(1), Nanos(1), 10_000, Nanos(1))
SNAPSHOT = b'{"lastUpdateId":9,"bids":[["10.0","1"]],"asks":[["10.1","2"]]}'
PATIENT = Patience(resync=AT_ONCE)


class Plainly:
    """Binance, read and proven in two steps."""

    def __init__(self, fused: BinanceDialect) -> None:
        self.venue, self.url, self.most = fused.venue, fused.url, fused.most
        self.rules, self.ping, self.snapshots = fused.rules, fused.ping, fused.snapshots
        self.opened, self.read, self.another = fused.opened, fused.read, fused.another
        self.subscribe, self.unsubscribe = fused.subscribe, fused.unsubscribe
        self.trades_again = fused.trades_again

    def prover(self, instrument: Instrument) -> Prover | None:
        return None


class Noted(Studio):
    """Keeps what was told as text, since rows are overwritten in time."""

    @override
    def deliver(self, event: Event) -> None:
        super().deliver(event)
        if isinstance(event, BookUpdate):
            part = slice(event.first, event.last)
            rows = [column[part].tolist() for column in (event.rows.side, event.rows.ticks)]
            lots = event.rows.lots[part].tolist()
            numbers = (event.ts, event.ts_venue, event.snapshot, event.last_seq, event.prev_seq)
            self.told.append(f"{numbers} {rows} {lots}")
        else:
            self.told.append(str(event))

    def __init__(self, dialect: Dialect) -> None:
        self.told: list[str] = []
        super().__init__(dialect, PATIENT, at=10**18)
        self.open(BTC)
        self.hear('{"result":null,"id":1}')


def diffs(chance: random.Random, count: int) -> Iterator[str]:
    """Diffs around a price that leaps, now and then lost, repeated, crossing or off the grid."""
    number, mid = 1000, 100_000
    for _ in range(count):
        if chance.random() < 0.01:
            mid = chance.randrange(5_000, 400_000)
        before, number = number, number + chance.randrange(1, 4)
        levels = {
            side: [
                (f"{(mid + sign * chance.randrange(reach, 3_000)) / 10}", str(chance.randrange(3)))
                for _ in range(chance.randrange(6))
            ]
            for side, sign, reach in (("b", -1, 1), ("a", 1, 1))
        }
        if chance.random() < 0.02:
            levels["b"].append((f"{(mid + 3_100) / 10}", "1"))
        if chance.random() < 0.01:
            levels["b"].append((f"{mid / 10}5", "1"))
        body = {"e": "depthUpdate", "E": 5, "s": "BTCUSDT", "U": before + 1, "u": number}
        text = json.dumps(
            {"stream": "btcusdt@depth@100ms", "data": {**body, "pu": before, **levels}},
            separators=(",", ":"),
        )
        yield from [text] * (chance.random() > 0.01) + [text] * (chance.random() < 0.02)


def played(dialect: Dialect, seed: int) -> Noted:
    chance = random.Random(seed)
    studio = Noted(dialect)
    for text in diffs(chance, 500):
        studio.clock.at += int(MILLISECOND)
        studio.hear(text)
        if studio.fetched:
            studio.fetched.clear()
            number = json.loads(text)["data"]["u"]
            body = {"lastUpdateId": number, "bids": [["400", "1"]], "asks": [["50000", "2"]]}
            studio.session.on_snapshot(BTC, json.dumps(body).replace(" ", "").encode())
        studio.session.tick()
    return studio


@pytest.mark.parametrize("market", [SPOT, USDM])
@pytest.mark.parametrize("seed", range(3))
def test_proving_in_the_parser_changes_nothing_that_is_told(
    market: BinanceMarket, seed: int
) -> None:
    fused = played(BinanceDialect(Venue("v"), market), seed)
    plain = played(Plainly(BinanceDialect(Venue("v"), market)), seed)

    assert fused.told == plain.told
    assert fused.books[BTC.id].content() == plain.books[BTC.id].content()
    assert fused.session.book(BTC.id).content() == plain.session.book(BTC.id).content()


def test_an_ordinary_change_is_proven_in_the_parser() -> None:
    dialect = BinanceDialect(Venue("v"))
    studio = Noted(dialect)
    line = '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":5,"s":"BTCUSDT",%s}}'
    studio.hear(line % '"U":9,"u":10,"b":[],"a":[]')
    studio.session.on_snapshot(BTC, SNAPSHOT)

    studio.hear(line % '"U":11,"u":12,"b":[["9.9","1"]],"a":[]')

    prover = dialect.prover(BTC)
    assert prover is not None
    assert prover.proven is studio.events[-1]


def test_a_book_given_back_goes_on_where_it_was() -> None:
    studio = Noted(BinanceDialect(Venue("v")))
    line = '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":5,"s":"BTCUSDT",%s}}'
    studio.hear(line % '"U":9,"u":10,"b":[],"a":[]')
    studio.session.on_snapshot(BTC, SNAPSHOT)
    studio.hear(line % '"U":11,"u":12,"b":[["9.9","1"]],"a":[]')

    studio.hear(line % '"U":14,"u":15,"b":[["9.8","1"]],"a":[]')

    assert studio.gaps == ["gap: 14..15 after 12"]


def test_a_frame_cut_anywhere_is_said_or_unreadable_and_nothing_else() -> None:
    dialect = BinanceDialect(Venue("v"))
    dialect.subscribe([BTC])
    data = b'{"e":"depthUpdate","E":5,"s":"BTCUSDT","U":9,"u":10,"b":[],"a":[["10.1","2"]]}'

    for whole in (data, b'{"stream":"btcusdt@depth@100ms","data":%s}' % data):
        for end in range(len(whole)):
            with pytest.raises(Unreadable):
                dialect.read(whole[:end], Nanos(1))
