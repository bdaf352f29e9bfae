"""RecordedPrices: the books of tapes as they were received by any instant, caught up compiled."""

from collections.abc import Mapping, Sequence

import numpy as np

from graphwiz_trader.domain.depth import Depth
from graphwiz_trader.domain.events import LevelRows
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Asset, InstrumentId, Nanos
from graphwiz_trader.simulation.recorded_book import RecordedBook
from graphwiz_trader.simulation.recording import Recording


class RecordedPrices:
    """
    `Prices` that move when they are told to.

    Every instrument is on one tape, begins with a snapshot, and is quoted in *reporting*.
    """

    def __init__(self, tapes: Sequence[Tape], reporting: Asset) -> None:
        self.instruments: Mapping[InstrumentId, Instrument] = {
            each.id: each for tape in tapes for each in tape.instruments
        }
        self._books = {
            instrument.id: RecordedBook(_received(tape, place))
            for tape in tapes
            for place, instrument in enumerate(tape.instruments)
        }
        self._reporting = reporting

    @property
    def books(self) -> Mapping[InstrumentId, Depth]:
        """Every book."""
        return self._books

    def rate(self, asset: Asset) -> float | None:
        """Convert at the bid of a spot book that is quoted in the reporting currency."""
        if asset == self._reporting:
            return 1.0
        for instrument in self.instruments.values():
            bid = self._books[instrument.id].bid
            if instrument.kind is Kind.SPOT and instrument.base == asset and bid:
                return bid * instrument.tick
        return None

    def catch_up(self, until: Nanos) -> None:
        """Take in every message received by *until*."""
        for book in self._books.values():
            book.catch_up(until)


def _received(tape: Tape, place: int) -> Recording:
    """Return what *tape* holds of its instrument number *place*, by receipt."""
    last = np.append(tape.first_row[1:], len(tape.rows.side))
    columns = (tape.first_row, last, tape.flags, tape.ts)
    if len(tape.instruments) > 1:
        mine = np.flatnonzero(tape.instrument == place)
        columns = (tape.first_row[mine], last[mine], tape.flags[mine], tape.ts[mine])
    rows = LevelRows(tape.rows.side, tape.rows.ticks, tape.rows.lots)
    return Recording(tape.instruments[place], rows, *columns)
