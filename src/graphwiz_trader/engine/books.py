"""Books: every venue's book of every instrument, their recent tops, and what crosses."""

from collections import deque
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import permutations

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.crossing import Crossing, cross
from graphwiz_trader.domain.errors import UnknownInstrument
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId, Nanos, Ticks, Venue
from graphwiz_trader.domain.value import exact_value
from graphwiz_trader.kernels.levels import NO_ASK, NO_BID

NOWHERE = (NO_ASK, NO_BID)
"""A touch that no book has."""


@exact_value
class Top:
    """The touch of one book at one instant."""

    ts: Nanos
    bid: Ticks | None
    ask: Ticks | None


class Books(dict[InstrumentId, OrderBook]):
    """
    The books of all instruments; asking for another raises `UnknownInstrument`.

    `history` keeps the last *depth* tops of each, a new one whenever the touch moved.
    """

    def __init__(self, instruments: Sequence[Instrument], depth: int = 1000) -> None:
        super().__init__()
        self._depth = depth
        self.touches: dict[InstrumentId, tuple[int, int]] = {}
        """The touch of each book after its last message."""
        self._tops: dict[InstrumentId, deque[Top]] = {}
        self._elsewhere: dict[InstrumentId, tuple[OrderBook, ...]] = {}
        for instrument in instruments:
            self.open(instrument)

    def open(self, instrument: Instrument) -> None:
        """Start an empty book for *instrument*, in place of any it had."""
        book = self[instrument.id] = OrderBook(instrument)
        self._elsewhere.clear()
        self.touches[instrument.id] = book.touch
        self._tops[instrument.id] = deque(maxlen=self._depth)

    def apply(self, update: BookUpdate) -> bool:
        """Apply *update* to its book; return whether its touch has moved."""
        name = update.instrument
        book = self[name]
        book.apply(update)
        touch = book.touch
        if touch == self.touches[name]:
            return False
        self.touches[name] = touch
        self._tops[name].append(Top(update.ts, book.bid, book.ask))
        return True

    def drop(self, venue: Venue, reason: str) -> None:
        """Stop believing the books of *venue* until their next snapshots."""
        for book in self.values():
            if book.instrument.venue == venue:
                book.drop(reason)

    def catch_up(self, name: InstrumentId, ts: Nanos, *, comes_again: bool) -> None:
        """
        Note that a reader has moved the book of *name*, whose levels are as of *ts*.

        If the last message *comes_again*, it counts as moving the touch when it does.
        """
        book = self[name]
        book.ts = ts
        if comes_again:
            self.touches[name] = NOWHERE
        elif book.touch != self.touches[name]:
            self.touches[name] = book.touch
            self._tops[name].append(Top(ts, book.bid, book.ask))

    def __missing__(self, name: InstrumentId) -> OrderBook:
        raise UnknownInstrument(f"{name} is not among {', '.join(self)}")

    def history(self, name: InstrumentId) -> tuple[Top, ...]:
        """Return the last tops of *name*, oldest first."""
        return tuple(self._tops[name])

    def of_symbol(self, symbol: str) -> tuple[OrderBook, ...]:
        """Return the books of *symbol* at all venues, in the order they were opened."""
        return tuple(b for b in self.values() if b.instrument.symbol == symbol)

    def elsewhere(self, name: InstrumentId) -> tuple[OrderBook, ...]:
        """Return the books of the same symbol at other venues."""
        found = self._elsewhere.get(name)
        if found is None:
            own = self[name]
            same = self.of_symbol(own.instrument.symbol)
            found = self._elsewhere[name] = tuple(b for b in same if b is not own)
        return found

    def crossings(
        self, symbol: str, fee_bps: Mapping[Venue, float], min_bps: float, most: Decimal
    ) -> tuple[Crossing, ...]:
        """
        Return what buying *symbol* at one venue and selling at another would earn now.

        Both directions of every pair of usable books, through their depth, after the taker fees
        of both legs, up to *most* base units; only those whose every part earns at least
        *min_bps* and more than nothing.
        """
        books = [b for b in self.of_symbol(symbol) if b.is_usable]
        found = (
            cross(
                buy,
                sell,
                fee_bps[buy.instrument.venue],
                fee_bps[sell.instrument.venue],
                min_bps,
                most,
            )
            for buy, sell in permutations(books, 2)
        )
        return tuple(crossing for crossing in found if crossing is not None)
