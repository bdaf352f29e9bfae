"""BookSync: whether what a venue sends of one book is proven to be the whole of it."""

from enum import Enum

from graphwiz_trader.adapters.direct.dialect import BookRules
from graphwiz_trader.domain.book import Applied, OrderBook
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.rows import kept
from graphwiz_trader.domain.sequence import Order, Sequence
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.value import evolve

MOST_BUFFERED = 2000
"""Changes kept while a snapshot is awaited: over three minutes of a stream of ten a second."""

WINDOW = 1 << 12


class Taken(Enum):
    """What became of a message: publish it, publish what is `ready`, do nothing, or begin anew."""

    PUBLISH = "publish"
    READY = "ready"
    NOTHING = "nothing"
    BROKEN = "broken"


class BookSync:
    """
    One book between a venue and those who trade on it.

    Where the stream carries changes only (*bridged*), they are kept until a snapshot is there and
    a change proves that none is missing between the two; in a market where nothing changes,
    silence is the proof.

    Args:
        instrument: Its grid.
        rules: How the venue's books are proven.
        bridged: Whether snapshots come by another way than the stream.
    """

    def __init__(self, instrument: Instrument, rules: BookRules, *, bridged: bool) -> None:
        self.instrument = instrument
        self.book = OrderBook(instrument, rules.seq, rules.checksum, window=WINDOW)
        self.is_live = False
        self.flaw = ""
        self.ready: list[BookUpdate] = []
        self.duplicates = 0
        self._rules = rules
        self._bridged = bridged
        self._buffer: list[BookUpdate] = []
        self._snapshot: BookUpdate | None = None
        self._newest = -1

    @property
    def has_snapshot(self) -> bool:
        """Whether a snapshot waits for the change that proves it."""
        return self._snapshot is not None

    def begin(self) -> None:
        """Forget the book and await a snapshot."""
        self.is_live = False
        self.book.drop("awaiting a snapshot")
        self._buffer.clear()
        self._snapshot = None

    def take(self, update: BookUpdate) -> Taken:
        """Take in one message of the stream."""
        if update.snapshot:
            return self._restart(update)
        if not self.is_live:
            return self._hold(update) if self._bridged else Taken.NOTHING
        applied = self.book.apply(update)
        if applied is Applied.APPLIED:
            if self.book.is_crossed:
                return self._broken(f"crossed: {self.book.touch}")
            self._newest = update.last_seq
            return Taken.PUBLISH if self._rules.depth is None else self._trimmed(update)
        if applied is Applied.DUPLICATE:
            self.duplicates += 1
            return Taken.NOTHING
        return self._broken(self.book.quality.flaw)

    def bridge(self, snapshot: BookUpdate) -> Taken:
        """Take in a *snapshot* that came by another way than the stream."""
        if self.is_live:
            return Taken.NOTHING
        self._snapshot = kept(snapshot)
        return self._prove(self._snapshot)

    def settle(self) -> Taken:
        """Take the snapshot as it is: the stream, long listened to, has nothing to add to it."""
        return Taken.NOTHING if self._snapshot is None else self._publish([self._snapshot])

    def _restart(self, snapshot: BookUpdate) -> Taken:
        number = snapshot.last_seq
        if number < self._newest and number != self._rules.restart_seq:
            return self._broken(f"snapshot {number} is older than {self._newest}")
        return self._publish([snapshot])

    def _hold(self, change: BookUpdate) -> Taken:
        if len(self._buffer) == MOST_BUFFERED:
            return self._broken(f"{MOST_BUFFERED} changes and no snapshot")
        self._buffer.append(kept(change))
        return Taken.NOTHING if self._snapshot is None else self._prove(self._snapshot)

    def _prove(self, snapshot: BookUpdate) -> Taken:
        """Publish *snapshot* and the changes since, if they meet; a change too far refuses it."""
        sequence = Sequence(self._rules.seq)
        sequence.restart(snapshot)
        proven: list[BookUpdate] = [snapshot]
        met = False
        for change in self._buffer:
            order = sequence.place(change)
            if order is Order.GAP:
                return self._broken(f"no bridge from {sequence.last} to {change.first_seq}")
            if order is Order.NEXT:
                proven.append(change)
                sequence.advance(change)
            met = met or order is Order.NEXT or change.last_seq == snapshot.last_seq
        self._buffer.clear()
        return self._publish(proven) if met else Taken.NOTHING

    def _publish(self, proven: list[BookUpdate]) -> Taken:
        for update in proven:
            applied = self.book.apply(update)
            if applied is not Applied.APPLIED:
                return self._broken(self.book.quality.flaw or applied.value)
        if self.book.is_crossed:
            return self._broken(f"crossed: {self.book.touch}")
        self._snapshot = None
        self._newest = proven[-1].last_seq
        self.is_live = True
        self.ready = proven
        if self._rules.depth is not None:
            self.ready = [*proven[:-1], self._within(proven[-1])]
        return Taken.READY

    def _trimmed(self, update: BookUpdate) -> Taken:
        self.ready = [self._within(update)]
        return Taken.READY

    def _within(self, update: BookUpdate) -> BookUpdate:
        """Return *update* with the removal of every level that fell out of the venue's depth."""
        depth = self._rules.depth or 0
        rows, last = update.rows, update.last
        for side in (Side.BUY, Side.SELL):
            over = self.book.count(side) - depth
            if over > 0:
                ticks, _ = self.book.levels(side, depth + over)
                part = slice(last, last + over)
                rows.side[part], rows.ticks[part], rows.lots[part] = side, ticks[depth:], 0
                last += over
        if last == update.last:
            return update
        self.book.truncate(depth)
        return evolve(update, last=last)

    def _broken(self, why: str) -> Taken:
        self.flaw = why
        return Taken.BROKEN
