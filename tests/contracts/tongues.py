"""Tongues: how the venues whose streams we read spell what happens, for a venue of a test."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from graphwiz_trader.domain.checksum import DEPTH, ChecksumRule, Levels, checksum_of
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from tests.contracts.player import STAMP, Asked, Row, VenueBook


def texts(book: VenueBook, rows: Sequence[Row], side: int) -> list[list[str]]:
    """Return one side of *rows* as decimal text."""
    of = book.instrument
    return [[f"{of.price(t)}", f"{of.qty(n)}"] for s, t, n in rows if s == side]


def said(body: object) -> str:
    """Return *body* as venues write it."""
    return json.dumps(body, separators=(",", ":"))


def checksum(book: VenueBook, rule: ChecksumRule, rows: Sequence[Row]) -> int:
    """Return the checksum of *rows*, a whole book, best first."""
    rules = checksum_of(rule, book.instrument)
    assert rules is not None
    bids, asks = (
        Levels(np.array([r[1] for r in part]), np.array([r[2] for r in part]))
        for part in ([r for r in rows if r[0] == side][: DEPTH[rule]] for side in (1, -1))
    )
    return rules.of(bids, asks)


def iso(ms: int) -> str:
    """Return an instant as Kraken and Coinbase write it."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="microseconds")[:-6] + "Z"


class Binance:
    """Spot, or USDⓈ-M if `linked`."""

    bridged = True
    pong = ""

    def __init__(self, *, linked: bool = False) -> None:
        self.linked = linked

    def name(self, instrument: Instrument) -> str:
        return f"{instrument.base}{instrument.quote}"

    def heard(self, text: str) -> Asked | None:
        body = json.loads(text)
        names = {stream.partition("@")[0].upper() for stream in body["params"]}
        answer = said({"result": None, "id": body["id"]})
        return Asked(body["method"] == "SUBSCRIBE", sorted(names), (answer,))

    def snapshot(self, book: VenueBook, rows: Sequence[Row], seq: int) -> str:
        body: dict[str, object] = {"lastUpdateId": seq}
        if self.linked:
            body |= {"E": book.ms, "T": book.ms}
        return said(body | {"bids": texts(book, rows, 1), "asks": texts(book, rows, -1)})

    def change(
        self, book: VenueBook, rows: Sequence[Row], before: int, checksum: int | None
    ) -> str:
        name = self.name(book.instrument)
        body: dict[str, object] = {"e": "depthUpdate", "E": book.ms}
        if self.linked:
            body["T"] = book.ms
        body |= {"s": name, "U": book.seq, "u": book.seq}
        if self.linked:
            body["pu"] = before
        body |= {"b": texts(book, rows, 1), "a": texts(book, rows, -1)}
        return said({"stream": f"{name.lower()}@depth@100ms", "data": body})

    def trade(self, book: VenueBook, side: Side, ticks: int, lots: int) -> str:
        of, name = book.instrument, self.name(book.instrument)
        kind = "aggTrade" if self.linked else "trade"
        body = {"e": kind, "E": book.ms, "s": name, "t": 1, "p": f"{of.price(ticks)}"}
        body |= {"q": f"{of.qty(lots)}", "T": book.ms, "m": side is Side.SELL, "M": True}
        return said({"stream": f"{name.lower()}@{kind}", "data": body})


class Okx:
    bridged = False
    pong = "pong"

    def name(self, instrument: Instrument) -> str:
        return f"{instrument.base}-{instrument.quote}"

    def heard(self, text: str) -> Asked | None:
        if text == "ping":
            return None
        body = json.loads(text)
        answers = [said({"event": body["op"], "arg": arg, "connId": "a"}) for arg in body["args"]]
        names = {arg["instId"] for arg in body["args"] if arg["channel"] == "books"}
        return Asked(body["op"] == "subscribe", sorted(names), answers)

    def snapshot(self, book: VenueBook, rows: Sequence[Row], seq: int) -> str:
        return self._book(book, "snapshot", rows, -1, seq, checksum(book, ChecksumRule.OKX, rows))

    def change(self, book: VenueBook, rows: Sequence[Row], before: int, crc: int | None) -> str:
        own = checksum(book, ChecksumRule.OKX, book.rows())
        return self._book(book, "update", rows, before, book.seq, own if crc is None else crc)

    def trade(self, book: VenueBook, side: Side, ticks: int, lots: int) -> str:
        of, name = book.instrument, self.name(book.instrument)
        row = {"instId": name, "tradeId": "1", "px": f"{of.price(ticks)}"}
        row |= {"sz": f"{of.qty(lots)}", "side": side.name.lower(), "ts": str(book.ms)}
        return said({"arg": {"channel": "trades", "instId": name}, "data": [row]})

    def _book(
        self, book: VenueBook, action: str, rows: Sequence[Row], before: int, seq: int, crc: int
    ) -> str:
        sides = {
            key: [[*level, "0", "1"] for level in texts(book, rows, side)]
            for key, side in (("asks", -1), ("bids", 1))
        }
        signed = crc - (1 << 32) if crc >= 1 << 31 else crc
        body = {**sides, "ts": str(book.ms), "checksum": signed, "prevSeqId": before, "seqId": seq}
        arg = {"channel": "books", "instId": self.name(book.instrument)}
        return said({"arg": arg, "action": action, "data": [body]})


class Bybit:
    bridged = False
    pong = '{"success":true,"ret_msg":"pong","conn_id":"a","op":"ping"}'

    def name(self, instrument: Instrument) -> str:
        return f"{instrument.base}{instrument.quote}"

    def heard(self, text: str) -> Asked | None:
        body = json.loads(text)
        if body["op"] == "ping":
            return None
        names = {t.split(".")[-1] for t in body["args"] if t.startswith("orderbook")}
        answer = said({"success": True, "ret_msg": "", "conn_id": "a", "op": body["op"]})
        return Asked(body["op"] == "subscribe", sorted(names), (answer,))

    def snapshot(self, book: VenueBook, rows: Sequence[Row], seq: int) -> str:
        return self._book(book, "snapshot", rows, seq)

    def change(self, book: VenueBook, rows: Sequence[Row], before: int, crc: int | None) -> str:
        return self._book(book, "delta", rows, book.seq)

    def trade(self, book: VenueBook, side: Side, ticks: int, lots: int) -> str:
        of, name = book.instrument, self.name(book.instrument)
        row = {"T": book.ms, "s": name, "S": side.name.capitalize(), "v": f"{of.qty(lots)}"}
        row |= {"p": f"{of.price(ticks)}", "L": "PlusTick", "i": "1", "BT": False}
        topic = f"publicTrade.{name}"
        return said({"topic": topic, "type": "snapshot", "ts": book.ms, "data": [row]})

    def _book(self, book: VenueBook, kind: str, rows: Sequence[Row], seq: int) -> str:
        name = self.name(book.instrument)
        sides = {"b": texts(book, rows, 1), "a": texts(book, rows, -1)}
        body = {"s": name, **sides, "u": seq, "seq": 7 * seq}
        head = {"topic": f"orderbook.200.{name}", "type": kind, "ts": book.ms}
        return said({**head, "data": body, "cts": book.ms - 1})


class Kraken:
    bridged = False
    pong = '{"method":"pong","time_in":"a","time_out":"b"}'

    def name(self, instrument: Instrument) -> str:
        return f"{instrument.base}/{instrument.quote}"

    def heard(self, text: str) -> Asked | None:
        body = json.loads(text)
        if body["method"] == "ping":
            return None
        names = body["params"]["symbol"] if body["params"]["channel"] == "book" else []
        answers = [said({"method": body["method"], "success": True, "result": body["params"]})]
        return Asked(body["method"] == "subscribe", names, answers)

    def snapshot(self, book: VenueBook, rows: Sequence[Row], seq: int) -> str:
        return self._book(book, "snapshot", rows, checksum(book, ChecksumRule.KRAKEN, rows))

    def change(self, book: VenueBook, rows: Sequence[Row], before: int, crc: int | None) -> str:
        own = checksum(book, ChecksumRule.KRAKEN, book.rows())
        return self._book(book, "update", rows, own if crc is None else crc)

    def trade(self, book: VenueBook, side: Side, ticks: int, lots: int) -> str:
        of = book.instrument
        row = {"symbol": self.name(of), "side": side.name.lower(), "price": float(of.price(ticks))}
        row |= {"qty": float(of.qty(lots)), "trade_id": 1, "timestamp": iso(book.ms)}
        return said({"channel": "trade", "type": "update", "data": [row]})

    def _book(self, book: VenueBook, kind: str, rows: Sequence[Row], crc: int) -> str:
        sides = {
            key: [{"price": float(p), "qty": float(q)} for p, q in texts(book, rows, side)]
            for key, side in (("bids", 1), ("asks", -1))
        }
        body = {"symbol": self.name(book.instrument), **sides, "checksum": crc}
        body["timestamp"] = iso(book.ms)
        return said({"channel": "book", "type": kind, "data": [body]})


class Coinbase:
    bridged = False
    pong = ""

    def name(self, instrument: Instrument) -> str:
        return f"{instrument.base}-{instrument.quote}"

    def heard(self, text: str) -> Asked | None:
        body = json.loads(text)
        names = body.get("product_ids", []) if body["channel"] == "level2" else []
        answer = self._push("subscriptions", 1_700_000_000_000, [{"subscriptions": {}}])
        return Asked(body["type"] == "subscribe", names, (answer,))

    def snapshot(self, book: VenueBook, rows: Sequence[Row], seq: int) -> str:
        return self._book(book, "snapshot", rows)

    def change(self, book: VenueBook, rows: Sequence[Row], before: int, crc: int | None) -> str:
        return self._book(book, "update", rows)

    def trade(self, book: VenueBook, side: Side, ticks: int, lots: int) -> str:
        of = book.instrument
        row = {"trade_id": "1", "product_id": self.name(of), "price": f"{of.price(ticks)}"}
        row |= {"size": f"{of.qty(lots)}", "side": side.opposite.name, "time": iso(book.ms)}
        return self._push("market_trades", book.ms, [{"type": "update", "trades": [row]}])

    def _book(self, book: VenueBook, kind: str, rows: Sequence[Row]) -> str:
        of = book.instrument
        updates = [
            {
                "side": "bid" if side == 1 else "offer",
                "event_time": iso(book.ms),
                "price_level": f"{of.price(ticks)}",
                "new_quantity": f"{of.qty(lots)}",
            }
            for side, ticks, lots in rows
        ]
        body = {"type": kind, "product_id": self.name(of), "updates": updates}
        return self._push("l2_data", book.ms, [body])

    def _push(self, channel: str, ms: int, events: Sequence[object]) -> str:
        head = {"channel": channel, "client_id": "", "timestamp": iso(ms)}
        body = {**head, "sequence_num": STAMP, "events": events}
        return said(body).replace(f'"{STAMP}"', STAMP)
