"""Importing: an archive of others becomes a tape, and what is wrong with it is counted."""

from collections.abc import Callable

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.events import BookGap, BookUpdate, Trade
from graphwiz_trader.domain.order_rows import OrderRows
from graphwiz_trader.domain.tape import TapeHeader
from graphwiz_trader.domain.units import InstrumentId
from graphwiz_trader.ports.archive import Archive, ByOrder, TopSeen
from graphwiz_trader.ports.tape import Findings, TapeStore

Progress = Callable[[int], None]
"""Told how many messages were taken down so far, now and then."""

_EVERY = 1 << 14


def import_tape(archive: Archive, store: TapeStore, name: str, progress: Progress) -> TapeHeader:
    """
    Take *archive* down as the tape *name*; return its header.

    A book crossed in itself is kept and counted: each record after which bid > ask counts once.

    Raises:
        DataError: the archive or the store cannot go on; there is no tape then.
    """
    books: dict[InstrumentId, OrderBook] = {
        instrument.id: OrderBook(instrument) for instrument in archive.instruments
    }
    crossed = locked = gaps = messages = 0
    with store.writer(name, archive.instruments) as writer:
        for recorded in archive.events():
            if isinstance(recorded, BookGap):
                gaps += 1
                continue
            if isinstance(recorded, TopSeen):
                continue
            event, orders = _split(recorded)
            writer.append(event, orders)
            if isinstance(event, BookUpdate):
                book = books[event.instrument]
                book.apply(event)
                if book.is_crossed:
                    crossed += 1
                elif book.is_locked:
                    locked += 1
            messages += 1
            if messages % _EVERY == 0:
                progress(messages)
        return writer.seal(
            Findings(
                format=archive.format,
                files=archive.files,
                records=archive.records,
                crossed=crossed,
                locked=locked,
                gaps=gaps,
                rounded=archive.rounded,
                late=archive.late,
                notes=archive.notes,
            )
        )


def _split(recorded: BookUpdate | Trade | ByOrder) -> tuple[BookUpdate | Trade, OrderRows | None]:
    return (recorded.event, recorded.orders) if isinstance(recorded, ByOrder) else (recorded, None)
