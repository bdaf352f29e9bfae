"""
Generate: a seeded stream of one perpetual's book and trades, in the columns of a tape.

Made for speed measurements, with the statistics of a busy BTC/USDT perpetual: a snapshot of 1,000
levels a side, then one message about every 10 ms, 7.5 level changes each, most near the touch, and
trades before three messages in ten.
"""

from decimal import Decimal

import numpy as np

from graphwiz_trader.domain.events import LevelRows
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.tape import VERSION, Tape, TapeHeader
from graphwiz_trader.domain.units import Asset, InstrumentId, Nanos
from graphwiz_trader.kernels.arrays import Int8s, Int16s, Int64s
from graphwiz_trader.kernels.jit import inline, kernel

INSTRUMENT = Instrument(
    InstrumentId("BTC/USDT:USDT@binance"),
    Asset("BTC"),
    Asset("USDT"),
    Decimal("0.1"),
    Decimal("0.001"),
    Kind.LINEAR,
    min_notional=Decimal(5),
)
START = 1_700_000_000_000_000_000
MIDDLE = 600_000
SPAN = 1 << 20
ROW, MESSAGE, BEST_BID, BEST_ASK = 0, 1, 2, 3
DIFF, SNAPSHOT, TRADE = 0, 1, 2


class Columns:
    """Rows `side, ticks, lots`; messages `ts, ts_venue, first_row, instrument, flags`."""

    def __init__(self, rows: int, messages: int) -> None:
        self.side: Int8s = np.zeros(rows, np.int8)
        self.ticks: Int64s = np.zeros(rows, np.int64)
        self.lots: Int64s = np.zeros(rows, np.int64)
        self.ts: Int64s = np.zeros(messages, np.int64)
        self.ts_venue: Int64s = self.ts
        self.first_row: Int64s = np.zeros(messages, np.int64)
        self.instrument: Int16s = np.zeros(messages, np.int16)
        self.flags: Int8s = np.zeros(messages, np.int8)


def generate(diffs: int, seed: int = 7) -> Columns:
    """Return a snapshot followed by *diffs* book messages and the trades between them."""
    c = Columns(2000 + diffs * 28, 1 + diffs * 9)
    book = np.zeros(2 * SPAN, np.int64)
    at = np.zeros(4, np.int64)
    _generate(diffs, seed, c.side, c.ticks, c.lots, c.ts, c.first_row, c.flags, book, at)
    rows, messages = int(at[ROW]), int(at[MESSAGE])
    for name in ("side", "ticks", "lots"):
        setattr(c, name, getattr(c, name)[:rows].copy())
    for name in ("ts", "first_row", "instrument", "flags"):
        setattr(c, name, getattr(c, name)[:messages].copy())
    c.ts_venue = c.ts
    return c


def generated_tape(diffs: int) -> Tape:
    """Return `generate`'s columns as a tape of one instrument."""
    c = generate(diffs)
    first, last = Nanos(int(c.ts[0])), Nanos(int(c.ts[-1]))
    header = TapeHeader(
        version=VERSION,
        format="generated",
        files=(),
        records=len(c.ts),
        messages=len(c.ts),
        rows=len(c.side),
        level_changes=int((c.flags != TRADE).sum()),
        crossed=0,
        locked=0,
        gaps=0,
        rounded=0,
        late=0,
        first_ts=first,
        last_ts=last,
        least_delay_ns=Nanos(0),
        content="",
    )
    return Tape(
        "generated",
        (INSTRUMENT,),
        LevelRows(c.side, c.ticks, c.lots),
        c.ts,
        c.ts_venue,
        c.first_row,
        c.instrument,
        c.flags,
        header,
    )


@inline
def _size(mu: float, sigma: float) -> int:
    """A log-normal quantity, at least one lot and at most the millions."""
    return 1 + int(np.exp(min(np.random.normal(mu, sigma), 15.0)))


@inline
def _emit(
    side: Int8s, ticks: Int64s, lots: Int64s, at: Int64s, d: int, tick: int, qty: int
) -> None:
    row = at[ROW]
    side[row] = d
    ticks[row] = tick
    lots[row] = qty
    at[ROW] = row + 1


@inline
def _slot(d: int, tick: int) -> int:
    return (0 if d > 0 else SPAN) + (tick & (SPAN - 1))


@inline
def _begin(ts: Int64s, first_row: Int64s, flags: Int8s, at: Int64s, now: int, flag: int) -> None:
    message = at[MESSAGE]
    ts[message] = now
    first_row[message] = at[ROW]
    flags[message] = flag
    at[MESSAGE] = message + 1


_COLUMNS = "int8[::1], int64[::1], int64[::1], int64[::1], int64[::1]"


@kernel(f"void({_COLUMNS})")
def _snapshot(side: Int8s, ticks: Int64s, lots: Int64s, book: Int64s, at: Int64s) -> None:
    """Fill the book with 1,000 levels a side, three ticks of four beyond the fifth level."""
    for d in (1, -1):
        tick = at[BEST_BID] if d > 0 else at[BEST_ASK]
        n = 0
        while n < 1000:
            if n < 5 or np.random.random() < 0.75:
                qty = _size(5.5, 1.4)
                book[_slot(d, tick)] = qty
                _emit(side, ticks, lots, at, d, tick, qty)
                n += 1
            tick -= d


@kernel(f"void({_COLUMNS})")
def _move(side: Int8s, ticks: Int64s, lots: Int64s, book: Int64s, at: Int64s) -> None:
    """Move the touch 1 to 8 ticks: eat one side's levels and quote the other side behind them."""
    steps = min(1 + int(np.random.exponential(1.5)), 8)
    up = np.random.random() < 0.5 - 0.00002 * (at[BEST_BID] - MIDDLE)
    eaten = -1 if up else 1
    best = at[BEST_ASK] if up else at[BEST_BID]
    for _ in range(steps):
        if book[_slot(eaten, best)] > 0:
            book[_slot(eaten, best)] = 0
            _emit(side, ticks, lots, at, eaten, best, 0)
        best -= eaten
    if book[_slot(eaten, best)] == 0:
        book[_slot(eaten, best)] = _size(5.0, 1.4)
        _emit(side, ticks, lots, at, eaten, best, book[_slot(eaten, best)])
    behind = best + eaten
    book[_slot(-eaten, behind)] = _size(5.0, 1.4)
    _emit(side, ticks, lots, at, -eaten, behind, book[_slot(-eaten, behind)])
    at[BEST_BID] = behind if up else best
    at[BEST_ASK] = best if up else behind


@inline
def _distance() -> int:
    """Ticks behind the touch: half the changes within 5, the others within 60 and 600, about."""
    u = np.random.random()
    scale = 5.0 if u < 0.5 else (60.0 if u < 0.85 else 600.0)
    return min(int(np.random.exponential(scale)), 4000)


@kernel(f"void({_COLUMNS}, int64, int64)")
def _change(
    side: Int8s, ticks: Int64s, lots: Int64s, book: Int64s, at: Int64s, first: int, n: int
) -> None:
    """Add changes until the message has *n* rows, no level twice."""
    tries = n + 50
    while at[ROW] - first < n and tries > 0:
        tries -= 1
        d = 1 if np.random.random() < 0.5 else -1
        behind = _distance()
        tick = at[BEST_BID] - behind if d > 0 else at[BEST_ASK] + behind
        slot = _slot(d, tick)
        gone = behind > 0 and book[slot] > 0 and np.random.random() < 0.38
        seen = False
        for row in range(first, at[ROW]):
            seen |= side[row] == d and ticks[row] == tick
        if not seen:
            book[slot] = 0 if gone else _size(5.2, 1.4)
            _emit(side, ticks, lots, at, d, tick, book[slot])


@kernel(
    "void(int64, int64, int8[::1], int64[::1], int64[::1], int64[::1], int64[::1], int8[::1],"
    " int64[::1], int64[::1])"
)
def _generate(
    diffs: int,
    seed: int,
    side: Int8s,
    ticks: Int64s,
    lots: Int64s,
    ts: Int64s,
    first_row: Int64s,
    flags: Int8s,
    book: Int64s,
    at: Int64s,
) -> None:
    np.random.seed(seed)
    at[BEST_BID] = MIDDLE
    at[BEST_ASK] = MIDDLE + 1
    now = START
    _begin(ts, first_row, flags, at, now, SNAPSHOT)
    _snapshot(side, ticks, lots, book, at)
    for _ in range(diffs):
        now += 1000 + int(np.random.exponential(1e7))
        if np.random.random() < 0.3:
            d = 1 if np.random.random() < 0.5 else -1
            for _ in range(min(1 + int(np.random.exponential(0.7)), 8)):
                _begin(ts, first_row, flags, at, now, TRADE)
                price = at[BEST_ASK] if d > 0 else at[BEST_BID]
                _emit(side, ticks, lots, at, d, price, _size(3.0, 1.5))
            now += 1_000_000
        first = at[ROW]
        _begin(ts, first_row, flags, at, now, DIFF)
        n = min(1 + int(np.random.exponential(7.5)), 20)
        if np.random.random() < 0.12:
            _move(side, ticks, lots, book, at)
        _change(side, ticks, lots, book, at, first, n)
