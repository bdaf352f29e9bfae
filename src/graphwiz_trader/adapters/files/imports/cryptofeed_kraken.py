"""
Kraken: the channels `book` and `trade` of the websocket API v1.

The venue keeps a book of the depth that was subscribed, and so must a reader: what a new level
pushes beyond it is removed without a word, and here told as removed.
Source: docs.kraken.com, "Websockets API v1, book".
"""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from graphwiz_trader.adapters.files.imports.cryptofeed_frame import Frame
from graphwiz_trader.adapters.files.imports.raw import Levels, Raw, RawBook, RawTrade
from graphwiz_trader.adapters.files.imports.times import nanos

_FEWEST_PARTS = 4


class _Level(msgspec.Struct, array_like=True):
    """A fourth element, "r", says that the level was told before; it changes nothing."""

    price: str
    qty: str
    time: str

    @property
    def is_removed(self) -> bool:
        return not self.qty.strip("0.")


class _Part(msgspec.Struct):
    """`as`, `bs`: a snapshot; `a`, `b`: changes; `c`: the checksum after them."""

    all_asks: list[_Level] | None = msgspec.field(default=None, name="as")
    all_bids: list[_Level] | None = msgspec.field(default=None, name="bs")
    asks: list[_Level] = msgspec.field(default_factory=list, name="a")
    bids: list[_Level] = msgspec.field(default_factory=list, name="b")
    checksum: str | None = msgspec.field(default=None, name="c")


class _Trade(msgspec.Struct, array_like=True):
    price: str
    qty: str
    time: str
    side: str


class Kraken:
    """Reads the frames of all books of one recording, one after the other."""

    def __init__(self) -> None:
        self._prices: dict[tuple[str, int], set[str]] = {}

    def __call__(self, frame: Frame) -> Iterator[Raw]:
        """Yield what one frame of Kraken tells; events and tickers tell nothing."""
        if frame.url or not frame.text.startswith("["):
            return
        parts = frame.decoded(list[msgspec.Raw])
        if len(parts) < _FEWEST_PARTS:
            raise frame.place.error(f"{len(parts)} parts", "channel, data, name and pair")
        name, pair = (frame.decoded_part(part, str) for part in parts[-2:])
        if name.startswith("book-"):
            changes = [frame.decoded_part(part, _Part) for part in parts[1:-2]]
            yield self._book(frame, pair, int(name.removeprefix("book-")), changes)
        elif name == "trade":
            yield from _trades(frame, pair, parts[1])

    def _book(self, frame: Frame, pair: str, depth: int, parts: list[_Part]) -> RawBook:
        snapshot = any(part.all_asks is not None or part.all_bids is not None for part in parts)
        if snapshot:
            self._prices[pair, 1], self._prices[pair, -1] = set(), set()
        bids = [level for part in parts for level in (part.all_bids or part.bids)]
        asks = [level for part in parts for level in (part.all_asks or part.asks)]
        checksums = [part.checksum for part in parts if part.checksum is not None]
        return RawBook(
            ts=frame.ts,
            ts_venue=max((nanos(level.time) for level in (*bids, *asks)), default=frame.ts),
            symbol=pair,
            bids=self._kept((pair, 1), bids, depth),
            asks=self._kept((pair, -1), asks, depth),
            place=frame.place,
            snapshot=snapshot,
            checksum=int(checksums[-1]) if checksums else None,
        )

    def _kept(self, side: tuple[str, int], levels: list[_Level], depth: int) -> Levels:
        """Return *levels*, and the removal of those that they push beyond *depth*."""
        prices = self._prices.setdefault(side, set())
        for level in levels:
            if level.is_removed:
                prices.discard(level.price)
            else:
                prices.add(level.price)
        told = [(level.price, level.qty) for level in levels]
        if len(prices) <= depth:
            return told
        beyond = sorted(prices, key=Decimal, reverse=side[1] > 0)[depth:]
        prices.difference_update(beyond)
        return [*told, *((price, "0") for price in beyond)]


def _trades(frame: Frame, pair: str, part: msgspec.Raw) -> Iterator[RawTrade]:
    for trade in frame.decoded_part(part, list[_Trade]):
        side = 1 if trade.side == "b" else -1
        ts_venue = nanos(trade.time)
        yield RawTrade(frame.ts, ts_venue, pair, side, trade.price, trade.qty, frame.place)
