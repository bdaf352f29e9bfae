"""
Binance proof: a `depthUpdate` read, put in its sequence and applied to its book, in one call.

Only what needs no decision is done here: a message that is the next one, fits into the book and
leaves it uncrossed. Of everything else the levels are read and nothing is proven; setting the same
levels again changes nothing, so that the plain way may begin anew with the very same rows.
"""

from graphwiz_trader.adapters.direct.binance_wire import (
    FIRST_SEQ,
    LAST_SEQ,
    PREV_SEQ,
    PROVEN,
    STATE_SIZE,
    parse_depth,
)
from graphwiz_trader.adapters.direct.json_scan import Bytes
from graphwiz_trader.kernels.arrays import Int8s, Int64s
from graphwiz_trader.kernels.book import apply
from graphwiz_trader.kernels.jit import inline, kernel
from graphwiz_trader.kernels.levels import CROSSED

LATEST, IS_LINKED = STATE_SIZE, STATE_SIZE + 1
"""Places in a state: the number of the book's last message, −1 to prove nothing; 1 where messages
name the one before them."""

PROOF_SIZE = STATE_SIZE + 2
"""How long a state is."""


@inline
def _is_next(state: Int64s) -> bool:
    """Whether the message read is the one after `LATEST`, as `Sequence.place` sees it."""
    latest = state[LATEST]
    if state[IS_LINKED] == 1:
        return bool(state[PREV_SEQ] == latest)
    return bool(state[FIRST_SEQ] <= latest + 1 and state[LAST_SEQ] > latest)


@kernel("int64(uint8[::1], int64, int64[::1], int8[::1], int64[::1], int64[::1], int64[::1])")
def prove_depth(  # a kernel takes few plain arrays, by position
    frame: Bytes,
    size: int,
    state: Int64s,
    side: Int8s,
    ticks: Int64s,
    lots: Int64s,
    book: Int64s,
) -> int:
    """
    Read the depth update in `frame[:size]` as `parse_depth` does, and prove it if it can be.

    Args:
        frame: The frame, with room for `SENTINEL` bytes behind it, which are overwritten.
        size: Its length.
        state: The grid, the symbol and the sequence; receives the header fields, or `AT`.
        side: Receives +1 for bids and −1 for asks.
        ticks: Receives prices.
        lots: Receives quantities, 0 for a level that is gone.
        book: State of the book, changed in place; any array while `LATEST` is −1.

    Returns:
        The number of rows, or a negative code; `state[PROVEN]` is 1 if the book holds the update.
    """
    state[PROVEN] = 0
    count = parse_depth(frame, size, state, side, ticks, lots)
    if count < 0 or state[LATEST] < 0 or not _is_next(state):
        return count
    if apply(book, side, ticks, lots, 0, count) == count and book[CROSSED] == 0:
        state[LATEST] = state[LAST_SEQ]
        state[PROVEN] = 1
    return count
