"""
Binance wire: `depthUpdate` frames to level rows, in one compiled call.

Spot, USDⓈ-M and COIN-M, bare or wrapped by a combined stream. Numbers are decimal text on the
wire and whole ticks and lots from here on; a frame that is not exactly what is documented gives a
code and an offset. Keys unknown here are passed over.

Quantities finer than a lot are real: BTC/USDT showed 244.566304 in 2024, its lot being 0.00001.
They are rounded down, and counted.

Source: developers.binance.com, "Diff. Depth Stream" (spot), "Diff. Book Depth Streams" (futures).
"""

import numpy as np

from graphwiz_trader.adapters.direct.json_scan import (
    CLOSE,
    CLOSE_OBJECT,
    COLON,
    COMMA,
    CUT,
    MALFORMED,
    OPEN,
    OPEN_OBJECT,
    OUT_OF_RANGE,
    QUOTE,
    SENTINEL,
    VALUE,
    Bytes,
    fail,
    read_decimal,
    read_integer,
    skip_string,
    skip_value,
)
from graphwiz_trader.domain.units import MAX_TICKS
from graphwiz_trader.kernels.arrays import Int8s, Int64s
from graphwiz_trader.kernels.jit import inline, kernel

OFF_GRID, FULL, NOT_DEPTH, WRONG_SYMBOL = -3, -4, -5, -6
"""Codes: a price between two ticks; no room for a row; another kind of event; another symbol's."""

EVENT_MS, MATCH_MS, FIRST_SEQ, LAST_SEQ, PREV_SEQ = 3, 4, 5, 6, 7
"""Places in a state: the fields E, T, U, u, pu of the frame, −1 where it has none."""

VENUE_NS = MATCH_MS
"""Where T stood, or E where it has none, is left in nanoseconds."""

PROVEN, ROWS, ROUNDED = 8, 9, 10
"""Places in a state: whether the update was proven (`binance_proof.py`); how many rows were
written; how many quantities were rounded down, ever."""

PRICE_DECIMALS, PRICE_STEP, QTY_DECIMALS, QTY_STEP, SYMBOL_SIZE, SYMBOL = 11, 12, 13, 14, 15, 16
"""Places in a state: the grid, how long the symbol is, and its bytes."""

STATE_SIZE = SYMBOL + 64
"""How long a state is: room for a symbol of 64 bytes."""

MAX_SEQ = 10**18

MAX_MS = 9_000_000_000_000
"""Above this an instant in milliseconds is no longer one in nanoseconds; the year 2255."""

KEY_KIND, KEY_SYMBOL, KEY_BIDS, KEY_ASKS, KEY_PREV = 101, 115, 98, 97, 112
KEY_EVENT, KEY_MATCH, KEY_FIRST, KEY_LAST = 69, 84, 85, 117

HAS_KIND, HAS_SYMBOL, HAS_BIDS, HAS_ASKS = 1, 2, 4, 8
HAS_EVENT, HAS_MATCH, HAS_FIRST, HAS_LAST, HAS_PREV = 16, 32, 64, 128, 256
REQUIRED = HAS_KIND | HAS_SYMBOL | HAS_BIDS | HAS_ASKS | HAS_EVENT | HAS_FIRST | HAS_LAST

_STREAM = np.frombuffer(b'{"stream":', np.uint8)
_DATA = np.frombuffer(b',"data":', np.uint8)
_DEPTH_UPDATE = np.frombuffer(b'"depthUpdate"', np.uint8)


@inline
def _expect(frame: Bytes, i: int, text: Bytes, state: Int64s) -> int:
    """Pass *text*."""
    for k in range(len(text)):
        if frame[i + k] != text[k]:
            return fail(state, i + k, MALFORMED)
    return i + len(text)


@inline
def _enter(frame: Bytes, state: Int64s) -> int:
    """Return where the update begins: behind `{"stream":"…","data":`, if the frame has that."""
    if frame[0] != OPEN_OBJECT or frame[1] != QUOTE or frame[2] != KEY_SYMBOL or frame[3] == QUOTE:
        return 0
    i = _expect(frame, 0, _STREAM, state)
    if i > 0:
        i = skip_string(frame, i, state)
    if i > 0:
        i = _expect(frame, i, _DATA, state)
    return i


@inline
def _read_kind(frame: Bytes, i: int, state: Int64s) -> int:
    end = skip_string(frame, i, state)
    if end > 0 and _expect(frame, i, _DEPTH_UPDATE, state) < 0:
        return fail(state, i, NOT_DEPTH)
    return end


@inline
def _read_symbol(frame: Bytes, i: int, state: Int64s) -> int:
    end = skip_string(frame, i, state)
    if end < 0:
        return end
    if end - i - 2 != state[SYMBOL_SIZE]:
        return fail(state, i, WRONG_SYMBOL)
    for k in range(state[SYMBOL_SIZE]):
        if frame[i + 1 + k] != state[SYMBOL + k]:
            return fail(state, i, WRONG_SYMBOL)
    return end


@inline
def _read_field(frame: Bytes, i: int, place: int, limit: int, state: Int64s) -> int:
    """Read a whole number, at most *limit*, into `state[place]`."""
    end = read_integer(frame, i, state)
    if end > 0:
        if state[VALUE] > limit:
            return fail(state, i, OUT_OF_RANGE)
        state[place] = state[VALUE]
    return end


@inline
def _read_price(frame: Bytes, i: int, state: Int64s) -> int:
    end = read_decimal(frame, i, state[PRICE_DECIMALS], state[PRICE_STEP], state)
    if end > 0 and state[CUT]:
        return fail(state, i, OFF_GRID)
    if end > 0 and (state[VALUE] == 0 or state[VALUE] > MAX_TICKS):
        return fail(state, i, OUT_OF_RANGE)
    return end


@inline
def _read_level(frame: Bytes, i: int, ticks: Int64s, lots: Int64s, state: Int64s) -> int:
    """Read `["price","quantity"]` behind the rows so far."""
    if frame[i] != OPEN:
        return fail(state, i, MALFORMED)
    i = _read_price(frame, i + 1, state)
    if i < 0:
        return i
    ticks[state[ROWS]] = state[VALUE]
    if frame[i] != COMMA:
        return fail(state, i, MALFORMED)
    i = read_decimal(frame, i + 1, state[QTY_DECIMALS], state[QTY_STEP], state)
    if i < 0:
        return i
    lots[state[ROWS]] = state[VALUE]
    state[ROUNDED] += state[CUT]
    state[ROWS] += 1
    return i + 1 if frame[i] == CLOSE else fail(state, i, MALFORMED)


@inline
def _read_levels(frame: Bytes, i: int, ticks: Int64s, lots: Int64s, state: Int64s) -> int:
    """Read an array of levels behind the rows so far."""
    if frame[i] != OPEN:
        return fail(state, i, MALFORMED)
    i += 1
    if frame[i] == CLOSE:
        return i + 1
    while True:
        if state[ROWS] == len(ticks):
            return fail(state, i, FULL)
        i = _read_level(frame, i, ticks, lots, state)
        if i < 0:
            return i
        if frame[i] != COMMA:
            break
        i += 1
    return i + 1 if frame[i] == CLOSE else fail(state, i, MALFORMED)


@inline
def _key(frame: Bytes, i: int) -> int:
    """Return the bit of the key at *i*, 0 if it is none of ours."""
    letter = frame[i + 1]
    if letter == KEY_PREV and frame[i + 2] == KEY_LAST and frame[i + 3] == QUOTE:
        return HAS_PREV
    if frame[i + 2] != QUOTE:
        return 0
    return int(
        HAS_BIDS * (letter == KEY_BIDS)
        | HAS_ASKS * (letter == KEY_ASKS)
        | HAS_EVENT * (letter == KEY_EVENT)
        | HAS_MATCH * (letter == KEY_MATCH)
        | HAS_FIRST * (letter == KEY_FIRST)
        | HAS_LAST * (letter == KEY_LAST)
        | HAS_KIND * (letter == KEY_KIND)
        | HAS_SYMBOL * (letter == KEY_SYMBOL)
    )


@inline
def _read_number(frame: Bytes, i: int, key: int, state: Int64s) -> int:
    """Read the number that belongs to *key*."""
    if key == HAS_EVENT:
        return _read_field(frame, i, EVENT_MS, MAX_MS, state)
    if key == HAS_MATCH:
        return _read_field(frame, i, MATCH_MS, MAX_MS, state)
    place = FIRST_SEQ if key == HAS_FIRST else LAST_SEQ if key == HAS_LAST else PREV_SEQ
    return _read_field(frame, i, place, MAX_SEQ, state)


@inline
def _read_value(frame: Bytes, i: int, key: int, state: Int64s) -> int:
    """Read or pass the value of a *key* that is not a side."""
    if key == 0:
        return skip_value(frame, i, state)
    if key == HAS_KIND:
        return _read_kind(frame, i, state)
    if key == HAS_SYMBOL:
        return _read_symbol(frame, i, state)
    return _read_number(frame, i, key, state)


@inline
def _read_update(  # a kernel takes few plain arrays, by position
    frame: Bytes, i: int, state: Int64s, side: Int8s, ticks: Int64s, lots: Int64s
) -> int:
    """Read the object at *i*, whose keys may come in any order, each once."""
    if frame[i] != OPEN_OBJECT:
        return fail(state, i, MALFORMED)
    seen = 0
    while True:
        start = i + 1
        i = skip_string(frame, start, state)
        if i < 0 or frame[i] != COLON:
            return i if i < 0 else fail(state, i, MALFORMED)
        key = _key(frame, start)
        if seen & key:
            return fail(state, start, MALFORMED)
        seen |= key
        first = state[ROWS]
        if key & (HAS_BIDS | HAS_ASKS):
            i = _read_levels(frame, i + 1, ticks, lots, state)
            side[first : state[ROWS]] = 1 if key == HAS_BIDS else -1
        else:
            i = _read_value(frame, i + 1, key, state)
        if i < 0 or frame[i] != COMMA:
            break
    if i < 0:
        return i
    if frame[i] != CLOSE_OBJECT or seen & REQUIRED != REQUIRED:
        return fail(state, i, MALFORMED)
    return i + 1


@kernel("int64(uint8[::1], int64, int64[::1], int8[::1], int64[::1], int64[::1])")
def parse_depth(  # a kernel takes few plain arrays, by position
    frame: Bytes, size: int, state: Int64s, side: Int8s, ticks: Int64s, lots: Int64s
) -> int:
    """
    Write the levels of the depth update in `frame[:size]` to *side*, *ticks* and *lots*.

    Args:
        frame: The frame, with room for `SENTINEL` bytes behind it, which are overwritten.
        size: Its length.
        state: The grid and the symbol; receives the header fields, or `AT`.
        side: Receives +1 for bids and −1 for asks.
        ticks: Receives prices.
        lots: Receives quantities, 0 for a level that is gone.

    Returns:
        The number of rows, or a negative code.
    """
    frame[size : size + SENTINEL] = 0
    state[ROWS] = 0
    state[EVENT_MS : PREV_SEQ + 1] = -1
    i = _enter(frame, state)
    wrapped = i > 0
    if i >= 0:
        i = _read_update(frame, i, state, side, ticks, lots)
    if i >= 0 and wrapped:
        i = fail(state, i, MALFORMED) if frame[i] != CLOSE_OBJECT else i + 1
    if i >= 0 and i != size:
        i = fail(state, i, MALFORMED)
    if i >= 0:
        sent, matched = state[EVENT_MS], state[MATCH_MS]
        state[VENUE_NS] = (sent if matched < 0 else matched) * 1_000_000
    return i if i < 0 else state[ROWS]
