"""
JSON scan: reading compact JSON inside kernels, one byte at a time.

Every function takes the frame and the offset of the value's first byte, and returns the offset
behind it, or a negative code with the offending offset in `state[AT]`.
The frame is followed by `SENTINEL` zero bytes: no zero byte is ever part of a value, so that every
function stops there and none needs to know where the frame ends.

Source: RFC 8259, without blanks between tokens and without escapes. That strings are UTF-8 is not
checked: they are compared, or passed over.
"""

import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.kernels.arrays import Int64s
from graphwiz_trader.kernels.jit import inline

Bytes = NDArray[np.uint8]

AT, VALUE, CUT = 0, 1, 2
"""Places in a state: where reading failed; the last number read, and 1 if it was rounded down."""

MALFORMED, OUT_OF_RANGE = -1, -2
"""Codes: not this JSON; a number with too many digits."""

SENTINEL = 8
MAX_DIGITS = 18

QUOTE, COMMA, DOT, COLON, ZERO, NINE = 34, 44, 46, 58, 48, 57
MINUS, PLUS, BACKSLASH, SPACE = 45, 43, 92, 32
OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT = 91, 93, 123, 125
UPPER_E, LOWER_E, LOWER_F, LOWER_N, LOWER_T = 69, 101, 102, 110, 116
MAX_DEPTH = 60


@inline
def fail(state: Int64s, at: int, code: int) -> int:
    """Note where reading failed; return *code*."""
    state[AT] = at
    return code


@inline
def skip_string(frame: Bytes, i: int, state: Int64s) -> int:
    """Pass a string in quotes that has no escapes."""
    if frame[i] != QUOTE:
        return fail(state, i, MALFORMED)
    i += 1
    while frame[i] >= SPACE and frame[i] != QUOTE and frame[i] != BACKSLASH:
        i += 1
    if frame[i] != QUOTE:
        return fail(state, i, MALFORMED)
    return i + 1


@inline
def skip_digits(frame: Bytes, i: int) -> int:
    """Pass digits, if any."""
    while ZERO <= frame[i] <= NINE:
        i += 1
    return i


@inline
def skip_number(frame: Bytes, i: int, state: Int64s) -> int:
    """Pass a number."""
    if frame[i] == MINUS:
        i += 1
    start = i
    i = skip_digits(frame, i)
    if i == start or (frame[start] == ZERO and i > start + 1):
        return fail(state, start, MALFORMED)
    if frame[i] == DOT:
        start = i + 1
        i = skip_digits(frame, start)
        if i == start:
            return fail(state, i, MALFORMED)
    if frame[i] == LOWER_E or frame[i] == UPPER_E:
        i += 1
        if frame[i] == MINUS or frame[i] == PLUS:
            i += 1
        start = i
        i = skip_digits(frame, start)
        if i == start:
            return fail(state, i, MALFORMED)
    return i


@inline
def skip_literal(frame: Bytes, i: int, state: Int64s) -> int:
    """Pass true, false or null."""
    if frame[i] == LOWER_T:
        word, size = 0x65757274, 4
    elif frame[i] == LOWER_N:
        word, size = 0x6C6C756E, 4
    elif frame[i] == LOWER_F:
        word, size = 0x65736C6166, 5
    else:
        return fail(state, i, MALFORMED)
    for k in range(size):
        if frame[i + k] != (word >> (8 * k)) & 0xFF:
            return fail(state, i + k, MALFORMED)
    return i + size


@inline
def skip_scalar(frame: Bytes, i: int, state: Int64s) -> int:
    """Pass a string, number or literal."""
    if frame[i] == QUOTE:
        return skip_string(frame, i, state)
    if frame[i] == MINUS or ZERO <= frame[i] <= NINE:
        return skip_number(frame, i, state)
    return skip_literal(frame, i, state)


@inline
def skip_value(frame: Bytes, i: int, state: Int64s) -> int:
    """
    Pass any value.

    Inside arrays and objects only brackets and scalars are checked, not the order of tokens:
    nothing is taken from there.
    """
    kinds, depth = 0, 0
    while True:
        c = frame[i]
        if c in (OPEN, OPEN_OBJECT):
            if depth == MAX_DEPTH:
                return fail(state, i, MALFORMED)
            kinds = kinds << 1 | (c == OPEN_OBJECT)
            depth += 1
            i += 1
        elif depth > 0 and c in (CLOSE, CLOSE_OBJECT):
            if (kinds & 1) != (c == CLOSE_OBJECT):
                return fail(state, i, MALFORMED)
            kinds >>= 1
            depth -= 1
            i += 1
        elif depth > 0 and c in (COMMA, COLON):
            i += 1
        else:
            i = skip_scalar(frame, i, state)
            if i < 0:
                return i
        if depth == 0:
            return i


@inline
def read_digits(frame: Bytes, i: int, most: int, state: Int64s) -> int:
    """Append up to *most* digits, if any, to the number in `state[VALUE]`."""
    end = i + most
    number = state[VALUE]
    while i < end and ZERO <= frame[i] <= NINE:
        number = number * 10 + frame[i] - ZERO
        i += 1
    state[VALUE] = number
    return i


@inline
def read_integer(frame: Bytes, i: int, state: Int64s) -> int:
    """Read a whole number, not negative, of at most 18 digits into `state[VALUE]`."""
    start = i
    state[VALUE] = 0
    i = read_digits(frame, start, MAX_DIGITS, state)
    if i == start or (frame[start] == ZERO and i > start + 1):
        return fail(state, start, MALFORMED)
    if ZERO <= frame[i] <= NINE:
        return fail(state, start, OUT_OF_RANGE)
    return i


@inline
def read_decimal(frame: Bytes, i: int, decimals: int, step: int, state: Int64s) -> int:
    """
    Read decimal text in quotes as steps, rounded down, into `state[VALUE]` and `state[CUT]`.

    Args:
        frame: The frame.
        i: Offset of the opening quote.
        decimals: Of the step.
        step: Its digits: 5 for a step of 0.05, with two decimals.
        state: Receives the number.
    """
    if frame[i] != QUOTE:
        return fail(state, i, MALFORMED)
    start = i + 1
    state[VALUE] = 0
    state[CUT] = 0
    missing = decimals
    i = read_digits(frame, start, MAX_DIGITS - decimals, state)
    if i == start:
        return fail(state, i, MALFORMED)
    if frame[i] == DOT:
        point = i + 1
        i = read_digits(frame, point, decimals, state)
        missing -= i - point
        while ZERO <= frame[i] <= NINE:
            state[CUT] |= frame[i] != ZERO
            i += 1
        if i == point:
            return fail(state, i, MALFORMED)
    if frame[i] != QUOTE:
        return fail(state, i, OUT_OF_RANGE if ZERO <= frame[i] <= NINE else MALFORMED)
    divide(missing, step, state)
    return i + 1


@inline
def divide(missing: int, step: int, state: Int64s) -> None:
    """Append *missing* zeros to the number and divide it by *step*, rounding down."""
    number = state[VALUE]
    for _ in range(missing):
        number *= 10
    if step != 1:
        state[CUT] |= number % step != 0
        number //= step
    state[VALUE] = number
