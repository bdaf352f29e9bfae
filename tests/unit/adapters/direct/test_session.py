"""Sessions: subscribed, buffered, bridged, watched; and what each fault comes to."""

import json
from collections.abc import Sequence

import pytest

from graphwiz_trader.adapters.direct.binance_feed import BinanceDialect
from graphwiz_trader.adapters.direct.bybit_feed import BybitDialect
from graphwiz_trader.adapters.direct.coinbase_feed import CoinbaseDialect
from graphwiz_trader.adapters.direct.dialect import Dialect
from graphwiz_trader.adapters.direct.kraken_feed import KrakenDialect
from graphwiz_trader.adapters.direct.okx_feed import OkxDialect
from graphwiz_trader.adapters.direct.patience import Patience
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import SECOND, Nanos, Venue
from graphwiz_trader.testing import make
from tests.unit.adapters.direct.studio import Studio

BTC = make.instrument("BTC/USDT@v", "0.1", "0.001")
ETH = make.instrument("ETH/USDT@v", "0.1", "0.001")
S = int(SECOND)
WAITS = Backoff(Nanos(S), Nanos(8 * S), budget=3, steady=Nanos(60 * S))
CALM = Patience(
    answer=Nanos(5 * S),
    stale=Nanos(10 * S),
    idle=Nanos(20 * S),
    keepalive=Nanos(100 * S),
    quiet=Nanos(S),
    resync=WAITS,
)
ACK = '{"result":null,"id":1}'


def binance() -> Studio:
    studio = Studio(BinanceDialect(Venue("v")), CALM, at=1000 * S)
    studio.open(BTC, ETH)
    return studio


def diff(first: int, last: int, bids: Sequence[tuple[str, str]] = (), name: str = "BTCUSDT") -> str:
    body = {"e": "depthUpdate", "E": 5, "s": name, "U": first, "u": last, "b": bids, "a": []}
    return json.dumps(
        {"stream": f"{name.lower()}@depth@100ms", "data": body}, separators=(",", ":")
    )


def snapshot(last: int, bid: str = "10.0") -> bytes:
    body = {"lastUpdateId": last, "bids": [[bid, "1"]], "asks": [["10.1", "2"]]}
    return json.dumps(body, separators=(",", ":")).encode()


def live() -> Studio:
    """A session whose BTC book is proven up to 10."""
    studio = binance()
    studio.hear(diff(9, 10))
    studio.session.on_snapshot(BTC, snapshot(9))
    studio.events.clear()
    return studio


def numbers(studio: Studio) -> list[tuple[bool, int]]:
    return [(e.snapshot, e.last_seq) for e in studio.events if isinstance(e, BookUpdate)]


def test_a_snapshot_is_asked_for_once_the_stream_is_there() -> None:
    studio = binance()
    before = list(studio.fetched)

    studio.hear(ACK)
    studio.hear(diff(1, 2))

    assert before == []
    assert studio.fetched == [BTC.id, ETH.id]


def test_nothing_is_published_before_the_bridge_is_proven() -> None:
    studio = binance()
    studio.hear(diff(5, 7))
    studio.hear(diff(8, 9))

    studio.session.on_snapshot(BTC, snapshot(20))
    waiting = numbers(studio)
    studio.hear(diff(10, 15))
    studio.hear(diff(16, 22, [("9.9", "4")]))

    assert waiting == []
    assert numbers(studio) == [(True, 20), (False, 22)]
    assert studio.books[BTC.id].level(Side.BUY, 99) == 4000


def test_changes_that_reach_over_the_snapshot_follow_it() -> None:
    studio = binance()
    studio.hear(diff(5, 7))
    studio.hear(diff(8, 12))
    studio.hear(diff(13, 14))

    studio.session.on_snapshot(BTC, snapshot(9))

    assert numbers(studio) == [(True, 9), (False, 12), (False, 14)]


def test_a_snapshot_older_than_the_changes_is_refused_and_asked_for_again() -> None:
    studio = binance()
    studio.hear(diff(15, 17))
    studio.session.on_snapshot(BTC, snapshot(9))

    studio.wait(S)
    studio.session.on_snapshot(BTC, snapshot(16))
    studio.hear(diff(16, 18))

    assert studio.fetched[-1] == BTC.id
    assert numbers(studio) == [(True, 16), (False, 18)]


def test_a_market_in_which_nothing_changes_proves_its_snapshot_by_silence() -> None:
    studio = binance()
    studio.hear(ACK)
    studio.session.on_snapshot(BTC, snapshot(9))

    studio.wait(S)
    before = numbers(studio)
    studio.wait(1)

    assert before == []
    assert numbers(studio) == [(True, 9)]


def test_a_gap_is_told_once_and_a_new_epoch_begins() -> None:
    studio = live()

    studio.hear(diff(12, 13))
    studio.hear(diff(14, 15))
    studio.wait(S)
    studio.hear(diff(16, 17))
    studio.session.on_snapshot(BTC, snapshot(16))

    assert len(studio.gaps) == 1
    assert "12..13 after 10" in studio.gaps[0]
    assert numbers(studio) == [(True, 16), (False, 17)]
    assert studio.books[BTC.id].quality.synced


def test_an_old_message_changes_nothing() -> None:
    studio = live()

    studio.hear(diff(9, 10, [("9.0", "5")]))

    assert studio.events == []


def test_a_crossed_change_is_not_published() -> None:
    studio = live()

    studio.hear(diff(11, 11, [("10.2", "1")]))

    assert numbers(studio) == []
    assert studio.gaps[0].startswith("crossed")


@pytest.mark.parametrize("text", [diff(11, 11)[:100], diff(11, 11).replace("[]", "[x]")])
def test_a_torn_frame_costs_only_the_book_it_was_about(text: str) -> None:
    studio = live()
    studio.hear(diff(3, 4, name="ETHUSDT"))
    studio.session.on_snapshot(ETH, snapshot(3))

    studio.hear(text)

    assert [e.instrument for e in studio.events if not isinstance(e, BookUpdate)] == [BTC.id]  # type: ignore[union-attr]


def test_garbage_that_names_nobody_costs_every_book() -> None:
    studio = live()

    studio.hear("\x00{]")

    assert len(studio.gaps) == 1
    assert studio.session.tally.garbled == 1


def test_a_book_that_says_nothing_is_told_to_be_stale_in_time() -> None:
    studio = live()

    studio.wait(10 * S)
    before = list(studio.gaps)
    studio.wait(1)
    studio.wait(S)

    assert before == []
    assert studio.gaps == ["silent for 10.000 s"]
    assert b"UNSUBSCRIBE" in studio.sent[-2]
    assert studio.fetched.count(BTC.id) == 2


def test_one_silent_book_does_not_cost_the_other() -> None:
    studio = live()
    studio.hear(diff(3, 4, name="ETHUSDT"))
    studio.session.on_snapshot(ETH, snapshot(3))

    studio.wait(8 * S)
    studio.hear(diff(11, 11))
    studio.wait(3 * S)

    assert studio.gaps == ["silent for 11.000 s"]
    assert studio.books[BTC.id].is_synced


def test_a_quiet_market_never_spends_the_budget() -> None:
    studio = Studio(BybitDialect(Venue("v")), CALM)
    studio.open(BTC)

    for number in range(1, 12):
        studio.hear(bybit("snapshot", number, [("10.0", "1")]))
        studio.wait(10 * S + 1)
        studio.hear('{"success":true,"op":"ping"}')
        studio.wait(9 * S)

    assert len(studio.gaps) == 11
    assert all(reason.startswith("silent") for reason in studio.gaps)


def test_books_that_fall_silent_together_are_asked_for_together() -> None:
    studio = Studio(BybitDialect(Venue("v")), CALM)
    studio.open(BTC, ETH)
    studio.hear(bybit("snapshot", 1, [("10.0", "1")]))
    studio.hear(bybit("snapshot", 1, [("10.0", "1")]).replace("BTC", "ETH"))
    studio.sent.clear()

    studio.wait(10 * S + 1)
    studio.hear('{"success":true,"op":"ping"}')
    studio.wait(S)

    assert [json.loads(text)["op"] for text in studio.sent] == ["unsubscribe", "subscribe"]


def test_failures_wait_longer_each_time_until_the_budget_is_spent() -> None:
    studio = live()
    studio.hear(diff(12, 13))
    asked = []

    for _ in range(40):
        studio.clock.at += S // 2
        studio.session._lines[ETH.id].asked = studio.clock.now()
        before = len(studio.fetched)
        studio.session.tick()
        if len(studio.fetched) > before:
            asked.append((studio.clock.at - 1000 * S) / S)
            if len(asked) == 3:
                break
            studio.session.on_no_snapshot(BTC, "HTTP 503", Nanos(0))

    assert asked == [1.0, 3.0, 7.0]
    with pytest.raises(Transient, match="4 failures in a row, last HTTP 503"):
        studio.session.on_no_snapshot(BTC, "HTTP 503", Nanos(0))


def test_a_venue_that_wants_to_be_left_alone_is() -> None:
    studio = live()
    studio.hear(diff(12, 13))
    studio.wait(S)
    asked = len(studio.fetched)
    studio.session.on_no_snapshot(BTC, "HTTP 429", Nanos(4 * S))

    studio.wait(3 * S)
    early = len(studio.fetched)
    studio.wait(S)

    assert early == asked
    assert len(studio.fetched) == asked + 1


def test_a_silent_peer_is_pinged_and_then_given_up() -> None:
    studio = Studio(OkxDialect(Venue("v")), CALM, at=S)
    studio.open()

    studio.wait(20 * S + 1)
    studio.wait(4 * S)
    with pytest.raises(Transient, match="not even of a ping"):
        studio.wait(S)

    assert studio.sent == [b"ping"]


def test_an_answer_to_a_ping_is_a_sign_of_life() -> None:
    studio = Studio(OkxDialect(Venue("v")), CALM, at=S)
    studio.open()

    studio.wait(20 * S + 1)
    studio.hear("pong")
    studio.wait(20 * S)

    assert studio.sent == [b"ping"]


def test_a_ping_is_sent_now_and_then_whatever_is_heard() -> None:
    studio = Studio(OkxDialect(Venue("v")), CALM, at=S)
    studio.open()

    for _ in range(22):
        studio.wait(10 * S)
        studio.hear('{"event":"notice","code":"1","msg":""}')

    assert studio.sent == [b"ping", b"ping"]


def test_a_lost_subscription_is_made_again() -> None:
    studio = Studio(OkxDialect(Venue("v")), CALM, at=S)
    studio.open(BTC)

    studio.wait(5 * S + 1)
    studio.wait(S)

    assert [json.loads(text)["op"] for text in studio.sent] == [
        "subscribe",
        "unsubscribe",
        "subscribe",
    ]


def bybit(kind: str, number: int, bids: Sequence[tuple[str, str]]) -> str:
    body = {"s": "BTCUSDT", "b": bids, "a": [["90.0", "1"]], "u": number, "seq": 1}
    head = {"topic": "orderbook.200.BTCUSDT", "type": kind, "ts": 5}
    return json.dumps({**head, "data": body}, separators=(",", ":"))


def test_levels_that_fall_out_of_the_venues_depth_are_removed() -> None:
    studio = Studio(BybitDialect(Venue("v")), CALM)
    studio.open(BTC)
    studio.hear(bybit("snapshot", 5, [(f"{k}.0", "1") for k in range(80, 0, -1)]))
    full = [(f"{k / 10}", "1") for k in range(90, 260)]

    studio.hear(bybit("delta", 6, full))

    book = studio.books[BTC.id]
    assert book.count(Side.BUY) == 200
    assert book.content() == studio.session.book(BTC.id).content()


def test_a_restarted_service_may_count_from_one_again() -> None:
    studio = Studio(BybitDialect(Venue("v")), CALM)
    studio.open(BTC)
    studio.hear(bybit("snapshot", 500, [("10.0", "1")]))

    studio.hear(bybit("snapshot", 1, [("11.0", "1")]))

    assert studio.gaps == []
    assert studio.books[BTC.id].bid == 110


def test_an_older_snapshot_of_the_stream_is_refused() -> None:
    studio = Studio(BybitDialect(Venue("v")), CALM)
    studio.open(BTC)
    studio.hear(bybit("snapshot", 500, [("10.0", "1")]))

    studio.hear(bybit("snapshot", 499, [("11.0", "1")]))

    assert studio.gaps == ["snapshot 499 is older than 500"]
    assert studio.books[BTC.id].bid == 100


def trade(name: str = "BTCUSDT", at: int = 1) -> str:
    body = {"e": "trade", "E": at, "s": name, "t": 7, "p": "10.0", "q": "1", "T": at, "m": False}
    return json.dumps({"stream": f"{name.lower()}@trade", "data": body}, separators=(",", ":"))


def asked(studio: Studio) -> list[tuple[str, list[str]]]:
    """What was asked for since the last look, pings and book requests left out."""
    found = [json.loads(text) for text in studio.sent]
    studio.sent.clear()
    return [(each["method"], each["params"]) for each in found]


AGAIN = [("UNSUBSCRIBE", ["btcusdt@trade"]), ("SUBSCRIBE", ["btcusdt@trade"])]


def passes(studio: Studio, seconds: int) -> None:
    """Let the book move every five seconds, and look each second."""
    for second in range(seconds):
        if second % 5 == 0:
            number = 9 + studio.session.tally.updates
            studio.hear(diff(number, number))
        studio.wait(S)


def test_trades_that_fall_silent_are_asked_for_anew_and_the_book_goes_on() -> None:
    studio = live()
    studio.session.remove([ETH.id])
    asked(studio)

    passes(studio, 63)

    assert asked(studio) == AGAIN
    assert (studio.gaps, studio.session.tally.reasked) == ([], 1)


def test_where_nobody_trades_each_wait_is_twice_the_one_before() -> None:
    studio = live()
    studio.session.remove([ETH.id])

    passes(studio, 60 + 120 + 240 + 10)
    studio.sent.clear()
    passes(studio, 400)
    quiet = asked(studio)
    studio.hear(trade())
    passes(studio, 63)

    assert studio.session.tally.reasked == 4
    assert quiet == []
    assert asked(studio) == AGAIN
    assert studio.gaps == []


def test_who_trades_is_not_asked_for_anew() -> None:
    studio = live()
    studio.session.remove([ETH.id])
    asked(studio)

    for _ in range(4):
        passes(studio, 50)
        studio.hear(trade())

    assert asked(studio) == []


@pytest.mark.parametrize(
    ("dialect", "named"),
    [
        (BinanceDialect(Venue("v")), b"btcusdt@trade"),
        (OkxDialect(Venue("v")), b'"trades"'),
        (BybitDialect(Venue("v")), b"publicTrade.BTCUSDT"),
        (KrakenDialect(Venue("v")), b'"trade"'),
        (CoinbaseDialect(Venue("v")), b'"market_trades"'),
    ],
)
def test_only_the_trades_end_and_begin_anew(dialect: Dialect, named: bytes) -> None:
    ended, begun = dialect.trades_again([BTC])

    assert named in ended
    assert named in begun
    assert b"unsubscribe" in ended.lower()
    assert b"unsubscribe" not in begun.lower()
    assert not any(book in begun for book in (b"depth", b"book", b"level2"))
