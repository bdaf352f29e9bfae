"""Market making, compiled: the decision of `market_making` on numbers and arrays."""

from math import ceil, floor, sqrt

from graphwiz_trader.kernels import asking, quoting, stats
from graphwiz_trader.kernels.arrays import Float64s, Int64s
from graphwiz_trader.kernels.depth import weighted_mid
from graphwiz_trader.kernels.driver import DECIDE
from graphwiz_trader.kernels.fair import order_flow
from graphwiz_trader.kernels.jit import inline, kernel
from graphwiz_trader.kernels.levels import ASK, ASK_LOTS, BID, BID_LOTS
from graphwiz_trader.kernels.run import Table

SECOND = 1_000_000_000

# params: what all instruments share, then a stretch for each.
MAX_QUOTES, IS_GLFT, GAMMA, DECAY, RATE, HORIZON, IS_MICRO, FLOW_BPS, FLOW_LIFE = range(9)
GRID, SIGMA_LIFE, WARMUP, KEEP_BPS, INTERVAL, MAX_AGE, COUNT = range(9, 16)
SHARED = 16
PLACE, FULL, MIN_QTY, MIN_WORTH, COST_BPS, EACH = 0, 1, 2, 3, 4, 5

# memory: floats of each instrument, the targets among them.
FLOW, VARIANCE, MID, OUT, FLOATS = 0, 1, 2, 3, 5
BIDS_AT, ASKS_AT = OUT, OUT + 1

# numbers: whole numbers of each instrument.
SEEN, TOUCH, SEEN_AT, HAS_MID, MID_AT, SAMPLES, OWNED, WATCHED, ASKED = 0, 1, 5, 6, 7, 8, 9, 10, 11
CHANGED, PRICES, LOTS, WANT_PRICES, WANT_LOTS, WHOLE = 12, 14, 16, 18, 20, 24


@inline
def _sample(
    params: Float64s, memory: Float64s, numbers: Int64s, m: int, d: int, mid: float, now: int
) -> None:
    """Take a grid of mids into the volatility, as `Pulse` does."""
    last, then = 0.0, 0
    if numbers[d + HAS_MID] == 1:
        last, then = memory[m + MID], numbers[d + MID_AT]
        if now - then < params[GRID]:
            return
    memory[m + MID] = mid
    numbers[d + HAS_MID] = 1
    numbers[d + MID_AT] = now
    if last != 0.0:
        elapsed = (now - then) / SECOND
        moved = (mid - last) / abs(last) * 1e4
        memory[m + VARIANCE] = stats.ewma(
            memory[m + VARIANCE], moved * moved / elapsed, elapsed, params[SIGMA_LIFE]
        )
        numbers[d + SAMPLES] += 1


@inline
def _observe(
    b: Int64s, params: Float64s, memory: Float64s, numbers: Int64s, m: int, d: int, now: int
) -> None:
    """Take in a two-sided book, as `Pulse.observe` does."""
    bid, bids, ask, asks = b[BID], b[BID_LOTS], b[ASK], b[ASK_LOTS]
    if numbers[d + SEEN] == 1:
        t = d + TOUCH
        flow = order_flow(
            numbers[t], numbers[t + 1], numbers[t + 2], numbers[t + 3], bid, bids, ask, asks
        )
        share = flow / (numbers[t + 1] + numbers[t + 3] + bids + asks)
        elapsed = (now - numbers[d + SEEN_AT]) / SECOND
        memory[m + FLOW] = stats.ewma(memory[m + FLOW], share, elapsed, params[FLOW_LIFE])
    numbers[d + SEEN] = 1
    numbers[d + TOUCH] = bid
    numbers[d + TOUCH + 1] = bids
    numbers[d + TOUCH + 2] = ask
    numbers[d + TOUCH + 3] = asks
    numbers[d + SEEN_AT] = now
    _sample(params, memory, numbers, m, d, (bid + ask) / 2, now)


@inline
def _follow(numbers: Int64s, d: int, own: int) -> None:
    """Take what filled off the quote that filled."""
    change = own - numbers[d + OWNED]
    numbers[d + OWNED] = own
    s = 0 if change > 0 else 1
    if change != 0 and numbers[d + LOTS + s] > 0:
        left = numbers[d + LOTS + s] - abs(change)
        if left > 0:
            numbers[d + LOTS + s] = left
        else:
            numbers[d + LOTS + s] = 0
            numbers[d + PRICES + s] = 0


@inline
def _target(
    b: Int64s, params: Float64s, memory: Float64s, numbers: Int64s, m: int, d: int, e: int
) -> float:
    """Write where to quote into `memory[OUT]`, and return the fair price."""
    fair = weighted_mid(b) if params[IS_MICRO] == 1.0 else (b[BID] + b[ASK]) / 2
    flow = memory[m + FLOW]
    flow = 0.0 if flow != flow else flow  # noqa: PLR0124 # NaN differs from itself
    fair += flow * params[FLOW_BPS] * abs(fair) / 1e4
    held = numbers[d + OWNED] / max(1.0, params[e + FULL])
    sigma, gamma, decay = sqrt(memory[m + VARIANCE]), params[GAMMA], params[DECAY]
    out = memory[m + OUT : m + OUT + 2]
    if params[IS_GLFT] == 1.0:
        quoting.glft(gamma, gamma, sigma, decay, params[RATE], 1.0, held, out)
    else:
        quoting.avellaneda_stoikov(gamma, sigma, decay, params[HORIZON], held, out)
    unit = abs(fair) / 1e4
    out[0] *= unit
    out[1] *= unit
    cost = params[e + COST_BPS] * unit
    quoting.place(fair, cost, cost, b[BID], b[ASK], out)
    return float(fair)


@inline
def _keeps(
    b: Int64s,
    params: Float64s,
    numbers: Int64s,
    d: int,
    e: int,
    s: int,
    fair: float,
    price: int,
    now: int,
) -> bool:
    """Whether the quote stays: near its target or changed just now, and not through cost."""
    unit = abs(fair) / 1e4
    cost = params[e + COST_BPS] * unit
    works = numbers[d + PRICES + s]
    if s == 0:
        if works > min(floor(fair - cost + quoting.EPSILON_TICKS), b[ASK] - 1):
            return False
    elif works < max(ceil(fair + cost - quoting.EPSILON_TICKS), b[BID] + 1):
        return False
    if now - numbers[d + CHANGED + s] < params[INTERVAL]:
        return True
    return bool(abs(works - price) <= params[KEEP_BPS] * unit)


@inline
def _size(
    i: int,
    s: int,
    view: Table,
    purse: Float64s,
    params: Float64s,
    numbers: Int64s,
    d: int,
    e: int,
    price: int,
) -> int:
    """Return the lots of a new quote: what limits leave, 0 where that is too little."""
    full = int(params[e + FULL])
    side = 1 - 2 * s
    left = int(params[MAX_QUOTES]) * full - numbers[d + OWNED] * side
    open_lots = view[i, asking.OPEN_BUYS] + view[i, asking.OPEN_SELLS]
    held = numbers[d + LOTS + s] if open_lots > 0 else 0
    most = view[i, asking.MOST_BUY + s]
    if s == 0 or view[i, asking.IS_SPOT] == 0:
        most = asking.affordable(view, purse, i, price, most)
    lots = min(full, left, most + held)
    if lots < params[e + MIN_QTY] or float(price) * float(lots) < params[e + MIN_WORTH]:
        return 0
    return int(lots)


@inline
def _want(
    b: Int64s,
    i: int,
    view: Table,
    purse: Float64s,
    params: Float64s,
    memory: Float64s,
    numbers: Int64s,
    m: int,
    d: int,
    e: int,
    now: int,
) -> None:
    """Write a quote for each side, of no lots where there should be none."""
    fair = _target(b, params, memory, numbers, m, d, e)
    for s in range(2):
        price = int(memory[m + OUT + s])
        side = 1 - 2 * s
        left = int(params[MAX_QUOTES]) * int(params[e + FULL]) - numbers[d + OWNED] * side
        lots = 0
        if left > 0:
            working = numbers[d + LOTS + s]
            if working > 0 and _keeps(b, params, numbers, d, e, s, fair, price, now):
                price = numbers[d + PRICES + s]
                lots = min(working, left)
            else:
                lots = _size(i, s, view, purse, params, numbers, d, e, price)
        numbers[d + WANT_PRICES + s] = price if lots > 0 else 0
        numbers[d + WANT_LOTS + s] = lots


@inline
def _is_news(view: Table, i: int, params: Float64s, numbers: Int64s, d: int, now: int) -> bool:
    """Whether what is wanted differs from what was asked for, or that is not there."""
    for s in range(2):
        if (
            numbers[d + PRICES + s] != numbers[d + WANT_PRICES + s]
            or numbers[d + LOTS + s] != numbers[d + WANT_LOTS + s]
        ):
            return True
    open_lots = view[i, asking.OPEN_BUYS] + view[i, asking.OPEN_SELLS]
    wanted = numbers[d + WANT_LOTS] + numbers[d + WANT_LOTS + 1]
    return bool(open_lots != wanted and now - numbers[d + ASKED] >= params[INTERVAL])


@inline
def _ask(numbers: Int64s, d: int, legs: Table, n: int, i: int, now: int) -> int:
    """Remember what is asked for now, and write it; return how many legs there are."""
    for s in range(2):
        if numbers[d + WANT_PRICES + s] != numbers[d + PRICES + s]:
            numbers[d + CHANGED + s] = now
        numbers[d + PRICES + s] = numbers[d + WANT_PRICES + s]
        numbers[d + LOTS + s] = numbers[d + WANT_LOTS + s]
        _write(legs, n + s, i, s, numbers[d + PRICES + s], numbers[d + LOTS + s])
    numbers[d + ASKED] = now
    return n + 2


@inline
def _write(legs: Table, n: int, i: int, s: int, price: int, lots: int) -> None:
    legs[n, asking.LEG_INSTRUMENT] = i
    legs[n, asking.LEG_SIDE] = 1 - 2 * s
    legs[n, asking.LEG_PRICE] = price
    legs[n, asking.LEG_LOTS] = lots
    legs[n, asking.LEG_TIF] = 0
    legs[n, asking.LEG_POST] = 1


@inline
def _pull(numbers: Int64s, d: int, view: Table, legs: Table, n: int, i: int) -> int:
    """Withdraw both quotes of a book that cannot be believed; return how many legs there are."""
    quoting_now = numbers[d + LOTS] > 0 or numbers[d + LOTS + 1] > 0
    quoting_now |= view[i, asking.OPEN_BUYS] + view[i, asking.OPEN_SELLS] > 0
    numbers[d + SEEN] = 0
    numbers[d + HAS_MID] = 0
    for s in range(2):
        numbers[d + PRICES + s] = 0
        numbers[d + LOTS + s] = 0
        if quoting_now:
            _write(legs, n + s, i, s, 0, 0)
    return n + 2 if quoting_now else n


@kernel(DECIDE)
def decide(
    now: int,
    cause: int,
    books: Table,
    view: Table,
    purse: Float64s,
    params: Float64s,
    memory: Float64s,
    numbers: Int64s,
    legs: Table,
) -> int:
    """Answer with the quotes of every book that moved, and of one that broke or grew old."""
    n = 0
    for at in range(int(params[COUNT])):
        e, m, d = SHARED + at * EACH, at * FLOATS, at * WHOLE
        i = int(params[e + PLACE])
        quotes = numbers[d + LOTS] > 0 or numbers[d + LOTS + 1] > 0
        usable = view[i, asking.USABLE] == 1
        if cause >= 0:
            if cause != i:
                continue
            numbers[d + WATCHED] = 0
        elif view[i, asking.BOOK_TS] != now and not (quotes and not usable):
            continue
        stale_at = view[i, asking.BOOK_TS] + int(params[MAX_AGE])
        if not usable or now >= stale_at:
            n = _pull(numbers, d, view, legs, n, i)
            continue
        _follow(numbers, d, view[i, asking.OWN])
        _observe(books[i], params, memory, numbers, m, d, now)
        if numbers[d + SAMPLES] >= params[WARMUP]:
            _want(books[i], i, view, purse, params, memory, numbers, m, d, e, now)
            if _is_news(view, i, params, numbers, d, now):
                n = _ask(numbers, d, legs, n, i, now)
        quotes = numbers[d + LOTS] > 0 or numbers[d + LOTS + 1] > 0
        if quotes and numbers[d + WATCHED] == 0:
            numbers[d + WATCHED] = 1
            view[i, asking.WAKE] = stale_at
    return n
