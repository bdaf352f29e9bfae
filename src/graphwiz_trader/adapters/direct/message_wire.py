"""
Message wire: a book message of any venue to level rows, in one compiled call.

What its keys mean is a table (`schema.py`), so that one reader serves all venues: objects on the
way to the levels are entered, alone or as the only element of an array; numbers and texts named in
the table are taken; other numbers, strings and literals are passed over.
A message this reader does not follow gives a code and an offset, and is left to `plain_reader.py`.
"""

from graphwiz_trader.adapters.direct.binance_wire import WRONG_SYMBOL
from graphwiz_trader.adapters.direct.json_scan import (
    CLOSE,
    CLOSE_OBJECT,
    COLON,
    COMMA,
    MALFORMED,
    MAX_DIGITS,
    MINUS,
    NINE,
    OPEN,
    OPEN_OBJECT,
    OUT_OF_RANGE,
    QUOTE,
    SENTINEL,
    VALUE,
    ZERO,
    Bytes,
    fail,
    read_digits,
)
from graphwiz_trader.adapters.direct.level_wire import (
    ASKS,
    BIDS,
    ENTER,
    LEVELS,
    NAME,
    NUMBER,
    NUMBERS,
    ROWS,
    SYMBOL,
    SYMBOL_SIZE,
    TEXT,
    TEXTS,
    read_levels,
    role_of,
    skip,
    skip_text,
)
from graphwiz_trader.kernels.arrays import Int8s, Int64s
from graphwiz_trader.kernels.jit import inline, kernel

SEEN = 5
"""Place in a state: the roles that were seen, a bit each."""

DEPTH, BOXES = 91, 92
STATE_SIZE = 93
"""Places in a state: how deep reading is, and which objects are in an array; its length."""

DEEPEST = 8


@inline
def _read_number(frame: Bytes, i: int, place: int, state: Int64s) -> int:
    """Read a whole number of at most 18 digits, in quotes or not, into `state[place]`."""
    quoted = frame[i] == QUOTE
    at = i + 1 if quoted else i
    negative = frame[at] == MINUS
    if negative:
        at += 1
    state[VALUE] = 0
    end = read_digits(frame, at, MAX_DIGITS, state)
    if end == at or (frame[at] == ZERO and end > at + 1):
        return fail(state, at, MALFORMED)
    if ZERO <= frame[end] <= NINE:
        return fail(state, at, OUT_OF_RANGE)
    state[place] = -state[VALUE] if negative else state[VALUE]
    if quoted:
        return end + 1 if frame[end] == QUOTE else fail(state, end, MALFORMED)
    return end


@inline
def _read_name(frame: Bytes, i: int, state: Int64s) -> int:
    """Read the symbol, which must be the one in the state."""
    end = skip_text(frame, i, state)
    if end < 0:
        return end
    if end - i - 2 != state[SYMBOL_SIZE]:
        return fail(state, i, WRONG_SYMBOL)
    for k in range(state[SYMBOL_SIZE]):
        if frame[i + 1 + k] != state[SYMBOL + k]:
            return fail(state, i, WRONG_SYMBOL)
    return end


@inline
def _read_scalar(frame: Bytes, i: int, role: int, state: Int64s) -> int:
    if role == NAME:
        return _read_name(frame, i, state)
    if role >= TEXT:
        end = skip_text(frame, i, state)
        if end > 0:
            state[TEXTS + 2 * (role - TEXT)] = i + 1
            state[TEXTS + 2 * (role - TEXT) + 1] = end - 1
        return end
    if role >= NUMBER:
        return _read_number(frame, i, NUMBERS + role - NUMBER, state)
    return skip(frame, i, state)


@inline
def _closed(frame: Bytes, i: int, state: Int64s) -> int:
    """Leave the objects that end at *i*; return the offset behind them."""
    while i > 0 and state[DEPTH] > 0 and frame[i] == CLOSE_OBJECT:
        i += 1
        state[DEPTH] -= 1
        if state[BOXES] & 1:
            i = i + 1 if frame[i] == CLOSE else fail(state, i, MALFORMED)
        state[BOXES] >>= 1
    return i


@inline
def _entered(frame: Bytes, i: int, state: Int64s) -> int:
    """Go into the object at *i*, or the array of one; return the offset of its brace."""
    boxed = frame[i] == OPEN
    i += boxed
    if frame[i] != OPEN_OBJECT or state[DEPTH] == DEEPEST:
        return fail(state, i, MALFORMED)
    state[BOXES] = state[BOXES] << 1 | boxed
    state[DEPTH] += 1
    return i


@inline
def _read_value(  # a kernel takes few plain arrays, by position
    frame: Bytes,
    i: int,
    role: int,
    table: Int64s,
    state: Int64s,
    side: Int8s,
    ticks: Int64s,
    lots: Int64s,
) -> int:
    if role in (BIDS, ASKS, LEVELS):
        return read_levels(frame, i, role, table, state, side, ticks, lots)
    return _read_scalar(frame, i, role, state)


@kernel(
    "int64(uint8[::1], int64, int64[::1], int64[::1], int8[::1], int64[::1], int64[::1])",
)
def parse_message(  # a kernel takes few plain arrays, by position
    frame: Bytes,
    size: int,
    table: Int64s,
    state: Int64s,
    side: Int8s,
    ticks: Int64s,
    lots: Int64s,
) -> int:
    """
    Write the levels of the message in `frame[:size]` to *side*, *ticks* and *lots*.

    Args:
        frame: The message, with room for `SENTINEL` bytes behind it, which are overwritten.
        size: Its length.
        table: Hashes of keys and their roles in turn.
        state: The grid and the symbol; receives numbers, texts and roles seen, or `AT`.
        side: Receives +1 for bids and −1 for asks.
        ticks: Receives prices.
        lots: Receives quantities, 0 for a level that is gone.

    Returns:
        The number of rows, or a negative code.
    """
    frame[size : size + SENTINEL] = 0
    state[ROWS] = state[SEEN] = state[DEPTH] = state[BOXES] = 0
    state[NUMBERS:SYMBOL_SIZE] = -1
    i = _entered(frame, 0, state) if frame[0] != OPEN else fail(state, 0, MALFORMED)
    while i >= 0:
        start = i + 1
        i = skip_text(frame, start, state)
        if i < 0 or frame[i] != COLON:
            return i if i < 0 else fail(state, i, MALFORMED)
        role = role_of(frame, start, table)
        bit = 1 << role if role > 0 else 0
        if state[SEEN] & bit:
            return fail(state, start, MALFORMED)
        state[SEEN] |= bit
        if role >= ENTER:
            i = _entered(frame, i + 1, state)
            continue
        i = _read_value(frame, i + 1, role, table, state, side, ticks, lots)
        i = _closed(frame, i, state)
        if i < 0 or state[DEPTH] == 0:
            break
        if frame[i] != COMMA:
            return fail(state, i, MALFORMED)
    if i >= 0 and i != size:
        i = fail(state, i, MALFORMED)
    return i if i < 0 else state[ROWS]
