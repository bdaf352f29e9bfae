"""
OrderBook: one instrument's book as its venue last told it, and how far it may be believed.

A snapshot begins an *epoch*: a new book, which nothing of the old one enters.
After a gap, a failed checksum or a dropped feed the levels stay readable, for reports, and the
book is not usable until the next snapshot.
"""

from enum import Enum

from graphwiz_trader.domain.checksum import ChecksumRule, Levels, checksum_of
from graphwiz_trader.domain.depth import WINDOW, Depth
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.quality import Quality
from graphwiz_trader.domain.sequence import Order, SeqRule, Sequence
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Int64s, Nanos
from graphwiz_trader.kernels import book as kernel
from graphwiz_trader.kernels.jit import entry
from graphwiz_trader.kernels.levels import ASK, BID, CROSSED, CROSSINGS, NO_ASK, NO_BID

_apply = entry(kernel.apply)


class Applied(Enum):
    """What became of a message; only APPLIED and BAD_CHECKSUM changed the levels."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    GAP = "gap"
    AWAITING_SNAPSHOT = "awaiting snapshot"
    BAD_CHECKSUM = "bad checksum"


class OrderBook(Depth):
    """
    The depth of one instrument, kept from its venue's messages.

    Args:
        instrument: Its grid, and the text form its checksum is computed over.
        seq_rule: How gaps are seen.
        checksum: How the venue's checksums are checked.
        depth: Levels a side the venue maintains; others are dropped after each message.
            None for a venue that maintains them all.
        window: Ticks a side that are reached at once, a power of two.
    """

    def __init__(
        self,
        instrument: Instrument,
        seq_rule: SeqRule = SeqRule.NONE,
        checksum: ChecksumRule = ChecksumRule.NONE,
        depth: int | None = None,
        window: int = WINDOW,
    ) -> None:
        super().__init__(instrument, window)
        self.epoch = 0
        self.ts = Nanos(0)
        self._sequence = Sequence(seq_rule)
        self._checksum = checksum_of(checksum, instrument)
        self._depth = depth
        self._is_plain = seq_rule is SeqRule.NONE and self._checksum is None and depth is None
        self._is_fast = False
        self._flaw: str | None = "no snapshot yet"
        self._gaps = self._duplicates = self._skipped = self._checked = self._failed = 0

    def apply(self, update: BookUpdate) -> Applied:
        """
        Take in one message of this book.

        Raises:
            DomainError: the message names rows that do not exist; nothing was changed.
        """
        if self._is_fast and not update.snapshot:
            rows, last = update.rows, update.last
            row = _apply(self._state, rows.side, rows.ticks, rows.lots, update.first, last)
            if row != last:
                self.change(rows, max(row, update.first), last)
            self.ts = update.ts
            return Applied.APPLIED
        return self._take_snapshot(update) if update.snapshot else self._take_change(update)

    def drop(self, reason: str) -> None:
        """Stop believing the book until the next snapshot; its levels stay readable."""
        self._flaw = reason
        self._is_fast = False

    def lent(self) -> tuple[Int64s, int, SeqRule]:
        """
        Return the levels, the latest number and the rule of a book that a compiled reader follows.

        The reader alone applies messages, by `kernels.book.apply`, until `take_back`.

        Raises:
            DomainError: the book awaits a snapshot, or its messages need more than that.
        """
        if self._flaw is not None or self._checksum is not None or self._depth is not None:
            raise DomainError(f"{self.instrument.id}: not a book to follow by numbers alone")
        return self._state, self._sequence.last, self._sequence.rule

    def take_back(self, latest: BookUpdate) -> None:
        """Go on by itself from *latest*, the last message that the borrower applied."""
        self._sequence.advance(latest)
        self.ts = latest.ts

    def _take_snapshot(self, snapshot: BookUpdate) -> Applied:
        self.replace(snapshot.rows, snapshot.first, snapshot.last)
        self.epoch += 1
        self.ts = snapshot.ts
        self._flaw = None
        self._is_fast = self._is_plain
        self._sequence.restart(snapshot)
        return self._verified(snapshot)

    def _take_change(self, change: BookUpdate) -> Applied:
        if self._flaw is not None:
            self._skipped += 1
            return Applied.AWAITING_SNAPSHOT
        order = self._sequence.place(change)
        if order is Order.OLD:
            self._duplicates += 1
            return Applied.DUPLICATE
        if order is Order.GAP:
            self._gaps += 1
            self.drop(f"gap: {change.first_seq}..{change.last_seq} after {self._sequence.last}")
            return Applied.GAP
        self.change(change.rows, change.first, change.last)
        self.ts = change.ts
        self._sequence.advance(change)
        return self._verified(change)

    def _verified(self, update: BookUpdate) -> Applied:
        if self._depth is not None:
            self.truncate(self._depth)
        checksum, theirs = self._checksum, update.checksum
        if checksum is None or theirs is None or not checksum.is_sent(theirs):
            return Applied.APPLIED
        self._checked += 1
        bids = Levels(*self.levels(Side.BUY, checksum.depth))
        asks = Levels(*self.levels(Side.SELL, checksum.depth))
        if checksum.agrees(theirs, bids, asks):
            return Applied.APPLIED
        self._failed += 1
        self.drop(f"checksum {theirs} is not that of the book")
        return Applied.BAD_CHECKSUM

    @property
    def quality(self) -> Quality:
        """The record so far."""
        return Quality(
            synced=self._flaw is None,
            flaw=self._flaw or "",
            ts=self.ts,
            epoch=self.epoch,
            gaps=self._gaps,
            duplicates=self._duplicates,
            skipped=self._skipped,
            crossings=self._top[CROSSINGS],
            is_crossed=self.is_crossed,
            is_locked=self.is_locked,
            checksums_checked=self._checked,
            checksums_failed=self._failed,
        )

    @property
    def is_synced(self) -> bool:
        """Whether the levels are the venue's, as far as it told."""
        return self._flaw is None

    def usable_touch(self) -> tuple[int, int] | None:
        """Return the best bid and ask in ticks, None unless the book is usable; in one look."""
        if self._flaw is not None:
            return None
        top = self._top
        bid, ask = top[BID], top[ASK]
        return None if bid > ask or bid == NO_BID or ask == NO_ASK else (bid, ask)

    @property
    def is_usable(self) -> bool:
        """Whether a strategy may act on it: synced, two-sided, not crossed; locked is fine."""
        top = self._top
        return (
            self._flaw is None and top[CROSSED] == 0 and top[BID] != NO_BID and top[ASK] != NO_ASK
        )
