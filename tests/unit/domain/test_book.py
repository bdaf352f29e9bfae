"""OrderBook: epochs, gaps, checksums, and when it may be acted on."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import pytest

from graphwiz_trader.domain.book import Applied, OrderBook
from graphwiz_trader.domain.checksum import ChecksumRule
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.sequence import SeqRule
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.testing import make

GRID = make.instrument()
Levels = Sequence[tuple[int, int, int]]
TWO_SIDED: Levels = ((1, 1000, 2), (1, 998, 3), (-1, 1002, 4), (-1, 1005, 5))


def update(
    levels: Levels,
    *,
    ts: int = 1,
    snapshot: bool = False,
    first_seq: int = -1,
    last_seq: int = -1,
    checksum: int | None = None,
) -> BookUpdate:
    return BookUpdate(
        Nanos(ts), Nanos(ts), GRID.id, make.rows(levels), 0, len(levels), snapshot=snapshot,
        first_seq=first_seq, last_seq=last_seq, checksum=checksum,
    )  # fmt: skip


def synced(**rules: object) -> OrderBook:
    """A book that took a snapshot numbered 100."""
    book = OrderBook(GRID, **rules)  # type: ignore[arg-type]
    book.apply(update(TWO_SIDED, snapshot=True, last_seq=100))
    return book


def test_nothing_is_believed_before_the_first_snapshot() -> None:
    book = OrderBook(GRID)

    told = book.apply(update(TWO_SIDED))

    assert told is Applied.AWAITING_SNAPSHOT
    assert (book.bid, book.ask, book.is_usable) == (None, None, False)
    assert (book.quality.skipped, book.quality.flaw) == (1, "no snapshot yet")


def test_a_snapshot_makes_the_book_usable() -> None:
    book = synced()

    assert (book.bid, book.bid_lots, book.ask, book.ask_lots) == (1000, 2, 1002, 4)
    assert book.is_usable
    assert book.quality.synced


def test_changes_set_and_remove_levels() -> None:
    book = synced()

    told = book.apply(update([(1, 1000, 0), (1, 999, 7), (-1, 1002, 1)], ts=5))

    assert told is Applied.APPLIED
    assert (book.bid, book.bid_lots, book.ask_lots, book.ts) == (999, 7, 1, 5)


def test_the_last_row_of_a_level_wins() -> None:
    book = synced()

    book.apply(update([(1, 1001, 5), (1, 1001, 0), (-1, 1002, 0), (-1, 1002, 9)]))

    assert (book.bid, book.ask, book.ask_lots) == (1000, 1002, 9)


def test_only_the_named_rows_are_applied() -> None:
    book = synced()
    rows = make.rows([(1, 1, 1), (1, 1001, 6), (1, 2, 1)])

    book.apply(BookUpdate(Nanos(1), Nanos(1), GRID.id, rows, 1, 2))

    assert (book.bid, book.level(Side.BUY, 1), book.level(Side.BUY, 2)) == (1001, 0, 0)


def test_a_snapshot_is_a_new_book() -> None:
    book = synced()

    book.apply(update([(1, 500, 1)], snapshot=True))

    assert (book.epoch, book.bid, book.ask) == (2, 500, None)
    assert book.count(Side.BUY) == 1
    assert not book.is_usable


@pytest.mark.parametrize(("first", "last"), [(0, 9), (-1, 2), (3, 9)])
@pytest.mark.parametrize("snapshot", [True, False])
def test_rows_that_do_not_exist_are_refused_and_nothing_changes(
    first: int, last: int, snapshot: bool
) -> None:
    book = synced()
    before = book.content()
    rows = make.rows(TWO_SIDED)

    with pytest.raises(DomainError, match=f"no rows {first} to {last}"):
        book.apply(BookUpdate(Nanos(9), Nanos(9), GRID.id, rows, first, last, snapshot=snapshot))

    assert (book.content(), book.epoch) == (before, 1)


def test_columns_may_be_read_only() -> None:
    columns = [np.array(c) for c in ([1], [1001], [8])]
    for column in columns:
        column.flags.writeable = False
    rows = LevelRows(columns[0].astype(np.int8), columns[1], columns[2])
    book = synced()

    book.apply(BookUpdate(Nanos(1), Nanos(1), GRID.id, rows, 0, 1))

    assert book.bid == 1001


def test_a_crossed_book_is_kept_counted_and_unusable() -> None:
    book = synced()

    book.apply(update([(1, 1003, 1)]))

    assert (book.bid, book.ask) == (1003, 1002)
    assert (book.is_crossed, book.is_usable, book.quality.crossings) == (True, False, 1)

    book.apply(update([(1, 1003, 0)]))

    assert (book.is_crossed, book.is_usable, book.quality.crossings) == (False, True, 1)


def test_a_locked_book_is_usable() -> None:
    book = synced()

    book.apply(update([(1, 1002, 1)]))

    assert (book.is_locked, book.is_crossed, book.is_usable) == (True, False, True)


def test_a_dropped_feed_makes_the_book_unusable_until_the_next_snapshot() -> None:
    book = synced()

    book.drop("feed down")
    told = book.apply(update([(1, 1001, 1)]))

    assert told is Applied.AWAITING_SNAPSHOT
    assert (book.bid, book.is_usable, book.quality.flaw) == (1000, False, "feed down")

    book.apply(update(TWO_SIDED, snapshot=True))

    assert (book.is_usable, book.epoch, book.quality.flaw) == (True, 2, "")


def test_a_gap_ends_belief_until_the_next_snapshot() -> None:
    book = synced(seq_rule=SeqRule.CONTIGUOUS)

    told = [
        book.apply(update([(1, 1001, 1)], first_seq=101, last_seq=103)),
        book.apply(update([(1, 1001, 9)], first_seq=105, last_seq=106)),
        book.apply(update([(1, 1001, 9)], first_seq=104, last_seq=104)),
    ]

    assert told == [Applied.APPLIED, Applied.GAP, Applied.AWAITING_SNAPSHOT]
    assert (book.bid_lots, book.is_usable, book.quality.gaps) == (1, False, 1)
    assert book.quality.flaw == "gap: 105..106 after 103"


def test_an_old_message_changes_nothing() -> None:
    book = synced(seq_rule=SeqRule.CONTIGUOUS)

    told = book.apply(update([(1, 1001, 9)], ts=9, first_seq=90, last_seq=100))

    assert told is Applied.DUPLICATE
    assert (book.bid, book.ts, book.is_usable, book.quality.duplicates) == (1000, 1, True, 1)


def kraken(*levels: tuple[int, int]) -> int:
    return crc32("".join(f"{tick}{lots}" for tick, lots in levels).encode())


def test_a_checksum_that_agrees_is_counted() -> None:
    book = synced(checksum=ChecksumRule.KRAKEN)

    theirs = kraken((1002, 4), (1005, 5), (1000, 2), (998, 3), (997, 1))
    told = book.apply(update([(1, 997, 1)], checksum=theirs))

    assert told is Applied.APPLIED
    assert (book.quality.checksums_checked, book.quality.checksums_failed) == (1, 0)


def test_a_checksum_that_fails_ends_belief() -> None:
    book = synced(checksum=ChecksumRule.KRAKEN)

    told = book.apply(update([(1, 997, 1)], checksum=12345))

    assert told is Applied.BAD_CHECKSUM
    assert (book.is_usable, book.quality.checksums_failed) == (False, 1)
    assert book.quality.flaw == "checksum 12345 is not that of the book"


def test_a_message_without_checksum_is_believed() -> None:
    book = synced(checksum=ChecksumRule.KRAKEN)

    assert book.apply(update([(1, 997, 1)])) is Applied.APPLIED
    assert book.quality.checksums_checked == 0


def test_levels_the_venue_does_not_maintain_are_dropped() -> None:
    """Kraken never says that a level beyond the subscribed depth has gone."""
    book = synced(depth=2)

    book.apply(update([(1, 999, 1), (-1, 1003, 1)]))
    book.apply(update([(1, 1000, 0)]))

    assert [int(t) for t in book.levels(Side.BUY, 9)[0]] == [999]
    assert [int(t) for t in book.levels(Side.SELL, 9)[0]] == [1002, 1003]


def test_the_horizon_is_the_worst_level_of_the_snapshot() -> None:
    book = synced()

    book.apply(update([(1, 900, 1), (-1, 1005, 0)]))

    assert (book.horizon(Side.BUY), book.horizon(Side.SELL)) == (998, 1005)


def test_an_empty_side_of_a_snapshot_has_no_horizon() -> None:
    book = OrderBook(GRID)

    book.apply(update([(1, 900, 1)], snapshot=True))

    assert (book.horizon(Side.BUY), book.horizon(Side.SELL)) == (900, None)
