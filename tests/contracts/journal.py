"""What every journal promises."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.errors import JournalError, JournalFull
from graphwiz_trader.domain.events import BookUpdate, FeedDown, LevelRows, TapeMessage
from graphwiz_trader.domain.facts import Entry, Outcome, StateChanged, TradingState
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.ports.journal import Journal, JournalReader

BTC = InstrumentId("BTC/USDT@kraken")


def submit(number: int) -> SubmitOrder:
    """An order with an id of its own."""
    return SubmitOrder(
        ClOrdId(f"0000000{number}"),
        StrategyId("mm"),
        BTC,
        Side.BUY,
        OrdType.LIMIT,
        TimeInForce.GTC,
        Ticks(1000),
        Lots(3),
    )


def entry(seq: int) -> Entry:
    """An entry with commands and facts."""
    fact = StateChanged("", TradingState.HALTED, "because", "me")
    return Entry(
        FeedDown(Nanos(seq), Venue("kraken"), "gone"), Outcome(seq, (submit(seq),), (fact,))
    )


def book_entry(seq: int, *commands: SubmitOrder) -> Entry:
    """A book update that owns rows 1 to 4 of five."""
    rows = LevelRows(
        np.array([1, 1, -1, -1, 1], np.int8),
        np.arange(100, 105),
        np.arange(seq, seq + 5),
    )
    update = BookUpdate(
        Nanos(seq), Nanos(seq), BTC, rows, 1, 4, more=True, last_seq=seq, checksum=2**32 - 1
    )
    return Entry(update, Outcome(seq, commands))


class JournalContract:
    """
    Subclasses offer `journal`, empty, and `reader`, which opens the same journal to be read.

    A `Journal` numbers steps from 1, gives back what it was given, and says when it cannot.
    """

    @pytest.fixture
    def journal(self) -> Journal:
        raise NotImplementedError

    @pytest.fixture
    def reader(self) -> Callable[[], JournalReader]:
        raise NotImplementedError

    def test_entries_come_back_in_order(
        self, journal: Journal, reader: Callable[[], JournalReader]
    ) -> None:
        written = [entry(1), entry(2), entry(3)]

        for one in written:
            journal.append(one)
        journal.flush()

        assert list(reader().entries()) == written

    def test_a_book_update_comes_back_with_its_rows(
        self, journal: Journal, reader: Callable[[], JournalReader]
    ) -> None:
        journal.append(book_entry(1))
        journal.append(book_entry(2, submit(2)))
        journal.flush()

        first, second = reader().entries()

        assert isinstance(first.event, BookUpdate)
        assert isinstance(second.event, BookUpdate)
        assert second.outcome == Outcome(2, (submit(2),))
        assert (first.event.last_seq, first.event.checksum, first.event.more) == (
            1,
            2**32 - 1,
            True,
        )
        assert first.event.rows.side.tolist() == [1, -1, -1]
        assert first.event.rows.ticks.tolist() == [101, 102, 103]
        assert second.event.rows.lots.tolist() == [3, 4, 5]

    def test_rows_are_taken_at_once(
        self, journal: Journal, reader: Callable[[], JournalReader]
    ) -> None:
        """The parser overwrites its columns with the next frame."""
        given = book_entry(1)

        journal.append(given)
        assert isinstance(given.event, BookUpdate)
        given.event.rows.lots[:] = 0
        journal.flush()

        (back,) = reader().entries()
        assert isinstance(back.event, BookUpdate)
        assert back.event.rows.lots.tolist() == [2, 3, 4]

    def test_references_are_steps_too(
        self, journal: Journal, reader: Callable[[], JournalReader]
    ) -> None:
        journal.append(entry(1))
        journal.reference(0, 7, True)
        journal.reference(3, 2**40, False)
        journal.append(entry(4))
        journal.flush()

        entries = list(reader().entries())

        assert entries[1:3] == [
            Entry(TapeMessage(0, 7, True), Outcome(2)),
            Entry(TapeMessage(3, 2**40, False), Outcome(3)),
        ]
        assert [one.outcome.seq for one in entries] == [1, 2, 3, 4]

    def test_many_references_come_back(
        self, journal: Journal, reader: Callable[[], JournalReader]
    ) -> None:
        for message in range(10_000):
            journal.reference(0, message, False)
        journal.flush()

        events = [one.event for one in reader().entries()]

        assert events == [TapeMessage(0, message, False) for message in range(10_000)]

    def test_a_stretch_of_references_is_those_one_by_one(
        self, journal: Journal, reader: Callable[[], JournalReader]
    ) -> None:
        messages = np.arange(9_000)
        journal.reference(1, 6, True)
        journal.references(messages % 3, messages, messages % 2)
        journal.append(entry(9_002))
        journal.references(messages[:2], messages[:2], messages[:2])
        journal.flush()

        told = list(reader().entries())

        expected = [TapeMessage(1, 6, True)]
        expected += [TapeMessage(n % 3, n, bool(n % 2)) for n in range(9_000)]
        assert [one.event for one in told[:9_001]] == expected
        assert [one.event for one in told[9_002:]] == [
            TapeMessage(0, 0, False),
            TapeMessage(1, 1, True),
        ]
        assert [one.outcome.seq for one in told] == list(range(1, 9_005))

    def test_flush_returns_the_last_seq(self, journal: Journal) -> None:
        journal.append(entry(1))
        journal.reference(0, 0, False)

        assert journal.flush() == 2

    def test_reading_begins_after_a_seq(
        self, journal: Journal, reader: Callable[[], JournalReader]
    ) -> None:
        journal.append(entry(1))
        journal.reference(0, 0, False)
        journal.reference(0, 1, False)
        journal.append(entry(4))
        journal.flush()

        assert [one.outcome.seq for one in reader().entries(after=2)] == [3, 4]
        assert list(reader().entries(after=4)) == []

    def test_appending_says_what_is_kept_of_the_outcome(
        self, journal: Journal, reader: Callable[[], JournalReader]
    ) -> None:
        quiet = Entry(FeedDown(Nanos(3), Venue("kraken"), "gone"), Outcome(3))

        said = [journal.append(one) for one in (entry(1), book_entry(2, submit(2)), quiet)]
        journal.append(book_entry(4))
        journal.flush()

        reading = reader()
        told = [reading.outcome_bytes(one.outcome) for one in reading.entries()]
        assert told == [*said, b""]
        assert said[2] == b""

    def test_outcomes_have_other_bytes_if_they_differ_in_anything(
        self, journal: Journal, reader: Callable[[], JournalReader]
    ) -> None:
        journal.append(entry(1))
        journal.flush()

        said = reader().outcome_bytes

        assert said(Outcome(2, (submit(1),))) == said(Outcome(2, (submit(1),)))
        others = (
            Outcome(2, (submit(1),)),
            Outcome(2, (submit(2),)),
            Outcome(3, (submit(1),)),
            Outcome(2, (submit(1), submit(1))),
            entry(2).outcome,
        )
        assert len({said(one) for one in others}) == len(others)

    def test_a_step_left_out_is_refused(self, journal: Journal) -> None:
        journal.append(entry(1))

        with pytest.raises(JournalError, match="found entry 3, expected 2"):
            journal.append(entry(3))

    def test_nothing_is_appended_after_close(
        self, journal: Journal, reader: Callable[[], JournalReader]
    ) -> None:
        journal.append(entry(1))
        journal.close()

        with pytest.raises(JournalFull):
            journal.append(entry(2))

        assert list(reader().entries()) == [entry(1)]

    def test_an_untouched_tail_is_not_torn(
        self, journal: Journal, reader: Callable[[], JournalReader]
    ) -> None:
        journal.append(entry(1))
        journal.close()
        reading = reader()

        list(reading.entries())

        assert reading.torn is None

    def test_numbers_survive_exactly(
        self, journal: Journal, reader: Callable[[], JournalReader]
    ) -> None:
        from graphwiz_trader.domain.events import BalanceReport
        from graphwiz_trader.domain.units import Asset

        report = BalanceReport(
            Nanos(2**62), Venue("x"), Asset("BTC"), Decimal("0.10000"), Decimal("1E-30")
        )

        journal.append(Entry(report, Outcome(1)))
        journal.flush()

        (back,) = reader().entries()
        assert repr(back.event) == repr(report)
