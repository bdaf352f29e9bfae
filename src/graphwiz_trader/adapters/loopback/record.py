"""Record: what was true at the exchange, for those who must prove that they knew it."""

import json
from bisect import bisect_right
from collections import deque
from pathlib import Path
from typing import IO

from graphwiz_trader.adapters.loopback.ladder import Touch
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import InstrumentId, Nanos, Venue

KEPT = 200_000
"""How many best prices per instrument are kept in memory."""


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

    def accepted(self, ts: Nanos, venue: Venue, cl_ord_id: str, qty: str, price: str) -> None:
        """An order or its replacement was accepted; *price* is empty for a market order."""
        self._add(ts, "accepted", venue, cl_ord_id=cl_ord_id, qty=qty, price=price)

    def fill(
        self, ts: Nanos, venue: Venue, cl_ord_id: str, exec_id: str, qty: str, price: str
    ) -> None:
        """An order has traded."""
        self._add(ts, "fill", venue, cl_ord_id=cl_ord_id, exec_id=exec_id, qty=qty, price=price)

    def fault(self, ts: Nanos, venue: Venue, kind: str, target: str) -> None:
        """Something went wrong on purpose: *kind* struck *target*."""
        self._add(ts, "fault", venue, kind=kind, target=target)

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

    def _add(
        self,
        ts: Nanos,
        what: str,
        venue: Venue,
        *,
        cl_ord_id: str | None = None,
        exec_id: str | None = None,
        qty: str | None = None,
        price: str | None = None,
        kind: str | None = None,
        target: str | None = None,
    ) -> None:
        entry: dict[str, Plain] = {
            "ts": ts,
            "what": what,
            "venue": venue,
            "cl_ord_id": cl_ord_id,
            "exec_id": exec_id,
            "qty": qty,
            "price": price,
            "kind": kind,
            "target": target,
        }
        self.entries.append(entry)
        if self._file is not None:
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()


def _opened(path: Path | None) -> IO[str] | None:
    return None if path is None else path.open("w", encoding="utf-8")
