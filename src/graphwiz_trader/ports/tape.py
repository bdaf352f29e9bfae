"""TapeStore: where recorded market data is kept."""

from types import TracebackType
from typing import Protocol, Self

from graphwiz_trader.domain.events import MarketEvent
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.order_rows import OrderRows
from graphwiz_trader.domain.tape import SourceFile, Tape, TapeHeader
from graphwiz_trader.domain.value import value


@value
class Findings:
    """What the maker of a tape found and the writer cannot see; fields as in `TapeHeader`."""

    format: str
    files: tuple[SourceFile, ...] = ()
    records: int = 0
    crossed: int = 0
    locked: int = 0
    gaps: int = 0
    rounded: int = 0
    late: int = 0
    notes: tuple[str, ...] = ()


class TapeWriter(Protocol):
    """
    Takes down one tape, in memory that does not grow with it.

    The tape appears, whole, when it is sealed; leaving the `with` block unsealed leaves nothing
    behind, and what stood under the name before stays.
    """

    def __enter__(self) -> Self:
        """Return the writer."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Drop what was not sealed."""

    def append(self, event: MarketEvent, orders: OrderRows | None = None) -> None:
        """
        Take down *event* and the *orders* of its rows; both are copied.

        Raises:
            DataError: `ts` is below that of the event before; some events come with orders and
                some without; or storage fails.
            UnknownInstrument: the tape was not begun for that instrument.
        """

    def seal(self, findings: Findings) -> TapeHeader:
        """Make the tape whole and visible, durably; return its header."""


class TapeStore(Protocol):
    """Keeps tapes by name."""

    def open(self, name: str) -> Tape:
        """
        Return the tape *name* without reading its columns.

        Raises:
            DataError: there is none, it is torn, or of another version; says what was found and
                what was expected.
        """

    def writer(self, name: str, instruments: tuple[Instrument, ...]) -> TapeWriter:
        """
        Begin the tape *name*; a tape of that name is replaced when the new one is sealed.

        Raises:
            DataError: the name is taken by something that is no tape, or cannot be written.
        """
