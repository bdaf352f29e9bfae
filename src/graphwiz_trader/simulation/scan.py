"""Scan: a recording run in compiled loops, up to the message that matters to our orders."""

from graphwiz_trader.kernels.arrays import Int8s, Int64s
from graphwiz_trader.kernels.book import apply, clear, mark_horizon
from graphwiz_trader.kernels.jit import IN8, IN64, inline, kernel
from graphwiz_trader.kernels.levels import ASK, BID, HORIZON, NO_KEY, lots_at

DIFF, SNAPSHOT, TRADE = 0, 1, 2
"""What `flags` holds, as in `domain.tape`."""

MESSAGE, ROW = 0, 1
"""A cursor: the next message, and the row to go on from inside it, −1 at its start."""

WATCHED_SIDE, WATCHED_TICKS, SHOWN, UPDATED = 0, 1, 2, 3
WATCHED = 4
"""A watched level in four numbers: side, ticks, the lots it showed when we first took from it,
and whether the venue has updated it since."""

NEXT, NEXT_TS, REACHED, AGGRESSOR, PRICE, LOTS = 0, 1, 2, 3, 4, 5
"""What a message meant: the next that matters, when it happens (−1 for never), whether an opposite
level is now at or through one of ours, and of a trade the side (0 for none), price and lots."""

HEAD = 6

_ROWS = f"{IN8}, {IN64}, {IN64}"
_MESSAGES = f"{IN64}, {IN64}, {IN8}, {IN64}"
_BOOK = f"int64[::1], {_ROWS}, {_MESSAGES}, int64[::1]"
FOREVER = 1 << 62
"""Later than anything happens."""


@inline
def _lots(b: Int64s, s: int, tick: int) -> int:
    return lots_at(b, 0 if s > 0 else 1, s * tick)


@inline
def _mark_rows(side: Int8s, ticks: Int64s, first: int, last: int, watched: Int64s) -> None:
    for j in range(first, last):
        for w in range(0, watched.shape[0], WATCHED):
            if ticks[j] == watched[w + WATCHED_TICKS] and side[j] == watched[w + WATCHED_SIDE]:
                watched[w + UPDATED] = 1


@inline
def _mark_changed(b: Int64s, watched: Int64s) -> None:
    for w in range(0, watched.shape[0], WATCHED):
        if _lots(b, watched[w + WATCHED_SIDE], watched[w + WATCHED_TICKS]) != watched[w + SHOWN]:
            watched[w + UPDATED] = 1


@kernel(f"int64({_BOOK}, int64, int64, int64[::1])")
def run(
    b: Int64s,
    side: Int8s,
    ticks: Int64s,
    lots: Int64s,
    first: Int64s,
    last: Int64s,
    flags: Int8s,
    ts: Int64s,
    cursor: Int64s,
    stop: int,
    until: int,
    watched: Int64s,
) -> int:
    """
    Apply the messages from *cursor* to *stop* (exclusive) that happened by *until*.

    Only what follows the last snapshot among them is read, unless levels are *watched*.

    Args:
        b: State of the book, changed in place.
        side, ticks, lots: Rows.
        first, last, flags, ts: Of each message: its rows, what it is, when it happened.
        cursor: Moved to the first message not applied.
        watched: `UPDATED` is set where a level has a row of its own in a `DIFF`, or where a
            `SNAPSHOT` shows another quantity.

    Returns:
        1; or 0 when the state has no room: enlarge it and call again.
    """
    begin = cursor[MESSAGE]
    end = begin
    base = begin
    while end < stop and ts[end] <= until:
        if flags[end] == SNAPSHOT and watched.shape[0] == 0 and cursor[ROW] < 0:
            base = end
        end += 1
    for i in range(base, end):
        cursor[MESSAGE] = i
        if flags[i] == TRADE:
            continue
        start = cursor[ROW]
        if start < 0:
            start = first[i]
            if flags[i] == SNAPSHOT:
                clear(b)
        reached = apply(b, side, ticks, lots, start, last[i])
        if reached != last[i]:
            cursor[ROW] = reached
            return 0
        cursor[ROW] = -1
        if flags[i] == SNAPSHOT:
            mark_horizon(b)
            _mark_changed(b, watched)
        else:
            _mark_rows(side, ticks, first[i], last[i], watched)
    cursor[MESSAGE] = end
    return 1


@inline
def _is_own(tick: int, s: int, own: Int64s) -> bool:
    for w in range(0, own.shape[0], 2):  # noqa: SIM110 # kernels have no generators
        if own[w + 1] == tick and own[w] == s:
            return True
    return False


@kernel(f"int64({_ROWS}, {IN64}, {IN64}, {IN8}, int64, int64, int64[::1], int64, int64)")
def next_that_matters(
    side: Int8s,
    ticks: Int64s,
    lots: Int64s,
    first: Int64s,
    last: Int64s,
    flags: Int8s,
    begin: int,
    stop: int,
    own: Int64s,
    bid: int,
    ask: int,
) -> int:
    """
    Return the first message from *begin* to *stop* that can move a queue of ours or fill us.

    That is a snapshot, a row of a level we rest at, or an opposite level or trade at or through
    one.

    Args:
        side, ticks, lots, first, last, flags: As of `run`.
        own: Side and ticks of each level we rest at, in pairs.
        bid, ask: The highest we buy and the lowest we sell at.

    Returns:
        The message, or *stop*.
    """
    for i in range(begin, stop):
        if flags[i] == SNAPSHOT:
            return i
        for j in range(first[i], last[i]):
            s = side[j]
            tick = ticks[j]
            if flags[i] == TRADE:
                # The aggressor's side: a sale fills bids.
                if (s < 0 and tick <= bid) or (s > 0 and tick >= ask):
                    return i
            elif s > 0:
                if (tick >= ask and lots[j] > 0) or (tick <= bid and _is_own(tick, 1, own)):
                    return i
            elif (tick <= bid and lots[j] > 0) or (tick >= ask and _is_own(tick, -1, own)):
                return i
    return stop


@kernel(f"int64({IN8}, {IN64}, int64, int64, int64, int64)")
def has_row(side: Int8s, ticks: Int64s, first: int, last: int, s: int, tick: int) -> int:
    """Return whether rows *first* to *last* (exclusive) change the level *tick* of side *s*."""
    for j in range(first, last):
        if ticks[j] == tick and side[j] == s:
            return 1
    return 0


@kernel(f"int64({_BOOK}, int64, int64[::1], int64[::1], int64, int64, int64, int64[::1])")
def meet(
    b: Int64s,
    side: Int8s,
    ticks: Int64s,
    lots: Int64s,
    first: Int64s,
    last: Int64s,
    flags: Int8s,
    ts: Int64s,
    cursor: Int64s,
    message: int,
    watched: Int64s,
    own: Int64s,
    bid: int,
    ask: int,
    ahead: int,
    met: Int64s,
) -> int:
    """
    Apply everything up to and including *message*, and tell what that one meant for our levels.

    Args:
        b, side, ticks, lots, first, last, flags, ts, cursor, watched: As of `run`.
        message: Not yet applied.
        own, bid, ask: As of `next_that_matters`.
        ahead: How many messages after it are looked at for the next that matters.
        met: Written, by `NEXT` to `LOTS`; then of each level of *own* the lots before and after,
            and 1 if the message says how many there are now. A snapshot is silent about what
            lies beyond its worst level.

    Returns:
        1; or 0 when the state has no room: enlarge it and call again.
    """
    if run(b, side, ticks, lots, first, last, flags, ts, cursor, message, FOREVER, watched) == 0:
        return 0
    levels = own.shape[0] // 2
    if cursor[ROW] < 0:
        for w in range(levels):
            met[HEAD + 3 * w] = _lots(b, own[2 * w], own[2 * w + 1])
    stop = message + 1
    if run(b, side, ticks, lots, first, last, flags, ts, cursor, stop, FOREVER, watched) == 0:
        return 0
    for w in range(levels):
        s = own[2 * w]
        tick = own[2 * w + 1]
        met[HEAD + 1 + 3 * w] = _lots(b, s, tick)
        if flags[message] == SNAPSHOT:
            worst = b[HORIZON if s > 0 else HORIZON + 1]
            met[HEAD + 2 + 3 * w] = 1 if worst != NO_KEY and s * tick >= worst else 0
        else:
            met[HEAD + 2 + 3 * w] = has_row(side, ticks, first[message], last[message], s, tick)
    end = min(stop + ahead, first.shape[0])
    following = next_that_matters(side, ticks, lots, first, last, flags, stop, end, own, bid, ask)
    met[NEXT] = following
    met[NEXT_TS] = ts[following] if following < first.shape[0] else -1
    met[REACHED] = 1 if b[ASK] <= bid or b[BID] >= ask else 0
    met[AGGRESSOR] = 0
    if flags[message] == TRADE:
        row = first[message]
        met[AGGRESSOR] = side[row]
        met[PRICE] = ticks[row]
        met[LOTS] = lots[row]
    return 1
