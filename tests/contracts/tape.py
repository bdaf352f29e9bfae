"""What every store of tapes promises."""

import numpy as np
import pytest

from graphwiz_trader.domain.errors import DataError, UnknownInstrument
from graphwiz_trader.domain.events import BookUpdate, LevelRows, MarketEvent, Trade
from graphwiz_trader.domain.order_rows import OrderRows
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import computed_hash
from graphwiz_trader.domain.units import Lots, Nanos, Ticks
from graphwiz_trader.ports.tape import Findings, TapeStore
from graphwiz_trader.testing.make import book_update, instrument

BTC = instrument("BTC/USDT@alpha")
ETH = instrument("ETH/USDT@alpha", tick="0.01")


def events() -> list[MarketEvent]:
    """A snapshot, a change of another book, an empty change, a trade."""
    return [
        book_update(BTC, [("100.0", "1")], [("100.1", "2")], ts=10),
        book_update(ETH, [("7.25", "3")], ts=10, snapshot=False),
        book_update(BTC, ts=11, snapshot=False),
        Trade(Nanos(12), Nanos(15), BTC.id, Side.SELL, Ticks(1000), Lots(7)),
    ]


def told(event: MarketEvent) -> tuple[object, ...]:
    """What an event says, whichever rows it shares."""
    if isinstance(event, Trade):
        return (event.ts, event.ts_venue, event.instrument, event.side, event.price, event.qty)
    rows, span = event.rows, slice(event.first, event.last)
    columns = [column[span].tolist() for column in (rows.side, rows.ticks, rows.lots)]
    return (event.ts, event.ts_venue, event.instrument, event.snapshot, columns)


class TapeStoreContract:
    """Subclasses offer `store`, empty, and `name`, which a tape may have there."""

    @pytest.fixture
    def store(self) -> TapeStore:
        raise NotImplementedError

    @pytest.fixture
    def name(self) -> str:
        raise NotImplementedError

    def write(self, store: TapeStore, name: str, *given: MarketEvent) -> None:
        with store.writer(name, (BTC, ETH)) as writer:
            for event in given:
                writer.append(event)
            writer.seal(Findings("test", records=9, gaps=2))

    def test_events_come_back_as_they_were(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())

        tape = store.open(name)

        assert [told(tape.event(i)) for i in range(len(tape))] == [told(e) for e in events()]

    def test_the_header_counts_what_was_written(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())

        header = store.open(name).header

        assert (header.messages, header.rows, header.level_changes) == (4, 4, 3)
        assert (header.records, header.gaps) == (9, 2)
        assert (header.first_ts, header.last_ts, header.least_delay_ns) == (10, 12, -3)

    def test_the_hash_is_of_the_content(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())

        tape = store.open(name)

        assert tape.hash == computed_hash(tape)

    def test_other_content_has_another_hash(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())
        before = store.open(name).hash

        self.write(store, name, *events()[:3])

        assert store.open(name).hash != before

    def test_the_orders_of_rows_come_back(self, store: TapeStore, name: str) -> None:
        orders = OrderRows(np.array([7, -8, 9]), np.array([3, 0, 5]))
        update = book_update(BTC, [("100.0", "1")], [("100.1", "2")], ts=10)
        trade = Trade(Nanos(12), Nanos(15), BTC.id, Side.SELL, Ticks(1000), Lots(7))
        with store.writer(name, (BTC,)) as writer:
            writer.append(update, orders.part(slice(0, 2)))
            orders.order[0] = 99  # its owner goes on with its columns
            writer.append(trade, orders.part(slice(2, 3)))
            writer.seal(Findings("test"))

        tape = store.open(name)

        assert tape.orders is not None
        assert tape.orders.order.tolist() == [7, -8, 9]
        assert tape.orders.left.tolist() == [3, 0, 5]
        assert tape.header.by_order
        assert tape.hash == computed_hash(tape)

    def test_orders_are_part_of_the_content(self, store: TapeStore, name: str) -> None:
        update = book_update(BTC, [("100.0", "1")], ts=10)
        hashes = set()
        for orders in (None, *(OrderRows(np.array([n]), np.array([1])) for n in (1, 2))):
            with store.writer(name, (BTC,)) as writer:
                writer.append(update, orders)
                writer.seal(Findings("test"))
            hashes.add(store.open(name).hash)

        assert len(hashes) == 3

    def test_all_events_tell_orders_or_none_does(self, store: TapeStore, name: str) -> None:
        update, orders = book_update(BTC, ts=5), OrderRows(np.zeros(0, int), np.zeros(0, int))
        for first, second in ((None, orders), (orders, None)):
            with store.writer(name, (BTC,)) as writer:
                writer.append(update, first)

                with pytest.raises(DataError, match="among others"):
                    writer.append(update, second)

    def test_an_empty_tape_opens(self, store: TapeStore, name: str) -> None:
        self.write(store, name)

        tape = store.open(name)

        assert (len(tape), tape.header.first_ts) == (0, None)

    def test_rows_are_taken_at_once(self, store: TapeStore, name: str) -> None:
        """The parser overwrites its columns with the next frame."""
        rows = LevelRows(np.array([1], np.int8), np.array([5]), np.array([6]))
        with store.writer(name, (BTC,)) as writer:
            writer.append(BookUpdate(Nanos(1), Nanos(1), BTC.id, rows, 0, 1, snapshot=True))
            rows.ticks[0] = 99
            writer.seal(Findings("test"))

        assert store.open(name).rows.ticks.tolist() == [5]

    def test_what_was_not_sealed_is_not_there(self, store: TapeStore, name: str) -> None:
        with store.writer(name, (BTC,)) as writer:
            writer.append(events()[0])

        with pytest.raises(DataError, match="found nothing"):
            store.open(name)

    def test_a_failure_leaves_the_tape_before(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())

        with pytest.raises(DataError):
            self.write(store, name, *reversed(events()))

        assert len(store.open(name)) == len(events())

    def test_time_does_not_go_back(self, store: TapeStore, name: str) -> None:
        with store.writer(name, (BTC,)) as writer:
            writer.append(book_update(BTC, ts=5))

            with pytest.raises(DataError, match=r"found .*4.* expected at least 5"):
                writer.append(book_update(BTC, ts=4))

    def test_an_instrument_it_was_not_begun_for_is_refused(
        self, store: TapeStore, name: str
    ) -> None:
        with (
            store.writer(name, (BTC,)) as writer,
            pytest.raises(UnknownInstrument, match="ETH/USDT@alpha"),
        ):
            writer.append(book_update(ETH))

    def test_a_message_beyond_the_end_is_no_event(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())

        with pytest.raises(IndexError, match="message 4 of a tape of 4"):
            store.open(name).event(4)
