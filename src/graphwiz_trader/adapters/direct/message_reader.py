"""MessageReader: one instrument's book messages, compiled, and plainly where that is not enough."""

import numpy as np

from graphwiz_trader.adapters.direct.json_scan import SENTINEL
from graphwiz_trader.adapters.direct.level_wire import (
    NUMBERS,
    PRICE_DECIMALS,
    QTY_STEP,
    SYMBOL,
    SYMBOL_SIZE,
    TEXTS,
)
from graphwiz_trader.adapters.direct.message_wire import SEEN, STATE_SIZE, parse_message
from graphwiz_trader.adapters.direct.plain_reader import PlainReader
from graphwiz_trader.adapters.direct.row_ring import SLOT_ROWS, RowRing, columns
from graphwiz_trader.adapters.direct.schema import Message, Schema, grid
from graphwiz_trader.domain.events import LevelRows
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.kernels.jit import entry

_parse = entry(parse_message)

LEAST_LEVEL_BYTES = 6
"""`[1,1],`"""


class MessageReader:
    """
    Turns one instrument's messages into rows.

    Args:
        instrument: Its grid.
        symbol: The venue's name of it, which messages must name if the schema has a name.
        schema: What the venue's keys mean.
        ring: Where rows are written, with room for as many again behind them.
    """

    def __init__(self, instrument: Instrument, symbol: str, schema: Schema, ring: RowRing) -> None:
        self._schema = schema
        self._turn = ring.turn
        self._spare: LevelRows | None = None
        self._plain = PlainReader(instrument, symbol, schema)
        self._state = np.zeros(STATE_SIZE, np.int64)
        self._state[PRICE_DECIMALS : QTY_STEP + 1] = (
            *grid(instrument.tick_size),
            *grid(instrument.lot_size),
        )
        name = symbol.encode()
        self._state[SYMBOL_SIZE] = len(name)
        self._state[SYMBOL : SYMBOL + len(name)] = list(name)
        self._reserve(1 << 12)
        self.plainly = 0

    def read(self, payload: bytes) -> Message:
        """
        Return what *payload* says; `plainly` counts those the compiled reader left.

        Raises:
            Garbled: it is no book message of this instrument on its grid.
        """
        size = len(payload)
        if size > self._capacity:
            self._reserve(2 * size)
        self._view[:size] = payload
        rows, state = self._rows(size), self._state
        count = _parse(
            self._frame, size, self._schema.table, state, rows.side, rows.ticks, rows.lots
        )
        required = self._schema.required
        if count < 0 or int(state[SEEN]) & required != required:
            self._spare = rows
            self.plainly += 1
            return self._plain.read(payload)
        return Message(rows, count, state[NUMBERS:TEXTS].tolist(), self._texts(payload))

    def _rows(self, size: int) -> LevelRows:
        """Return columns for a message of *size* bytes, with room for as many rows again."""
        rows, self._spare = self._spare or next(self._turn), None
        most = size // LEAST_LEVEL_BYTES * 2
        return rows if most < SLOT_ROWS else columns(most)

    def _texts(self, payload: bytes) -> list[str]:
        count = self._schema.texts
        spans = self._state[TEXTS : TEXTS + 2 * count].tolist()
        return [
            payload[spans[k] : spans[k + 1]].decode() if spans[k] >= 0 else ""
            for k in range(0, 2 * count, 2)
        ]

    def _reserve(self, size: int) -> None:
        self._capacity = size
        self._frame = np.zeros(size + SENTINEL, np.uint8)
        self._view = self._frame.data
