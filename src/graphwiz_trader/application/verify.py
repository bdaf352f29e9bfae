"""Verify: rebuild the books of an archive and hold them against the venue's own word."""

import numpy as np

from graphwiz_trader.application.bbo import BboCheck, Proof
from graphwiz_trader.application.checksums import ChecksumCheck
from graphwiz_trader.domain.book import Applied
from graphwiz_trader.domain.events import BookGap, BookUpdate
from graphwiz_trader.domain.level_rows import LevelRows
from graphwiz_trader.domain.value import evolve, value
from graphwiz_trader.ports.archive import Archive, ByOrder, TopSeen


@value
class Verdict:
    """
    What was found in one archive, or in several together.

    `frames` counts the source's records, `updates` the changes of books, those that a snapshot
    already held among them. `crossed` counts messages that left a book as no matching engine
    leaves its own: a snapshot with bid > ask, a change with bid ≥ ask; `torn` is the changes
    alone, since a feed of whole quotes may show what crosses itself. `repeated` counts messages
    that name one level twice, and so contradict themselves.
    """

    frames: int = 0
    updates: int = 0
    gaps: int = 0
    crossed: int = 0
    torn: int = 0
    repeated: int = 0
    checksums: Proof = Proof()
    bbo: Proof = Proof()

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(
            self.frames + other.frames,
            self.updates + other.updates,
            self.gaps + other.gaps,
            self.crossed + other.crossed,
            self.torn + other.torn,
            self.repeated + other.repeated,
            self.checksums + other.checksums,
            self.bbo + other.bbo,
        )

    @property
    def holds(self) -> bool:
        """Whether all was told, once, no kept book is crossed and all comparisons held."""
        whole = not (self.gaps or self.torn or self.repeated)
        return whole and self.checksums.holds and self.bbo.holds


def verify(archive: Archive) -> Verdict:
    """
    Return what is wrong with *archive*; the books are kept whatever it is.

    Raises:
        DataError: the archive cannot be read.
    """
    books = {instrument.id: archive.book(instrument) for instrument in archive.instruments}
    checks = {instrument.id: BboCheck() for instrument in archive.instruments}
    rule = archive.checksum_rule
    sums = {instrument.id: ChecksumCheck(rule, instrument) for instrument in archive.instruments}
    updates = gaps = crossed = torn = repeated = 0
    for recorded in archive.events():
        event = recorded.event if isinstance(recorded, ByOrder) else recorded
        if isinstance(event, BookGap):
            gaps += 1
        elif isinstance(event, TopSeen):
            top = (event.bid, event.bid_lots, event.ask, event.ask_lots)
            checks[event.instrument].top(event.seq, top)
        elif isinstance(event, BookUpdate):
            book = books[event.instrument]
            if event is recorded and _repeats(event):
                repeated += 1
                event = _with_most_last(event)
            if book.apply(event) is Applied.AWAITING_SNAPSHOT:
                continue
            is_crossed = book.is_crossed or (book.is_locked and not event.snapshot)
            crossed += is_crossed
            sums[event.instrument].book(event.checksum, book)
            if event.snapshot:
                continue
            updates += 1
            torn += is_crossed
            touch = (book.bid, book.bid_lots, book.ask, book.ask_lots)
            checks[event.instrument].book(event.last_seq, touch)
    bbo = sum((check.finish() for check in checks.values()), Proof())
    checksums = sum((check.proof for check in sums.values()), Proof())
    updates += archive.passed
    return Verdict(archive.records, updates, gaps, crossed, torn, repeated, checksums, bbo)


def _repeats(event: BookUpdate) -> bool:
    """Whether *event* tells one level twice: none of 12 venues' recordings does."""
    part, rows = slice(event.first, event.last), event.rows
    named = set((2 * rows.ticks[part] + (rows.side[part] > 0)).tolist())
    return len(named) < event.last - event.first


def _with_most_last(event: BookUpdate) -> BookUpdate:
    """Return *event* so that of what it tells of one level the most stays: nothing rules it out."""
    part, rows = slice(event.first, event.last), event.rows
    order = np.argsort(rows.lots[part], kind="stable")
    told = LevelRows(rows.side[part][order], rows.ticks[part][order], rows.lots[part][order])
    return evolve(event, rows=told, first=0, last=len(order))
