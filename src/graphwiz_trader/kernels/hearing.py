"""Hearing: what venues say, booked here as `engine.desk` and `engine.holdings` do, compiled."""

from graphwiz_trader.kernels import run as c
from graphwiz_trader.kernels.gates import is_two_sided, is_usable
from graphwiz_trader.kernels.jit import inline, outline
from graphwiz_trader.kernels.levels import BEST
from graphwiz_trader.kernels.run import Run

DAY_NS = 86_400_000_000_000
MARGIN = 1e-6
"""How near, relatively, a loss may come to its limit before the run stops."""


@inline
def log(
    run: Run, kind: int, ts: int, k: int, match: int, price: int, qty: int, detail: int
) -> None:
    """Write a row of the log; room was made before."""
    g, at = run.g, run.w[c.LOGGED]
    run.w[c.LOGGED] = at + 1
    g[at, c.KIND] = kind
    g[at, c.TS] = ts
    g[at, c.ORDER] = k
    g[at, c.MATCH] = match
    g[at, c.AT] = price
    g[at, c.FOR] = qty
    g[at, c.DETAIL] = detail
    g[at, c.STATE] = run.o[k, c.STATUS]


@inline
def reserve(run: Run, k: int, lots: int) -> None:
    """Hold the worst case of *lots* more of order *k*, or let go of it."""
    i, side = run.o[k, c.INSTRUMENT], run.o[k, c.SIDE]
    run.i[i, c.BUYS if side > 0 else c.SELLS] += lots
    if side < 0 and run.i[i, c.IS_SPOT] == 1:
        run.i[i, c.BASE_HELD] += lots
    else:
        run.i[i, c.RESERVED] += lots * run.o[k, c.PRICE]


@inline
def _forget(run: Run, k: int) -> None:
    """Order *k* is not live any more."""
    w = run.w
    at = 0
    while w[c.WORKS + at] != k:
        at += 1
    for j in range(at, w[c.LIVE] - 1):
        w[c.WORKS + j] = w[c.WORKS + j + 1]
    w[c.LIVE] -= 1


@outline
def become(run: Run, k: int, status: int) -> None:
    """Order *k* goes to *status*; what ends lets go of what it held."""
    o = run.o
    was_live = o[k, c.STATUS] < c.FILLED
    o[k, c.STATUS] = status
    if was_live and status >= c.FILLED:
        reserve(run, k, o[k, c.CUM] - o[k, c.LOTS])
        _forget(run, k)


@inline
def roll(run: Run) -> None:
    """Begin a day's result anew when its first look falls into a new one."""
    day = run.w[c.NOW] // DAY_NS
    if day != run.w[c.DAY]:
        run.w[c.DAY] = day
        run.f[c.DAY_BASE] = run.f[c.PNL]


@inline
def touch(run: Run, i: int, held: int) -> int:
    """Return the price at which *held* lots of instrument *i* would be closed."""
    b = run.lb[i]
    return int(b[BEST] if held > 0 else -b[BEST + 1])


@inline
def mark(run: Run, i: int) -> None:
    """Value the position in instrument *i* at its book, and watch the limits on losses."""
    f, numbers, x = run.f, run.i, run.x
    roll(run)
    held = numbers[i, c.HELD]
    earned = -numbers[i, c.SPENT]
    if held != 0:
        if is_usable(run, i):
            price = touch(run, i, held)
            numbers[i, c.MARKED_AT] = price
            if abs(float(held)) * abs(float(price)) > c.FITS:
                run.w[c.STOP] = c.OVERFLOW
            earned += held * price
        else:
            numbers[i, c.MARKED_AT] = c.NEVER
            return
    worth = float(earned) * x[i, c.UNIT] - x[i, c.FEES]
    f[c.PNL] += worth - x[i, c.PART]
    x[i, c.PART] = worth
    f[c.PEAK] = max(f[c.PEAK], f[c.PNL])


@inline
def guard(run: Run) -> None:
    """Stop when the day's loss or the drawdown is near the limit that halts trading."""
    f = run.f
    lost = f[c.PNL] - f[c.DAY_BASE]
    peak = f[c.ENDOWED] + f[c.PEAK]
    down = (f[c.PEAK] - f[c.PNL]) / peak * 100 if peak > 0 else 0.0
    near = lost <= f[c.DAY_FLOOR] * (1.0 - MARGIN)
    if near or down >= f[c.MAX_DRAWDOWN] * (1.0 - MARGIN):
        run.w[c.STOP] = c.BREAKER


@inline
def _endow(run: Run) -> None:
    """Value what we were given, once, at the first fill."""
    f = run.f
    if f[c.ENDOWED] != 0.0:
        return
    for venue in range(run.w[c.VENUES]):
        f[c.ENDOWED] += f[c.CASH + venue]
    for j in range(run.w[c.INSTRUMENTS]):
        if run.i[j, c.IS_SPOT] == 1 and is_two_sided(run.lb[j]):
            bid = float(run.lb[j][BEST]) * run.x[j, c.TICK]
            f[c.ENDOWED] += float(run.i[j, c.BASE]) * run.x[j, c.CONTRACT] * bid


@outline
def _book(run: Run, k: int, price: int, qty: int, is_maker: int) -> None:
    """Book a fill of order *k*: position, money, mark."""
    numbers, o, x = run.i, run.o, run.x
    i, side = o[k, c.INSTRUMENT], o[k, c.SIDE]
    run.w[c.FILLS] += 1
    roll(run)
    _endow(run)
    rate = run.f[c.MAKER] if is_maker == 1 else run.f[c.TAKER]
    numbers[i, c.SPENT] += side * price * qty
    numbers[i, c.HELD] += side * qty
    x[i, c.FEES] += float(price * qty) * x[i, c.UNIT] * rate
    mark(run, i)
    guard(run)


@inline
def _traded(run: Run, k: int, price: int, qty: int, is_maker: int) -> None:
    """Order *k* traded *qty* at *price*."""
    o = run.o
    o[k, c.CUM] += qty
    reserve(run, k, -qty)
    if o[k, c.CUM] == o[k, c.LOTS]:
        become(run, k, c.FILLED)
    elif o[k, c.STATUS] <= c.NEW:
        o[k, c.STATUS] = c.PARTIAL
    _book(run, k, price, qty, is_maker)


@inline
def _told(run: Run, k: int, what: int) -> None:
    """The venue said *what* of the live order *k*, other than a fill."""
    if what == c.REFUSED:
        become(run, k, c.REJECTED)
    elif what == c.WITHDRAWN:
        become(run, k, c.CANCELED_NOW)
    elif what == c.LAPSED:
        become(run, k, c.EXPIRED)
    elif run.o[k, c.STATUS] == c.PENDING_NEW:
        run.o[k, c.STATUS] = c.NEW


@inline
def hear(run: Run) -> None:
    """Take in the next answer under way."""
    w, o = run.w, run.o
    at = c.TOLD + (w[c.TOLD_HEAD] & (c.RING - 1)) * c.TOLD_SIZE
    w[c.TOLD_HEAD] += 1
    w[c.NOW] = w[at + c.HEARD]
    what, k = w[at + c.SAID], w[at + c.OF]
    status = o[k, c.STATUS]
    if what not in (c.KEPT, c.REFUSED):
        o[k, c.SEEN] = 1
        old = o[k, c.REPLACES]
        if old >= 0 and o[old, c.STATUS] < c.FILLED:
            become(run, old, c.REPLACED)
    if what == c.TRADED:
        _traded(run, k, w[at + c.PX], w[at + c.QTY], w[at + c.MADE])
    elif what == c.KEPT:
        if status in (c.PENDING_CANCEL, c.PENDING_REPLACE):
            o[k, c.STATUS] = c.PARTIAL if o[k, c.CUM] > 0 else c.NEW
    elif status < c.FILLED:
        _told(run, k, what)
    kind = c.HEARD_OF + what
    log(run, kind, w[c.NOW], k, w[at + c.MATCHED], w[at + c.PX], w[at + c.QTY], w[at + c.MADE])
