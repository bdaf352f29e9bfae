"""Archive: market data that others recorded, as events of our grid."""

from collections.abc import Iterator
from typing import Protocol, TypeAlias

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.checksum import ChecksumRule
from graphwiz_trader.domain.events import BookGap, BookUpdate, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.order_rows import OrderRows
from graphwiz_trader.domain.tape import SourceFile
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, Ticks
from graphwiz_trader.domain.value import value


@value
class TopSeen:
    """
    The venue's own word on its best bid and ask, from a stream independent of the book's.

    `seq` is on the scale of `BookUpdate.last_seq`.
    """

    ts: Nanos
    instrument: InstrumentId
    seq: int
    bid: Ticks
    bid_lots: Lots
    ask: Ticks
    ask_lots: Lots


@value
class ByOrder:
    """An event of a source that tells orders, and which order each of its rows is of."""

    event: BookUpdate | Trade
    orders: OrderRows


RecordedEvent: TypeAlias = BookUpdate | Trade | BookGap | TopSeen | ByOrder


class Archive(Protocol):
    """
    Files of one feed, joined in time.

    The counts are complete when `events` is exhausted.
    """

    @property
    def format(self) -> str:
        """The name of the files' format."""

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Every instrument that occurs, with its grid."""

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """The files, in the order in which they are read."""

    @property
    def records(self) -> int:
        """Records of the source read so far: lines, rows, frames."""

    @property
    def rounded(self) -> int:
        """Quantities cut to 8 decimals so far."""

    @property
    def late(self) -> int:
        """Messages so far that were received before the one in front of them."""

    @property
    def passed(self) -> int:
        """Changes of books so far that a snapshot already held."""

    @property
    def checksum_rule(self) -> ChecksumRule:
        """How the checksums of its books are computed, NONE where it carries none."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know that the events do not say."""

    def book(self, instrument: Instrument) -> OrderBook:
        """Return an empty book of *instrument* that checks what this feed lets one check."""

    def events(self) -> Iterator[RecordedEvent]:
        """
        Yield what happened, in the order in which it can be applied.

        A gap is told and followed by the message after it: the book is kept, not rebuilt.

        Raises:
            DataError: with file, line or offset, what was found and what was expected.
        """
