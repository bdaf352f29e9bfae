"""
Skim: the stretch of a recording in which no strategy would do anything, read in one loop.

Books move, what is held is valued, and at the end of every instant each round of prices that a
strategy waits for is looked at. The reader stops at the first message of which it cannot tell
that nothing comes; who called takes that one in by itself, and may find that nothing does.
It may have been applied to its book already: to apply a message twice changes no level.
"""

from graphwiz_trader.kernels.arrays import Float64s, Int8s, Int16s, Int64s
from graphwiz_trader.kernels.book import apply, clear, mark_horizon
from graphwiz_trader.kernels.jit import IN8, IN64, inline, kernel
from graphwiz_trader.kernels.levels import ASK, BID, CROSSED, NO_ASK, NO_BID
from graphwiz_trader.kernels.lives import IDLE, SPOILED, UNFOLLOWED
from graphwiz_trader.kernels.run import SNAPSHOT, TRADE, Reals, Table

SYNCED, BOOK_TS, LISTENED, HELD, PRICED, RATED_BY, PLACE = 0, 1, 2, 3, 4, 5, 6
"""Columns of *places*, a row an instrument: whether its book is whole, when it last moved, whether
a strategy is asked at its instants, the lots held, at which tick they were valued last, and the
instrument whose bid converts that, −1 where nothing need."""

TICK, BASE, BASE_REST, UNIT, UNIT_REST, PART, RATE, MONEY = 0, 1, 2, 3, 4, 5, 6, 7
"""Columns of *money*, a row an instrument: its tick; cash less fees, and what a lot at one tick is
worth, each as a float and the rest that it lacks; what the position was last counted as, and the
rate of that."""

STEPS, MAX_AGE, MAX_AGE_SPREAD, IS_OPEN, IS_BUSY, LIFE, INSTRUMENT, SIDE, ROUND = (
    0, 1, 2, 3, 4, 5, 6, 10, 14,
)  # fmt: skip
"""Columns of *rounds*, a row each: how many books, at most four, it goes through; how old they may
be, ns, and how far apart; whether its edge is being noted already; whether nothing more is done
about it while orders are under way; what is known of how long it lasts, by `lives`; then the books,
and on which side an order takes from each."""

UNSEEN_BPS, FACTOR, TOO_LITTLE_BPS, EDGE = 0, 1, 2, 3
"""Columns of *edges*, a row a round: the edge before fees that is none yet; what fees leave of the
product of the prices; the edge after fees that is certainly not enough."""

PNL, PEAK, DAY_BASE, FLOOR, ENDOWED, MAX_DOWN, EQUITY = 0, 1, 2, 3, 4, 5, 6
"""Of *equity*: result, its peak, that of the day's begin; the day's result and the drawdown in
percent at which trading halts; what we were given."""

SEEN_BPS = 2e-9
"""An edge of as much is one; between `UNSEEN_BPS` and this, rounding decides."""

NEAR_BPS = 1e-8
EXACT = 9007199254740992.0
"""Whole numbers up to this are exact in a float."""

_SPLIT = 134217729.0


@inline
def _is_usable(b: Int64s, places: Table, i: int) -> bool:
    """Whether a strategy may act on the book of instrument *i*."""
    two_sided = b[BID] != NO_BID and b[ASK] != NO_ASK
    return bool(places[i, SYNCED] == 1 and b[CROSSED] == 0 and two_sided)


@inline
def _worth(money: Reals, i: int, lots: float) -> float:
    """
    Return cash less fees and *lots*, signed lots times ticks, rounded once as a decimal would be.

    Source: Dekker 1971 (Numerische Mathematik 18:224).
    """
    unit = money[i, UNIT]
    product = lots * unit
    high = _SPLIT * lots
    high = high - (high - lots)
    low = lots - high
    unit_high = _SPLIT * unit
    unit_high = unit_high - (unit_high - unit)
    unit_low = unit - unit_high
    lost = ((high * unit_high - product) + high * unit_low + low * unit_high) + low * unit_low
    total = money[i, BASE] + product
    back = total - money[i, BASE]
    missed = (money[i, BASE] - (total - back)) + (product - back)
    return float(total + (missed + (lost + lots * money[i, UNIT_REST] + money[i, BASE_REST])))


@inline
def _rate(books: Table, places: Table, money: Reals, i: int) -> float:
    """Return what the money of instrument *i* is worth, 0 where its one book cannot tell."""
    by = places[i, RATED_BY]
    if by < 0:
        return 1.0
    bid = books[by, BID]
    return float(bid * money[by, TICK]) if bid > 0 else 0.0


@inline
def _value(books: Table, places: Table, money: Reals, equity: Float64s, i: int) -> bool:
    """Value what is held of instrument *i*; False where a limit on losses may be reached."""
    b = books[i]
    if not _is_usable(b, places, i):
        return True
    held, rate = places[i, HELD], _rate(books, places, money, i)
    price = b[BID] if held > 0 else b[ASK]
    if price == places[i, PRICED] and rate == money[i, RATE]:
        return True
    lots = float(held) * float(price)
    if abs(lots) > EXACT or rate == 0.0:
        return False
    worth = _worth(money, i, lots) * rate
    money[i, RATE] = rate
    equity[PNL] += worth - money[i, PART]
    equity[PEAK] = max(equity[PEAK], equity[PNL])
    money[i, PART] = worth
    places[i, PRICED] = price
    top = equity[ENDOWED] + equity[PEAK]
    down = (equity[PEAK] - equity[PNL]) / top * 100 if top > 0 else 0.0
    return bool(equity[PNL] - equity[DAY_BASE] > equity[FLOOR] and down < equity[MAX_DOWN])


@inline
def _lives_on(life: int, fresh: int, net: float) -> bool:
    """Whether what is known of how long an edge lasts stays as it is at *net* bps after fees."""
    if life == UNFOLLOWED:
        return True
    if fresh == 0:
        return life == SPOILED
    if abs(net) <= NEAR_BPS:
        return False
    return life == IDLE if net < 0.0 else life != IDLE


@inline
def _is_quiet(
    books: Table, places: Table, money: Reals, rounds: Table, edges: Reals, r: int, now: int
) -> bool:
    """Whether nothing comes of round *r* at the end of instant *now*."""
    moved, usable, priced = False, True, True
    oldest, newest, product = now, 0, 1.0
    for k in range(rounds[r, STEPS]):
        i = rounds[r, INSTRUMENT + k]
        b, at, buys = books[i], places[i, BOOK_TS], rounds[r, SIDE + k] > 0
        moved |= at == now
        usable &= _is_usable(b, places, i)
        oldest, newest = min(oldest, at), max(newest, at)
        tick = b[ASK] if buys else b[BID]
        if tick <= 0 or tick == NO_ASK:
            priced = False
        else:
            price = tick * money[i, TICK]
            product *= 1.0 / price if buys else price
    if not moved:
        return True
    young = now - oldest <= rounds[r, MAX_AGE] and newest - oldest <= rounds[r, MAX_AGE_SPREAD]
    fresh = 1 if usable and young else 0
    gross = (product - 1.0) * 1e4 if priced else -1e300
    net = (product * edges[r, FACTOR] - 1.0) * 1e4 if priced else -1e300
    if not _lives_on(rounds[r, LIFE], fresh, net):
        return False
    if fresh == 0 or gross <= edges[r, UNSEEN_BPS]:
        return bool(rounds[r, IS_OPEN] == 0)
    if rounds[r, IS_OPEN] == 0 or gross < SEEN_BPS:
        return False
    return bool(net <= edges[r, TOO_LITTLE_BPS] or rounds[r, IS_BUSY] == 1)


@inline
def _all_quiet(
    books: Table, places: Table, money: Reals, rounds: Table, edges: Reals, now: int
) -> bool:
    """Whether nothing comes of any round at the end of instant *now*."""
    for r in range(rounds.shape[0]):
        if not _is_quiet(books, places, money, rounds, edges, r, now):
            return False
    return True


@inline
def _move(
    b: Int64s, side: Int8s, ticks: Int64s, lots: Int64s, first: int, last: int, snapshot: int
) -> bool:
    """Apply a message to its book; False where that has no room, and is not done."""
    if snapshot == 1:
        clear(b)
    if apply(b, side, ticks, lots, first, last) != last:
        return False
    if snapshot == 1:
        mark_horizon(b)
    return True


_ROWS = f'{IN8}, {IN64}, {IN64}, {IN64}, {IN64}, Array(int16, 1, "C", True), {IN8}'
_TABLE, _REALS = "int64[:, ::1]", "float64[:, ::1]"


@kernel(
    f"int64({_TABLE}, {_ROWS}, int64, int64, {_TABLE}, {_REALS}, {_TABLE}, {_REALS}, float64[::1])"
)
def skim(
    books: Table,
    side: Int8s,
    ticks: Int64s,
    lots: Int64s,
    first: Int64s,
    ts: Int64s,
    instrument: Int16s,
    flags: Int8s,
    start: int,
    until: int,
    places: Table,
    money: Reals,
    rounds: Table,
    edges: Reals,
    equity: Float64s,
) -> int:
    """
    Read messages from *start* on until something may come of one, or it is of *until* or later.

    Args:
        books: States of `levels`, a row an instrument; changed.
        side, ticks, lots, first, ts, instrument, flags: A tape's columns; see `run.Rows`.
        start: The first message, the first of its instant.
        until: Instant, ns.
        places, money, rounds, edges, equity: As named above; the first two and the last change.

    Returns:
        The number of the message it stopped at, the count of messages where there is none.
    """
    touched, count = 0, int(ts.shape[0])
    for m in range(start, count):
        now, i, flag = ts[m], instrument[m], flags[m]
        if now >= until or (flag == SNAPSHOT and places[i, SYNCED] == 0):
            return m
        if flag != TRADE and places[i, SYNCED] == 1:
            b = books[i]
            last = first[m + 1] if m + 1 < count else side.shape[0]
            if not _move(b, side, ticks, lots, first[m], last, 1 if flag == SNAPSHOT else 0):
                return m
            places[i, BOOK_TS] = now
            if places[i, HELD] != 0 and not _value(books, places, money, equity, i):
                return m
        touched |= places[i, LISTENED]
        if m + 1 == count or ts[m + 1] != now:
            if touched != 0 and not _all_quiet(books, places, money, rounds, edges, now):
                return m
            touched = 0
    return count
