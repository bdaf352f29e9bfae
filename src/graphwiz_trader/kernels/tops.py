"""Tops: the best bid and ask of one instrument after every one of its messages."""

from graphwiz_trader.kernels.arrays import Int8s, Int64s
from graphwiz_trader.kernels.book import apply, clear
from graphwiz_trader.kernels.jit import IN8, IN64, kernel
from graphwiz_trader.kernels.levels import ASK, BID


@kernel(
    f"int64(int64[::1], {IN8}, {IN64}, {IN64}, {IN64}, {IN64}, {IN8}, int64[::1],"
    " int64[::1], int64[::1])"
)
def tops(
    b: Int64s,
    side: Int8s,
    ticks: Int64s,
    lots: Int64s,
    first: Int64s,
    last: Int64s,
    snapshot: Int8s,
    at: Int64s,
    bid: Int64s,
    ask: Int64s,
) -> int:
    """
    Apply messages to a book and note its best prices after each.

    Args:
        b: State of the book, changed in place.
        side, ticks, lots: Level changes, as `book.apply` takes them.
        first, last: Rows of each message, shape (n,).
        snapshot: 1 where a message is the whole book, shape (n,).
        at: Message and row to begin with, shape (2,); row −1 is the message's first.
            Where to go on is left here.
        bid, ask: Best prices in ticks, written, shape (n,); `NO_BID`, `NO_ASK` where there is none.

    Returns:
        1 when all is done; 0 when the far part is full: enlarge the state, go on with the same
        *at*; −1 when a message names rows that do not exist.
    """
    for message in range(at[0], first.shape[0]):
        row = at[1]
        if row < 0:
            row = first[message]
            if snapshot[message] == 1:
                clear(b)
        done = apply(b, side, ticks, lots, row, last[message])
        at[0] = message
        if done != last[message]:
            at[1] = done
            return 0 if done >= 0 else -1
        at[1] = -1
        bid[message] = b[BID]
        ask[message] = b[ASK]
    return 1
