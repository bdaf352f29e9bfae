"""Ladder: one instrument's book as a feed of fixed intervals has told it."""

from collections.abc import Mapping

from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Nanos
from graphwiz_trader.domain.value import value


@value
class Change:
    """
    What has changed since the message before; `bids` and `asks` are (ticks, lots), best first.

    `first_seq` is one above the `last_seq` of the message before, which is `prev_seq`.
    """

    instrument: InstrumentId
    ts: Nanos
    first_seq: int
    last_seq: int
    prev_seq: int
    bids: tuple[tuple[int, int], ...]
    asks: tuple[tuple[int, int], ...]


@value
class Touch:
    """The best prices after the message that ended in `seq`; ticks and lots, 0 where none."""

    instrument: InstrumentId
    ts: Nanos
    seq: int
    bid: int
    bid_qty: int
    ask: int
    ask_qty: int


class Ladder:
    """
    Gathers the exchange's own messages, and tells them together by `flush`.

    It keeps two books: the one the exchange has published, whose best prices are `touch`, and
    the one told so far, which `levels` shows and the next change continues.
    """

    def __init__(self, instrument: InstrumentId) -> None:
        self.instrument = instrument
        self.seq = 0
        """The number of the last message told."""
        self.ts = Nanos(0)
        self._now: dict[Side, dict[int, int]] = {Side.BUY: {}, Side.SELL: {}}
        self._told: dict[Side, dict[int, int]] = {Side.BUY: {}, Side.SELL: {}}
        self._news: dict[Side, dict[int, int]] = {Side.BUY: {}, Side.SELL: {}}
        self._seq_now = 0
        self.touch = Touch(instrument, Nanos(0), 0, 0, 0, 0, 0)

    @property
    def is_due(self) -> bool:
        """Whether anything waits to be told."""
        return self._seq_now > self.seq

    def apply(self, update: BookUpdate) -> Touch:
        """Take a message of the exchange; return the best prices after it."""
        rows, last = update.rows, update.last
        if update.snapshot:
            self._clear()
        sides = rows.side[update.first : last].tolist()
        ticks = rows.ticks[update.first : last].tolist()
        lots = rows.lots[update.first : last].tolist()
        for sign, price, qty in zip(sides, ticks, lots, strict=True):
            side = Side.BUY if sign > 0 else Side.SELL
            _set(self._now[side], price, qty)
            self._news[side][price] = qty
        self._seq_now = update.last_seq
        bids, asks = self._now[Side.BUY], self._now[Side.SELL]
        bid, ask = max(bids, default=0), min(asks, default=0)
        self.touch = Touch(
            self.instrument,
            update.ts_venue,
            update.last_seq,
            bid,
            bids.get(bid, 0),
            ask,
            asks.get(ask, 0),
        )
        return self.touch

    def flush(self, now: Nanos) -> Change | None:
        """Return what has changed since the last flush, None if no message came."""
        if not self.is_due:
            return None
        before, self.seq, self.ts = self.seq, self._seq_now, now
        for side, news in self._news.items():
            for price, qty in news.items():
                _set(self._told[side], price, qty)
        change = Change(
            self.instrument,
            now,
            before + 1,
            self.seq,
            before,
            _sorted(self._news[Side.BUY], Side.BUY),
            _sorted(self._news[Side.SELL], Side.SELL),
        )
        self._news = {Side.BUY: {}, Side.SELL: {}}
        return change

    def levels(self, side: Side, depth: int) -> tuple[tuple[int, int], ...]:
        """Return the best *depth* levels of the told book as (ticks, lots), best first."""
        return _sorted(self._told[side], side)[:depth]

    def published(self, side: Side, depth: int) -> tuple[int, tuple[tuple[int, int], ...]]:
        """Return the exchange's own last number and the best *depth* levels of its book."""
        return self._seq_now, _sorted(self._now[side], side)[:depth]

    def _clear(self) -> None:
        for side, levels in self._now.items():
            self._news[side].update(dict.fromkeys(levels, 0))
            levels.clear()


def _set(levels: dict[int, int], price: int, qty: int) -> None:
    if qty:
        levels[price] = qty
    else:
        levels.pop(price, None)


def _sorted(levels: Mapping[int, int], side: Side) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(levels.items(), reverse=side is Side.BUY))
