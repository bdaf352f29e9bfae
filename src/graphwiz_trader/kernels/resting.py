"""Resting: our orders in recorded books, and what we took of them, compiled."""

from graphwiz_trader.kernels import fronts
from graphwiz_trader.kernels import run as c
from graphwiz_trader.kernels.arrays import Int64s
from graphwiz_trader.kernels.jit import inline, outline
from graphwiz_trader.kernels.levels import lots_at
from graphwiz_trader.kernels.run import Run


@inline
def answer(run: Run, what: int, k: int, now: int, price: int, qty: int, made: int) -> None:
    """Let the venue say at *now* that *what* became of order *k*; we hear it later."""
    w = run.w
    venue = run.i[run.o[k, c.INSTRUMENT], c.VENUE]
    heard = now + w[c.RESPONSE]
    at = w[c.TOLD_TAIL]
    if at - w[c.TOLD_HEAD] >= c.RING:
        w[c.STOP] = c.TOO_MANY
        return
    w[c.TOLD_TAIL] = at + 1
    place = c.TOLD + (at & (c.RING - 1)) * c.TOLD_SIZE
    while at > w[c.TOLD_HEAD]:
        before = c.TOLD + ((at - 1) & (c.RING - 1)) * c.TOLD_SIZE
        later = w[before + c.HEARD] > heard or (
            w[before + c.HEARD] == heard
            and (
                w[before + c.MATCHED] > now
                or (w[before + c.MATCHED] == now and w[before + c.WHERE] > venue)
            )
        )
        if not later:
            break
        for column in range(c.TOLD_SIZE):
            w[place + column] = w[before + column]
        place = before
        at -= 1
    w[place + c.HEARD] = heard
    w[place + c.MATCHED] = now
    w[place + c.WHERE] = venue
    w[place + c.SAID] = what
    w[place + c.OF] = k
    w[place + c.PX] = price
    w[place + c.QTY] = qty
    w[place + c.MADE] = made


@inline
def list_of(i: int, side: int) -> int:
    """Return where in `Run.w` the resting orders of instrument *i* on *side* begin."""
    return c.RESTS + (2 * i + (0 if side > 0 else 1)) * c.MOST_RESTING


@inline
def count_of(side: int) -> int:
    """Return the column that counts the resting orders of *side*."""
    return c.BIDS if side > 0 else c.ASKS


@inline
def edges(run: Run, i: int) -> None:
    """Note the range of prices we rest at, by signed keys."""
    for s in range(2):
        side = 1 - 2 * s
        n = run.i[i, c.BIDS + s]
        start = list_of(i, side)
        high = -c.NEVER
        low = c.NEVER
        if n > 0:
            high = side * run.o[run.w[start], c.PRICE]
            low = side * run.o[run.w[start + n - 1], c.PRICE]
        run.i[i, c.LOW_BID + 2 * s] = low
        run.i[i, c.HIGH_BID + 2 * s] = high


@outline
def insert(run: Run, k: int) -> None:
    """Let order *k* rest, by price and then by its rank."""
    w, o = run.w, run.o
    i, side = o[k, c.INSTRUMENT], o[k, c.SIDE]
    n = run.i[i, count_of(side)]
    if n >= c.MOST_RESTING:
        w[c.STOP] = c.TOO_MANY
        return
    start = list_of(i, side)
    key = side * o[k, c.PRICE]
    at = n
    while at > 0:
        other = w[start + at - 1]
        theirs = side * o[other, c.PRICE]
        if theirs > key or (theirs == key and o[other, c.RANK] < o[k, c.RANK]):
            break
        w[start + at] = other
        at -= 1
    w[start + at] = k
    run.i[i, count_of(side)] = n + 1
    edges(run, i)


@outline
def remove(run: Run, k: int) -> None:
    """Order *k* rests no longer."""
    w, o = run.w, run.o
    i, side = o[k, c.INSTRUMENT], o[k, c.SIDE]
    n = run.i[i, count_of(side)]
    start = list_of(i, side)
    at = 0
    while w[start + at] != k:
        at += 1
    for j in range(at, n - 1):
        w[start + j] = w[start + j + 1]
    run.i[i, count_of(side)] = n - 1
    edges(run, i)


@inline
def gone(run: Run, i: int, side: int, tick: int) -> int:
    """Return how many lots of a level we took since it was last updated."""
    start = run.w[c.TAKEN_AT] + i * c.MOST_TAKEN * c.TAKEN_SIZE
    for j in range(run.i[i, c.TAKEN]):
        at = start + j * c.TAKEN_SIZE
        if run.w[at] == side and run.w[at + 1] == tick:
            return int(run.w[at + 3])
    return 0


@outline
def take(run: Run, b: Int64s, i: int, side: int, tick: int, lots: int) -> None:
    """Remember that we took *lots* of the bids (+1) or asks (−1) at *tick*."""
    w = run.w
    if w[c.DEPLETES] == 0:
        return
    start = w[c.TAKEN_AT] + i * c.MOST_TAKEN * c.TAKEN_SIZE
    n = run.i[i, c.TAKEN]
    for j in range(n):
        at = start + j * c.TAKEN_SIZE
        if w[at] == side and w[at + 1] == tick:
            w[at + 3] += lots
            return
    if n >= c.MOST_TAKEN:
        w[c.STOP] = c.TOO_MANY
        return
    at = start + n * c.TAKEN_SIZE
    w[at] = side
    w[at + 1] = tick
    w[at + 2] = lots_at(b, 0 if side > 0 else 1, side * tick)
    w[at + 3] = lots
    run.i[i, c.TAKEN] = n + 1


@outline
def fill(run: Run, k: int, now: int, price: int, qty: int, is_maker: int) -> None:
    """*qty* of order *k* traded at *price*: settle it at the venue and tell us."""
    o, x = run.o, run.x
    i, side = o[k, c.INSTRUMENT], o[k, c.SIDE]
    numbers = run.i
    if abs(float(price)) * float(qty) > c.FITS:
        run.w[c.STOP] = c.OVERFLOW
        return
    if numbers[i, c.IS_SPOT] == 1:
        if side > 0:
            numbers[i, c.V_LOCKED] -= o[k, c.PRICE] * qty
        else:
            numbers[i, c.V_BASE_LOCKED] -= qty
    numbers[i, c.V_SPENT] += side * price * qty
    numbers[i, c.V_HELD] += side * qty
    rate = run.f[c.MAKER] if is_maker == 1 else run.f[c.TAKER]
    x[i, c.V_FEES] += float(price * qty) * x[i, c.UNIT] * rate
    o[k, c.V_CUM] += qty
    answer(run, c.TRADED, k, now, price, qty, is_maker)
    if o[k, c.V_CUM] == o[k, c.LOTS]:
        o[k, c.V_STATUS] = c.OVER


@inline
def join(run: Run, b: Int64s, k: int) -> None:
    """Let order *k* rest behind everybody at its price."""
    o, w = run.o, run.w
    i, side, tick = o[k, c.INSTRUMENT], o[k, c.SIDE], o[k, c.PRICE]
    w[c.RANKED] += 1
    o[k, c.RANK] = w[c.RANKED]
    shown = lots_at(b, 0 if side > 0 else 1, side * tick)
    o[k, c.SHOWN] = shown
    o[k, c.CREDIT_UNTIL] = 0
    for column in range(c.PCOLUMNS):
        run.p[k, column] = 0.0
    fronts.begin(run, k, float(max(shown - gone(run, i, side, tick), 0)))
    insert(run, k)
