"""Publisher: what ccxt hands over, as events of our own; one for each message, none merged."""

from collections.abc import Callable, Mapping, Reversible, Sized

import attrs

from graphwiz_trader.adapters.ccxt.line import Held, Line
from graphwiz_trader.adapters.ccxt.translate import (
    EMPTY,
    Levels,
    changes,
    instant,
    levels_of,
    touch_of,
    trade_of,
)
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import BookUpdate, Event
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.ports.clock import Clock


@attrs.define
class Tally:
    """
    Counts since the feed was made.

    `refused`: books and trades that made no sense. `rounded`: quantities finer than the lot.
    `repeated`: trades told again. `lost`: times that ccxt's memory of trades had overflowed.
    `resyncs`: books begun. `broken`: lines that were live and broke. `replaced`: connections
    dropped because they were closed, mute or broken.
    """

    updates: int = 0
    trades: int = 0
    refused: int = 0
    rounded: int = 0
    repeated: int = 0
    lost: int = 0
    resyncs: int = 0
    broken: int = 0
    replaced: int = 0


class Publisher:
    """
    Publishes books as changes against what was published before, and trades once each.

    Args:
        clock: Tells receipt times.
        send: Takes events; `FeedUp` is the caller's care.
    """

    def __init__(self, clock: Clock, send: Callable[[Event], None]) -> None:
        self.tally = Tally()
        self._clock = clock
        self._send = send

    def book(self, line: Line, book: Mapping[str, object]) -> None:
        """
        Publish ccxt's *book* as it is now: as a snapshot if *line* is not live.

        Raises:
            Garbled: it makes no sense or is crossed.
        """
        self._levels(line, levels_of(book), book, _nonce(book))

    def touch(self, line: Line, ticker: Mapping[str, object]) -> None:
        """Publish the best bid and ask of *ticker* as a book of one level a side."""
        self._levels(line, touch_of(ticker), ticker, -1)

    def hold(self, line: Line, book: Mapping[str, object]) -> bool:
        """
        Keep the first word on *book* back; return whether it was the first.

        The second one is a change that followed from it, which proves the bridge.
        """
        if line.is_live or line.held is not None:
            return False
        line.held = Held(book, self._clock.now())
        return True

    def trades(self, line: Line, cache: "Reversible[object]") -> None:
        """Publish what of ccxt's *cache* of trades is new, oldest first."""
        now = self._clock.now()
        fresh: list[Mapping[str, object]] = []
        for trade in reversed(cache):
            if not isinstance(trade, Mapping) or trade is line.latest:
                break
            fresh.append(trade)
        else:
            self._note_overflow(line, cache)
        line.latest = fresh[0] if fresh else line.latest
        line.live(now)
        for trade in reversed(fresh):
            self._trade(line, trade, now)

    def _note_overflow(self, line: Line, cache: object) -> None:
        most = getattr(cache, "max_size", None)
        if line.latest is not None and isinstance(cache, Sized) and len(cache) == most:
            self.tally.lost += 1

    def _trade(self, line: Line, trade: Mapping[str, object], now: Nanos) -> None:
        if not line.is_new(trade.get("id")):
            self.tally.repeated += 1
            return
        try:
            event = trade_of(line.instrument, trade, now)
        except Garbled:
            self.tally.refused += 1
            return
        self.tally.trades += 1
        self._send(event)

    def _levels(
        self, line: Line, levels: Levels, message: Mapping[str, object], nonce: int
    ) -> None:
        if levels.is_crossed:
            raise Garbled(f"{line.instrument.id}: the book is crossed")
        snapshot = not line.is_live or (0 <= nonce < line.nonce)
        rows, rounded = changes(line.instrument, EMPTY if snapshot else line.levels, levels)
        now = self._clock.now()
        if not snapshot and len(rows.side) == 0 and nonce == line.nonce:
            line.live(now)
            return
        before = -1 if snapshot else line.nonce
        first = before + 1 if 0 <= before < nonce else nonce
        update = BookUpdate(
            now, instant(message, now), line.instrument.id, rows, 0, len(rows.side), snapshot,
            first_seq=first, last_seq=nonce, prev_seq=before,
        )  # fmt: skip
        line.levels, line.nonce, line.held = levels, nonce, None
        line.live(now)
        self.tally.updates += 1
        self.tally.resyncs += snapshot
        self.tally.rounded += rounded
        self._send(update)


def _nonce(book: Mapping[str, object]) -> int:
    nonce = book.get("nonce")
    return nonce if isinstance(nonce, int) else -1
