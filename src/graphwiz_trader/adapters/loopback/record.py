"""Record: what was true at the exchange, for those who must prove that they knew it."""

import json
from bisect import bisect_right
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import attrs

from graphwiz_trader.adapters.loopback.ladder import Touch
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import value

KEPT = 200_000
"""How many best prices per instrument are kept in memory."""


_NOTHING: Mapping[str, Plain] = dict.fromkeys(
    (
        "cl_ord_id",
        "exec_id",
        "instrument",
        "side",
        "qty",
        "price",
        "fee",
        "fee_asset",
        "kind",
        "target",
    )
)


@value
class Accepted:
    """An order as it was accepted; `price` is empty for a market order."""

    cl_ord_id: str
    instrument: InstrumentId
    side: str
    qty: str
    price: str


@value
class Filled:
    """One fill of an order; `fee` is negative for a rebate."""

    cl_ord_id: str
    exec_id: str
    instrument: InstrumentId
    side: str
    qty: str
    price: str
    fee: str
    fee_asset: str


class Record:
    """
    What venues accepted, filled and did wrong, and the best prices they published.

    `entries` holds the entries since the start; of the best prices of each instrument the last
    `KEPT` are remembered. Both are also written to files of JSON lines, where given.
    """

    def __init__(self, path: Path | None = None, books: Path | None = None) -> None:
        self.entries: list[dict[str, Plain]] = []
        self._touches: dict[InstrumentId, deque[Touch]] = {}
        self._file = _opened(path)
        self._books = _opened(books)

    def accepted(self, ts: Nanos, venue: Venue, order: Accepted) -> None:
        """An order or its replacement was accepted."""
        self._add(ts, "accepted", venue, attrs.asdict(order))  # type: ignore[arg-type] # a value

    def fill(self, ts: Nanos, venue: Venue, fill: Filled) -> None:
        """An order has traded."""
        self._add(ts, "fill", venue, attrs.asdict(fill))  # type: ignore[arg-type] # a value

    def fault(self, ts: Nanos, venue: Venue, kind: str, target: str) -> None:
        """Something went wrong on purpose: *kind* struck *target*."""
        self._add(ts, "fault", venue, {"kind": kind, "target": target})

    def touch(self, touch: Touch) -> None:
        """The best prices of a book after the message that ended in `touch.seq`."""
        self._touches.setdefault(touch.instrument, deque(maxlen=KEPT)).append(touch)
        if self._books is not None:
            entry: dict[str, Plain] = {
                "ts": touch.ts,
                "instrument": touch.instrument,
                "seq": touch.seq,
                "bid": touch.bid,
                "bid_qty": touch.bid_qty,
                "ask": touch.ask,
                "ask_qty": touch.ask_qty,
            }
            self._books.write(json.dumps(entry) + "\n")

    def touch_at(self, instrument: InstrumentId, seq: int) -> Touch | None:
        """Return the best prices after the message *seq*, None if they are not known any more."""
        kept = self._touches.get(instrument, ())
        place = bisect_right(kept, seq, key=lambda touch: touch.seq)
        return kept[place - 1] if place else None

    def close(self) -> None:
        """Finish the files."""
        for file in (self._file, self._books):
            if file is not None:
                file.close()

    def _add(self, ts: Nanos, what: str, venue: Venue, told: Mapping[str, Plain]) -> None:
        entry: dict[str, Plain] = {"ts": ts, "what": what, "venue": venue, **_NOTHING, **told}
        self.entries.append(entry)
        if self._file is not None:
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()


def _opened(path: Path | None) -> IO[str] | None:
    return None if path is None else path.open("w", encoding="utf-8")
