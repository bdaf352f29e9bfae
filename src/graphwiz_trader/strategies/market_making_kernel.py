"""Market making, compiled: the decision of `market_making` on numbers and arrays."""

from math import ceil, floor, sqrt

from graphwiz_trader.kernels import asking, quoting
from graphwiz_trader.kernels.arrays import Float64s, Int64s
from graphwiz_trader.kernels.depth import weighted_mid
from graphwiz_trader.kernels.driver import DECIDE
from graphwiz_trader.kernels.jit import inline, kernel
from graphwiz_trader.kernels.levels import ASK, BID
from graphwiz_trader.kernels.run import Table
from graphwiz_trader.strategies import market_making_numbers as k
from graphwiz_trader.strategies import market_making_watching as watching


@inline
def _flow(memory: Float64s, m: int) -> float:
    """Return the order-flow imbalance, 0 at first."""
    flow = memory[m + k.FLOW]
    return float(flow) if flow == flow else 0.0  # noqa: PLR0124 # NaN differs from itself


@inline
def _cost(params: Float64s, memory: Float64s, m: int, e: int, s: int, unit: float) -> float:
    """Return the least distance of a side in ticks: what a fill costs, and what it loses."""
    markout = memory[m + k.MARKOUT + s]
    loss = max(0.0, -markout) if markout == markout else 0.0  # noqa: PLR0124 # NaN differs
    return float((params[e + k.COST_BPS] + params[k.WIDEN] * loss) * unit)


@inline
def _target(
    b: Int64s, params: Float64s, memory: Float64s, numbers: Int64s, m: int, d: int, e: int
) -> float:
    """Write where to quote into `memory[k.OUT]`, and return the fair price."""
    fair = weighted_mid(b) if params[k.IS_MICRO] == 1.0 else (b[BID] + b[ASK]) / 2
    fair += _flow(memory, m) * params[k.FLOW_BPS] * abs(fair) / 1e4
    held = numbers[d + k.OWNED] / max(1.0, params[e + k.FULL])
    sigma, gamma, decay = sqrt(memory[m + k.VARIANCE]), params[k.GAMMA], params[k.DECAY]
    out = memory[m + k.OUT : m + k.OUT + 2]
    if params[k.IS_GLFT] == 1.0:
        quoting.glft(gamma, gamma, sigma, decay, params[k.RATE], 1.0, held, out)
    else:
        quoting.avellaneda_stoikov(gamma, sigma, decay, params[k.HORIZON], held, out)
    unit = abs(fair) / 1e4
    out[0] *= unit
    out[1] *= unit
    buying, selling = (
        _cost(params, memory, m, e, 0, unit),
        _cost(params, memory, m, e, 1, unit),
    )
    quoting.place(fair, buying, selling, b[BID], b[ASK], out)
    return float(fair)


@inline
def _keeps(
    b: Int64s,
    params: Float64s,
    memory: Float64s,
    numbers: Int64s,
    m: int,
    d: int,
    e: int,
    s: int,
    fair: float,
    price: int,
    now: int,
) -> bool:
    """Whether the quote stays: near its target or changed just now, and not through cost."""
    unit = abs(fair) / 1e4
    cost = _cost(params, memory, m, e, s, unit)
    works = numbers[d + k.PRICES + s]
    if s == 0:
        if works > min(floor(fair - cost + quoting.EPSILON_TICKS), b[ASK] - 1):
            return False
    elif works < max(ceil(fair + cost - quoting.EPSILON_TICKS), b[BID] + 1):
        return False
    if now - numbers[d + k.CHANGED + s] < params[k.INTERVAL]:
        return True
    return bool(abs(works - price) <= params[k.KEEP_BPS] * unit)


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
    full = int(params[e + k.FULL])
    side = 1 - 2 * s
    left = int(params[k.MAX_QUOTES]) * full - numbers[d + k.OWNED] * side
    open_lots = view[i, asking.OPEN_BUYS] + view[i, asking.OPEN_SELLS]
    held = numbers[d + k.LOTS + s] if open_lots > 0 else 0
    most = view[i, asking.MOST_BUY + s]
    if s == 0 or view[i, asking.IS_SPOT] == 0:
        most = asking.affordable(view, purse, i, price, most)
    lots = min(full, left, most + held)
    if lots < params[e + k.MIN_QTY] or float(price) * float(lots) < params[e + k.MIN_WORTH]:
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
        price = int(memory[m + k.OUT + s])
        side = 1 - 2 * s
        left = int(params[k.MAX_QUOTES]) * int(params[e + k.FULL]) - numbers[d + k.OWNED] * side
        lots = 0
        if left > 0 and -_flow(memory, m) * side < params[k.PULL]:
            working = numbers[d + k.LOTS + s]
            if working > 0 and _keeps(b, params, memory, numbers, m, d, e, s, fair, price, now):
                price = numbers[d + k.PRICES + s]
                lots = min(working, left)
            else:
                lots = _size(i, s, view, purse, params, numbers, d, e, price)
        numbers[d + k.WANT_PRICES + s] = price if lots > 0 else 0
        numbers[d + k.WANT_LOTS + s] = lots


@inline
def _is_news(view: Table, i: int, params: Float64s, numbers: Int64s, d: int, now: int) -> bool:
    """Whether what is wanted differs from what was asked for, or that is not there."""
    for s in range(2):
        if (
            numbers[d + k.PRICES + s] != numbers[d + k.WANT_PRICES + s]
            or numbers[d + k.LOTS + s] != numbers[d + k.WANT_LOTS + s]
        ):
            return True
    open_lots = view[i, asking.OPEN_BUYS] + view[i, asking.OPEN_SELLS]
    wanted = numbers[d + k.WANT_LOTS] + numbers[d + k.WANT_LOTS + 1]
    return bool(open_lots != wanted and now - numbers[d + k.ASKED] >= params[k.INTERVAL])


@inline
def _ask(numbers: Int64s, d: int, legs: Table, n: int, i: int, now: int) -> int:
    """Remember what is asked for now, and write it; return how many legs there are."""
    for s in range(2):
        if numbers[d + k.WANT_PRICES + s] != numbers[d + k.PRICES + s]:
            numbers[d + k.CHANGED + s] = now
        numbers[d + k.PRICES + s] = numbers[d + k.WANT_PRICES + s]
        numbers[d + k.LOTS + s] = numbers[d + k.WANT_LOTS + s]
        _write(legs, n + s, i, s, numbers[d + k.PRICES + s], numbers[d + k.LOTS + s])
    numbers[d + k.ASKED] = now
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
    quoting_now = numbers[d + k.LOTS] > 0 or numbers[d + k.LOTS + 1] > 0
    quoting_now |= view[i, asking.OPEN_BUYS] + view[i, asking.OPEN_SELLS] > 0
    numbers[d + k.SEEN] = 0
    numbers[d + k.HAS_MID] = 0
    for s in range(2):
        numbers[d + k.PRICES + s] = 0
        numbers[d + k.LOTS + s] = 0
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
    for at in range(int(params[k.COUNT])):
        e, m, d = k.SHARED + at * k.EACH, at * k.FLOATS, at * k.WHOLE
        i = int(params[e + k.PLACE])
        quotes = numbers[d + k.LOTS] > 0 or numbers[d + k.LOTS + 1] > 0
        usable = view[i, asking.USABLE] == 1
        if cause >= 0:
            if cause != i:
                continue
            numbers[d + k.WATCHED] = 0
        elif view[i, asking.BOOK_TS] != now and not (quotes and not usable):
            continue
        stale_at = view[i, asking.BOOK_TS] + int(params[k.MAX_AGE])
        if not usable or now >= stale_at:
            n = _pull(numbers, d, view, legs, n, i)
            continue
        b = books[i]
        watching.follow(numbers, d, view[i, asking.OWN], now)
        watching.observe(b, params, memory, numbers, m, d, now)
        watching.judge(params, memory, numbers, m, d, (b[BID] + b[ASK]) / 2, now)
        if numbers[d + k.SAMPLES] >= params[k.WARMUP]:
            _want(b, i, view, purse, params, memory, numbers, m, d, e, now)
            if _is_news(view, i, params, numbers, d, now):
                n = _ask(numbers, d, legs, n, i, now)
        quotes = numbers[d + k.LOTS] > 0 or numbers[d + k.LOTS + 1] > 0
        if quotes and numbers[d + k.WATCHED] == 0:
            numbers[d + k.WATCHED] = 1
            view[i, asking.WAKE] = stale_at
    return n
