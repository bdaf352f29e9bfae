"""A recording of others becomes a tape, with what is wrong with it in the header."""

import pytest

from graphwiz_trader.application.importing import import_tape
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookGap, Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import TapeHeader
from graphwiz_trader.domain.units import Lots, Nanos, Ticks
from graphwiz_trader.ports.archive import RecordedEvent, TopSeen
from graphwiz_trader.testing.archive import WrittenArchive
from graphwiz_trader.testing.make import book_update, instrument
from graphwiz_trader.testing.tape import MemoryTapes

BTC = instrument("BTC/USDT@alpha")
ETH = instrument("ETH/USDT@alpha")
CROSSED = book_update(BTC, [("100.2", "1")], [("100.1", "1")])
LOCKED = book_update(BTC, [("100.1", "1")], [("100.1", "1")])


def imported(*events: RecordedEvent) -> TapeHeader:
    archive = WrittenArchive([BTC, ETH], events)
    return import_tape(archive, MemoryTapes(), "x", lambda _: None)


def test_crossed_and_locked_records_are_kept_and_counted() -> None:
    header = imported(CROSSED, LOCKED, CROSSED)

    assert (header.messages, header.crossed, header.locked) == (3, 2, 1)


def test_a_book_that_stays_crossed_counts_at_each_of_its_own_records() -> None:
    other = book_update(ETH, [("1.0", "1")])

    header = imported(CROSSED, other, book_update(BTC, [("99.0", "1")], snapshot=False))

    assert header.crossed == 2


def test_gaps_are_counted_and_tops_left_out() -> None:
    top = TopSeen(Nanos(1), BTC.id, 1, Ticks(1), Lots(1), Ticks(2), Lots(1))
    trade = Trade(CROSSED.ts, CROSSED.ts, BTC.id, Side.BUY, Ticks(1), Lots(1))

    header = imported(CROSSED, BookGap(Nanos(1), BTC.id, "lost"), top, trade)

    assert (header.records, header.gaps, header.messages) == (4, 1, 2)


def test_a_recording_that_breaks_leaves_no_tape() -> None:
    tapes = MemoryTapes()
    archive = WrittenArchive([BTC], [book_update(BTC, ts=2), book_update(BTC, ts=1)])

    with pytest.raises(DataError):
        import_tape(archive, tapes, "x", lambda _: None)

    with pytest.raises(DataError, match="found nothing"):
        tapes.open("x")
