"""SessionColumns: one venue's market data of a session, growing into a tape."""

from array import array
from collections.abc import Sequence

import numpy as np

from graphwiz_trader.domain.events import BookUpdate, LevelRows, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.tape import DIFF, SNAPSHOT, TRADE, VERSION, Tape, TapeHeader
from graphwiz_trader.domain.units import Int8s, Int64s, Nanos


class SessionColumns:
    """
    Takes messages about *instruments*, all of one venue, oldest first.

    Rows are copied: those of a journal's event are its own, one small array each.
    """

    def __init__(self, instruments: Sequence[Instrument]) -> None:
        self.instruments = tuple(instruments)
        self._places = {each.id: place for place, each in enumerate(instruments)}
        self._side = array("b")
        self._ticks = array("q")
        self._lots = array("q")
        self._messages = array("q")

    def add(self, event: BookUpdate | Trade, now: Nanos) -> int:
        """Keep *event*, received *now*; return the number of its message."""
        first = len(self._side)
        if isinstance(event, Trade):
            flag = TRADE
            self._side.append(int(event.side))
            self._ticks.append(event.price)
            self._lots.append(event.qty)
        else:
            flag = SNAPSHOT if event.snapshot else DIFF
            part = slice(event.first, event.last)
            self._side.frombytes(event.rows.side[part].astype(np.int8).tobytes())
            self._ticks.frombytes(event.rows.ticks[part].astype(np.int64).tobytes())
            self._lots.frombytes(event.rows.lots[part].astype(np.int64).tobytes())
        place = self._places[event.instrument]
        self._messages.extend((now, event.ts_venue, first, place, flag))
        return len(self._messages) // 5 - 1

    def tape(self, name: str) -> Tape:
        """Return all of it as the tape *name*."""
        ts, ts_venue, first, place, flag = np.array(self._messages, np.int64).reshape(-1, 5).T
        side: Int8s = np.array(self._side, np.int8)
        rows = LevelRows(side, _whole(self._ticks), _whole(self._lots))
        flags = flag.astype(np.int8)
        return Tape(
            name,
            self.instruments,
            rows,
            np.ascontiguousarray(ts),
            np.ascontiguousarray(ts_venue),
            np.ascontiguousarray(first),
            place.astype(np.int16),
            flags,
            _header(ts, len(side), int((flags == TRADE).sum())),
        )


def _whole(numbers: "array[int]") -> Int64s:
    return np.array(numbers, np.int64)


def _header(ts: Int64s, rows: int, trades: int) -> TapeHeader:
    """Return what is known: it was made here, of a journal that found nothing amiss."""
    return TapeHeader(
        version=VERSION,
        format="journal",
        files=(),
        records=len(ts),
        messages=len(ts),
        rows=rows,
        level_changes=rows - trades,
        crossed=0,
        locked=0,
        gaps=0,
        rounded=0,
        late=0,
        first_ts=Nanos(int(ts[0])) if len(ts) else None,
        last_ts=Nanos(int(ts[-1])) if len(ts) else None,
        least_delay_ns=None,
        content="",
    )
