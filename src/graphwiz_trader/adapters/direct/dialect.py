"""Dialect: how one venue's market data is asked for, and what its frames mean."""

from collections.abc import Sequence
from typing import Protocol

from graphwiz_trader.adapters.direct.said import Said
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.checksum import ChecksumRule
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sequence import SeqRule
from graphwiz_trader.domain.units import Nanos, Venue
from graphwiz_trader.domain.value import value


@value
class BookRules:
    """
    How a venue's books are proven.

    `depth` is how many levels a side the venue maintains without saying when one falls out; None
    where it says all. `restart_seq` is the number at which its count begins anew, −1 for never.
    """

    seq: SeqRule
    checksum: ChecksumRule = ChecksumRule.NONE
    depth: int | None = None
    restart_seq: int = -1


class Snapshots(Protocol):
    """Where books begin, at a venue whose stream carries changes only."""

    def url(self, instrument: Instrument) -> str:
        """Return where the snapshot of *instrument* is had by GET."""

    def read(self, instrument: Instrument, body: bytes, now: Nanos) -> BookUpdate:
        """Return the book in *body*, or raise `Garbled`."""


class Prover(Protocol):
    """Reads one book's changes and proves them in the same breath, where that needs no decision."""

    @property
    def proven(self) -> BookUpdate | None:
        """The last update that was proven: the very object that `Dialect.read` returned."""

    def borrow(self, book: OrderBook) -> None:
        """Prove what follows on *book*, which nobody else changes until it is given back."""

    def give_back(self, book: OrderBook) -> None:
        """Leave *book* as the last proven update made it, and prove nothing more."""


class Dialect(Protocol):
    """One venue's protocol; holds state of one connection at a time, which `opened` begins."""

    @property
    def venue(self) -> Venue:
        """Whose protocol it is."""

    @property
    def url(self) -> str:
        """Where its stream is."""

    @property
    def most(self) -> int:
        """How many instruments one connection takes."""

    @property
    def rules(self) -> BookRules:
        """How its books are proven."""

    @property
    def ping(self) -> bytes | None:
        """What to send as text to be answered; None for a ping of WebSocket's own."""

    @property
    def snapshots(self) -> Snapshots | None:
        """Where books begin; None where the stream itself says."""

    def another(self) -> "Dialect":
        """Return one like this for another connection."""

    def opened(self) -> Sequence[bytes]:
        """Begin a connection; return what to send first."""

    def subscribe(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Prepare to read *instruments*; return what asks for them."""

    def unsubscribe(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Return what ends the data of *instruments*."""

    def trades_again(self, instruments: Sequence[Instrument]) -> Sequence[bytes]:
        """Return what ends the trades of *instruments*, and begins them anew; books go on."""

    def prover(self, instrument: Instrument) -> Prover | None:
        """Return who proves changes of *instrument* as they are read; None if nobody does."""

    def read(self, payload: bytes, now: Nanos) -> Said:
        """Return what the frame received at *now* says, or raise `Unreadable`."""
