"""Binance depth: one symbol's `depthUpdate` frames as book updates."""

from decimal import Decimal
from typing import Final

import numpy as np

from graphwiz_trader.adapters.direct.binance_proof import (
    IS_LINKED,
    LATEST,
    PROOF_SIZE,
    prove_depth,
)
from graphwiz_trader.adapters.direct.binance_wire import (
    FULL,
    NOT_DEPTH,
    OFF_GRID,
    PRICE_DECIMALS,
    PROVEN,
    QTY_STEP,
    ROUNDED,
    SYMBOL,
    SYMBOL_SIZE,
    VENUE_NS,
    WRONG_SYMBOL,
    parse_depth,
)
from graphwiz_trader.adapters.direct.json_scan import (
    AT,
    MALFORMED,
    OUT_OF_RANGE,
    SENTINEL,
)
from graphwiz_trader.adapters.direct.row_ring import RowRing, columns
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sequence import SeqRule
from graphwiz_trader.domain.units import Int64s, Nanos
from graphwiz_trader.kernels.jit import entry

WHY = {
    MALFORMED: "malformed",
    OFF_GRID: "off the grid",
    OUT_OF_RANGE: "out of range",
    FULL: "more levels than fit",
    NOT_DEPTH: "not a depthUpdate",
    WRONG_SYMBOL: "another symbol",
}

_prove: Final = entry(prove_depth)

MIN_LEVEL_BYTES = len('["1","1"],')


class DepthParser:
    """
    Turns one symbol's frames into book updates, whose rows the ring overwrites in time.

    Args:
        instrument: What the frames are about.
        symbol: Binance's name of it.
        ring: Where rows are written; parsers of one connection share one.
        frame_bytes: Longer frames are taken too; the first of them costs a new buffer.
    """

    def __init__(
        self,
        instrument: Instrument,
        symbol: str,
        ring: RowRing | None = None,
        frame_bytes: int = 1 << 12,
    ) -> None:
        self._turn = (ring or RowRing()).turn
        self._spare: LevelRows | None = None
        self.instrument = instrument
        self.proven: BookUpdate | None = None
        self._book: Int64s = np.zeros(1, np.int64)
        self._state = np.zeros(PROOF_SIZE, np.int64)
        self._state[LATEST] = -1
        self._state[PRICE_DECIMALS : QTY_STEP + 1] = (
            *_grid(instrument.tick_size),
            *_grid(instrument.lot_size),
        )
        name = symbol.encode()
        self._state[SYMBOL_SIZE] = len(name)
        self._state[SYMBOL : SYMBOL + len(name)] = list(name)
        self._header = self._state.data[VENUE_NS : PROVEN + 1]
        self._reserve(frame_bytes)

    def borrow(self, book: OrderBook) -> None:
        """Prove what follows on *book*, which is changed here alone from now on."""
        self._book, latest, rule = book.lent()
        self._state[LATEST], self._state[IS_LINKED] = latest, rule is SeqRule.LINKED

    def give_back(self, book: OrderBook) -> None:
        """Leave *book* to others, as the last update proven made it."""
        if self.proven is not None:
            book.take_back(self.proven)
        self._state[LATEST], self.proven = -1, None

    @property
    def rounded(self) -> int:
        """How many quantities were finer than a lot, and rounded down."""
        return int(self._state[ROUNDED])

    def parse(self, frame: bytes | memoryview, ts: Nanos) -> BookUpdate:
        """
        Return the changes in *frame*, received at *ts*.

        `ts_venue` is when the venue matched, where it says so, else when it sent.

        Raises:
            Garbled: it is no depth update of this symbol on its grid; says why and where.
        """
        size = len(frame)
        if size > self._capacity:
            self._reserve(2 * size)
        self._view[:size] = frame
        rows = self._spare or next(self._turn)
        state = self._state
        count = _prove(self._frame, size, state, rows.side, rows.ticks, rows.lots, self._book)
        if count < 0:
            self._spare = rows
            rows, count = self._retried(frame, count)
        self._spare = None
        ts_venue, first_seq, last_seq, prev_seq, is_proven = self._header.tolist()
        # By position: names would cost a fifth of a microsecond.
        update = BookUpdate(
            ts,
            Nanos(ts_venue),
            self.instrument.id,
            rows,
            0,
            count,
            False,
            False,
            first_seq,
            last_seq,
            prev_seq,
        )
        if is_proven:
            self.proven = update
        return update

    def _retried(self, frame: bytes | memoryview, code: int) -> tuple[LevelRows, int]:
        """Read *frame* into columns of its own, if it was only too long, or raise `Garbled`."""
        size, state = len(frame), self._state
        rows = columns(size // MIN_LEVEL_BYTES + 1)
        if code == FULL:
            code = parse_depth(self._frame, size, state, rows.side, rows.ticks, rows.lots)
        if code < 0:
            at = int(state[AT])
            near = bytes(frame[max(0, at - 20) : at + 20])
            raise Garbled(f"{self.instrument.id}: {WHY[code]} at byte {at} of {size}: {near!r}")
        return rows, code

    def _reserve(self, frame_bytes: int) -> None:
        self._capacity = frame_bytes
        self._frame = np.zeros(frame_bytes + SENTINEL, np.uint8)
        self._view = self._frame.data


def _grid(size: Decimal) -> tuple[int, int]:
    """Return a step's decimals and its digits as a whole number: (2, 5) for 0.050."""
    exponent = size.normalize().as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return decimals, int(size.scaleb(decimals))
