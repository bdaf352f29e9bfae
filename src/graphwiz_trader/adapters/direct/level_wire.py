"""
Level wire: arrays of levels to rows, in the spellings that venues use.

`["price","quantity",…]`, or objects that name price, quantity and, where both sides share an
array, the side; numbers in quotes or not. Strings are ASCII here, so that what is accepted is
JSON; nothing nested is passed over, for the same reason.
"""

from graphwiz_trader.adapters.direct.binance_wire import FULL, OFF_GRID
from graphwiz_trader.adapters.direct.json_scan import (
    BACKSLASH,
    CLOSE,
    CLOSE_OBJECT,
    COLON,
    COMMA,
    CUT,
    DOT,
    MALFORMED,
    MAX_DIGITS,
    NINE,
    OPEN,
    OPEN_OBJECT,
    OUT_OF_RANGE,
    QUOTE,
    SPACE,
    VALUE,
    ZERO,
    Bytes,
    divide,
    fail,
    read_decimal,
    read_digits,
    skip_scalar,
)
from graphwiz_trader.domain.units import MAX_TICKS
from graphwiz_trader.kernels.arrays import Int8s, Int64s
from graphwiz_trader.kernels.jit import inline

ROWS, ROUNDED = 3, 4
"""Places in a state: rows written; quantities rounded down, ever."""

PRICE_DECIMALS, PRICE_STEP, QTY_DECIMALS, QTY_STEP = 6, 7, 8, 9
NUMBERS, TEXTS = 10, 18
"""Places in a state: the grid; eight numbers; four texts, each by its start and its end."""

SYMBOL_SIZE, SYMBOL = 26, 27
"""Places in a state: how long the symbol is, and its bytes, up to 64."""

SKIP, BIDS, ASKS, LEVELS, PRICE, QTY, SIDE, NAME = 0, 1, 2, 3, 4, 5, 6, 7
NUMBER, TEXT, ENTER = 16, 32, 40
"""Roles of keys; NUMBER, TEXT and ENTER are those of the first, the next ones follow."""

HASH_MASK = (1 << 48) - 1
LOWER_B, LOWER_O, LOWER_A = 98, 111, 97
ASCII = 127


@inline
def skip_text(frame: Bytes, i: int, state: Int64s) -> int:
    """Pass a string in quotes that has no escapes and nothing but ASCII."""
    if frame[i] != QUOTE:
        return fail(state, i, MALFORMED)
    i += 1
    while SPACE <= frame[i] < ASCII and frame[i] != QUOTE and frame[i] != BACKSLASH:
        i += 1
    if frame[i] != QUOTE:
        return fail(state, i, MALFORMED)
    return i + 1


@inline
def skip(frame: Bytes, i: int, state: Int64s) -> int:
    """Pass a string, number or literal."""
    return skip_text(frame, i, state) if frame[i] == QUOTE else skip_scalar(frame, i, state)


@inline
def role_of(frame: Bytes, i: int, table: Int64s) -> int:
    """Return the role of the key in quotes at *i*."""
    mark = 0
    i += 1
    while frame[i] != QUOTE:
        mark = (mark * 131 + frame[i]) & HASH_MASK
        i += 1
    for k in range(0, len(table), 2):
        if table[k] == mark:
            return int(table[k + 1])
    return SKIP


@inline
def _read_bare(frame: Bytes, i: int, decimals: int, step: int, state: Int64s) -> int:
    """Read a number without quotes and exponent as steps, like `read_decimal`."""
    state[VALUE] = 0
    state[CUT] = 0
    missing, start = decimals, i
    i = read_digits(frame, start, MAX_DIGITS - decimals, state)
    if i == start or (frame[start] == ZERO and i > start + 1):
        return fail(state, start, MALFORMED)
    if frame[i] == DOT:
        point = i + 1
        i = read_digits(frame, point, decimals, state)
        missing -= i - point
        while ZERO <= frame[i] <= NINE:
            state[CUT] |= frame[i] != ZERO
            i += 1
        if i == point:
            return fail(state, i, MALFORMED)
    elif ZERO <= frame[i] <= NINE:
        return fail(state, i, OUT_OF_RANGE)
    divide(missing, step, state)
    return i


@inline
def _read_price(frame: Bytes, i: int, ticks: Int64s, state: Int64s) -> int:
    decimals, step = state[PRICE_DECIMALS], state[PRICE_STEP]
    if frame[i] == QUOTE:
        end = read_decimal(frame, i, decimals, step, state)
    else:
        end = _read_bare(frame, i, decimals, step, state)
    if end < 0:
        return end
    if state[CUT]:
        return fail(state, i, OFF_GRID)
    if state[VALUE] == 0 or state[VALUE] > MAX_TICKS:
        return fail(state, i, OUT_OF_RANGE)
    ticks[state[ROWS]] = state[VALUE]
    return end


@inline
def _read_qty(frame: Bytes, i: int, lots: Int64s, state: Int64s) -> int:
    decimals, step = state[QTY_DECIMALS], state[QTY_STEP]
    if frame[i] == QUOTE:
        end = read_decimal(frame, i, decimals, step, state)
    else:
        end = _read_bare(frame, i, decimals, step, state)
    if end > 0:
        lots[state[ROWS]] = state[VALUE]
        state[ROUNDED] += state[CUT]
    return end


@inline
def _read_pair(frame: Bytes, i: int, ticks: Int64s, lots: Int64s, state: Int64s) -> int:
    """Read `[price, quantity, …]`; what follows the quantity is passed over."""
    i = _read_price(frame, i + 1, ticks, state)
    if i < 0:
        return i
    if frame[i] != COMMA:
        return fail(state, i, MALFORMED)
    i = _read_qty(frame, i + 1, lots, state)
    while i > 0 and frame[i] == COMMA:
        i = skip(frame, i + 1, state)
    if i < 0:
        return i
    return i + 1 if frame[i] == CLOSE else fail(state, i, MALFORMED)


@inline
def _read_side(frame: Bytes, i: int, side: Int8s, state: Int64s) -> int:
    """Read `"bid"`, or `"ask"` or `"offer"`, by its first letter."""
    end = skip_text(frame, i, state)
    if end > 0:
        letter = frame[i + 1]
        if letter not in (LOWER_B, LOWER_O, LOWER_A):
            return fail(state, i, MALFORMED)
        side[state[ROWS]] = 1 if letter == LOWER_B else -1
    return end


@inline
def _read_keyed(  # a kernel takes few plain arrays, by position
    frame: Bytes,
    i: int,
    table: Int64s,
    needed: int,
    state: Int64s,
    side: Int8s,
    ticks: Int64s,
    lots: Int64s,
) -> int:
    """Read `{"price": …, "quantity": …}` in any order, each once; *needed* are bits of roles."""
    seen = 0
    while True:
        start = i + 1
        i = skip_text(frame, start, state)
        if i < 0 or frame[i] != COLON:
            return i if i < 0 else fail(state, i, MALFORMED)
        role = role_of(frame, start, table)
        bit = 1 << role if role in (PRICE, QTY, SIDE) else 0
        if seen & bit:
            return fail(state, start, MALFORMED)
        seen |= bit
        if role == PRICE:
            i = _read_price(frame, i + 1, ticks, state)
        elif role == QTY:
            i = _read_qty(frame, i + 1, lots, state)
        elif role == SIDE:
            i = _read_side(frame, i + 1, side, state)
        else:
            i = skip(frame, i + 1, state)
        if i < 0 or frame[i] != COMMA:
            break
    if i < 0:
        return i
    if frame[i] != CLOSE_OBJECT or seen & needed != needed:
        return fail(state, i, MALFORMED)
    return i + 1


@inline
def read_levels(  # a kernel takes few plain arrays, by position
    frame: Bytes,
    i: int,
    role: int,
    table: Int64s,
    state: Int64s,
    side: Int8s,
    ticks: Int64s,
    lots: Int64s,
) -> int:
    """Read an array of levels behind the rows so far."""
    if frame[i] != OPEN:
        return fail(state, i, MALFORMED)
    i += 1
    if frame[i] == CLOSE:
        return i + 1
    needed = 1 << PRICE | 1 << QTY | (1 << SIDE if role == LEVELS else 0)
    while True:
        if state[ROWS] == len(ticks):
            return fail(state, i, FULL)
        if role != LEVELS:
            side[state[ROWS]] = 1 if role == BIDS else -1
        if frame[i] == OPEN_OBJECT:
            i = _read_keyed(frame, i, table, needed, state, side, ticks, lots)
        elif frame[i] == OPEN and role != LEVELS:
            i = _read_pair(frame, i, ticks, lots, state)
        else:
            i = fail(state, i, MALFORMED)
        if i < 0:
            return i
        state[ROWS] += 1
        if frame[i] != COMMA:
            break
        i += 1
    return i + 1 if frame[i] == CLOSE else fail(state, i, MALFORMED)
