"""Tongues: how the venues whose streams we read spell what happens, for a venue of a test."""

import json
from collections.abc import Sequence

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from tests.contracts.player import Asked, Row, VenueBook


def texts(book: VenueBook, rows: Sequence[Row], side: int) -> list[list[str]]:
    """Return one side of *rows* as decimal text."""
    of = book.instrument
    return [[f"{of.price(t)}", f"{of.qty(n)}"] for s, t, n in rows if s == side]


def said(body: object) -> str:
    """Return *body* as venues write it."""
    return json.dumps(body, separators=(",", ":"))


class Binance:
    """Spot, or USDⓈ-M if `linked`."""

    bridged = True

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
