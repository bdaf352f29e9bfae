"""
Gates: the pre-trade controls of `domain.rules`, compiled, in their order.

Two sums of money that floats cannot tell apart stop the run with `CLOSE_CALL`: the reference
engine, which is exact, decides then.
"""

from graphwiz_trader.kernels import run as c
from graphwiz_trader.kernels.arrays import Int64s
from graphwiz_trader.kernels.arrivals import is_near
from graphwiz_trader.kernels.jit import inline, outline
from graphwiz_trader.kernels.levels import ASK, BEST, BID, NO_KEY
from graphwiz_trader.kernels.run import Run

PASSED = 0
REASONS = (
    "",
    "BELOW_MIN",
    "ABOVE_MAX",
    "MIN_NOTIONAL",
    "DUPLICATE_INTENT",
    "IDENTICAL_ORDERS",
    "ORDER_QTY",
    "ORDER_NOTIONAL",
    "PRICE_COLLAR",
    "BOOK_UNUSABLE",
    "BOOK_STALE",
    "BALANCE",
    "POSITION",
    "ASSET_EXPOSURE",
    "EXPOSURE",
    "OPEN_ORDERS",
    "ORDER_RATE",
    "ORDER_TO_TRADE",
    "SELF_MATCH",
    "SIZE_CAP",
)
"""Names of the reasons that `admit` answers with, as `domain.signal.Reason` spells them."""

BELOW_MIN, ABOVE_MAX, MIN_NOTIONAL, DUPLICATE_INTENT, IDENTICAL_ORDERS = 1, 2, 3, 4, 5
ORDER_QTY, ORDER_NOTIONAL, PRICE_COLLAR, BOOK_UNUSABLE, BOOK_STALE = 6, 7, 8, 9, 10
BALANCE, POSITION, ASSET_EXPOSURE, EXPOSURE, OPEN_ORDERS = 11, 12, 13, 14, 15
ORDER_RATE, ORDER_TO_TRADE, SELF_MATCH, SIZE_CAP = 16, 17, 18, 19
SECOND = 1_000_000_000


@inline
def is_two_sided(b: Int64s) -> bool:
    """Whether there is a bid and an ask."""
    return bool(b[BEST] != NO_KEY and b[BEST + 1] != NO_KEY)


@inline
def is_usable(run: Run, i: int) -> bool:
    """Whether a strategy may act on the book of instrument *i* as we know it."""
    b = run.lb[i]
    return bool(run.i[i, c.SYNCED] == 1 and is_two_sided(b) and b[BEST] <= -b[BEST + 1])


@inline
def free_cash(run: Run, venue: int) -> float:
    """Return what of the quote asset at *venue* no order of ours holds, as we know it."""
    numbers, x = run.i, run.x
    free = run.f[c.CASH + venue]
    for j in range(run.w[c.INSTRUMENTS]):
        if numbers[j, c.VENUE] == venue:
            owed = float(numbers[j, c.RESERVED]) * run.f[c.WITH_FEE]
            free -= (float(numbers[j, c.SPENT]) + owed) * x[j, c.UNIT] + x[j, c.FEES]
    return float(free)


@inline
def asset_worst(run: Run, i: int, side: int) -> int:
    """Return what instrument *i*'s asset adds up to if all orders on *side* filled, in units."""
    numbers = run.i
    worst = 0
    column = c.BUYS if side > 0 else c.SELLS
    for j in range(run.w[c.INSTRUMENTS]):
        if numbers[j, c.ASSET] == numbers[i, c.ASSET]:
            worst += (numbers[j, c.HELD] * side + numbers[j, column]) * numbers[j, c.UNITS]
    return int(worst)


@inline
def in_last_second(run: Run, head: int, tail: int, start: int, size: int) -> int:
    """Return how many of a ring are less than a second old; forget the others."""
    w = run.w
    at = w[head]
    while at < w[tail] and w[c.NOW] - w[start + (at & (c.SENT_RING - 1)) * size] >= SECOND:
        at += 1
    w[head] = at
    return int(w[tail] - at)


@inline
def _alike(run: Run, i: int, side: int, price: int, lots: int) -> int:
    """Return how many orders just like this one were sent in the last second."""
    w = run.w
    in_last_second(run, c.SENT_HEAD, c.SENT_TAIL, c.SENT, c.SENT_SIZE)
    seen = 0
    for at in range(w[c.SENT_HEAD], w[c.SENT_TAIL]):
        row = c.SENT + (at & (c.SENT_RING - 1)) * c.SENT_SIZE
        if w[row + 3] == price and w[row + 2] == side and w[row + 1] == i and w[row + 4] == lots:
            seen += 1
    return seen


@inline
def _has_twin(run: Run, i: int, side: int, price: int, lots: int, old: int) -> bool:
    """Whether the same order is on its way, unanswered."""
    o = run.o
    for at in range(run.w[c.LIVE]):
        k = run.w[c.WORKS + at]
        if (
            o[k, c.INSTRUMENT] == i
            and o[k, c.SEEN] == 0
            and o[k, c.PRICE] == price
            and o[k, c.LOTS] == lots
            and o[k, c.SIDE] == side
            and k != old
        ):
            return True
    return False


@inline
def _matches_ours(run: Run, i: int, side: int, price: int) -> bool:
    """Whether a live order of ours is in reach."""
    o = run.o
    for at in range(run.w[c.LIVE]):
        k = run.w[c.WORKS + at]
        if (
            o[k, c.INSTRUMENT] == i
            and o[k, c.SIDE] != side
            and o[k, c.TIF] == c.GTC
            and (price - o[k, c.PRICE]) * side >= 0
        ):
            return True
    return False


@inline
def _is_far(run: Run, i: int, side: int, price: int) -> bool:
    """Whether the price is on the paying side of our own or of other venues' mid, too far."""
    b, collar = run.lb[i], run.f[c.COLLAR]
    if not is_two_sided(b):
        return False
    mid = (b[BID] + b[ASK]) / 2
    if (price - mid) * side / abs(mid) * 1e4 > collar:
        return True
    total, others = 0.0, 0
    for j in range(run.w[c.INSTRUMENTS]):
        if j != i and run.i[j, c.ELSEWHERE] == run.i[i, c.ELSEWHERE] and is_usable(run, j):
            other = run.lb[j]
            total += (other[BID] + other[ASK]) / 2 * run.x[j, c.TICK]
            others += 1
    if others == 0:
        return False
    mid = total / others
    return bool((price * run.x[i, c.TICK] - mid) * side / abs(mid) * 1e4 > collar)


@inline
def exposure(run: Run) -> float:
    """Return the gross worst-case exposure everywhere."""
    numbers = run.i
    total = 0.0
    for j in range(run.w[c.INSTRUMENTS]):
        held = numbers[j, c.HELD]
        worst = max(abs(held + numbers[j, c.BUYS]), abs(held - numbers[j, c.SELLS]))
        if worst == 0:
            continue
        b = run.lb[j]
        if not is_two_sided(b):
            run.w[c.STOP] = c.ONE_SIDED
            continue
        price = abs((b[BID] + b[ASK]) / 2) * run.x[j, c.TICK]
        total += price * run.x[j, c.CONTRACT] * worst
    return total


@inline
def _is_above(run: Run, value: float, most: float) -> bool:
    """Whether *value* is more than *most*; stops the run when that is too close to tell."""
    if is_near(value, most):
        run.w[c.STOP] = c.CLOSE_CALL
    return value > most


@inline
def _taken(run: Run, i: int, side: int, price: int, lots: int, old: int) -> int:
    """The rules of what the venue takes, and of twins."""
    numbers, w = run.i, run.w
    if lots < numbers[i, c.MIN_QTY] or lots <= 0:
        return BELOW_MIN
    if lots > numbers[i, c.MAX_QTY]:
        return ABOVE_MAX
    if float(price) * float(lots) < run.x[i, c.MIN_WORTH]:
        return MIN_NOTIONAL
    if _has_twin(run, i, side, price, lots, old):
        return DUPLICATE_INTENT
    return IDENTICAL_ORDERS if _alike(run, i, side, price, lots) >= w[c.MAX_ALIKE] else PASSED


@inline
def _sized(run: Run, i: int, side: int, price: int, lots: int, intent: int) -> int:
    """The rules of size, price and the book."""
    numbers, w = run.i, run.w
    product = float(price) * float(lots)
    if intent != c.EXIT:
        if lots > numbers[i, c.ORDER_LOTS]:
            return ORDER_QTY
        if _is_above(run, abs(product) * run.x[i, c.UNIT], run.f[c.MAX_NOTIONAL]):
            return ORDER_NOTIONAL
    if _is_far(run, i, side, price):
        return PRICE_COLLAR
    if not is_usable(run, i):
        return BOOK_UNUSABLE
    if w[c.NOW] - numbers[i, c.BOOK_TS] > w[c.MAX_AGE]:
        return BOOK_STALE
    return PASSED


@inline
def _funded(run: Run, i: int, side: int, price: int, lots: int, intent: int) -> int:
    """The rules of balances, positions and exposure."""
    numbers = run.i
    if numbers[i, c.IS_SPOT] == 1 and side < 0:
        if lots > numbers[i, c.BASE] + numbers[i, c.HELD] - numbers[i, c.BASE_HELD]:
            return BALANCE
    elif numbers[i, c.IS_SPOT] == 1 or intent != c.EXIT:
        one = run.x[i, c.UNIT] * run.f[c.WITH_FEE]
        if _is_above(run, float(price) * lots * one, free_cash(run, numbers[i, c.VENUE])):
            return BALANCE
    if intent == c.EXIT:
        return PASSED
    held, buys, sells = numbers[i, c.HELD], numbers[i, c.BUYS], numbers[i, c.SELLS]
    on_side = buys if side > 0 else sells
    if held * side + on_side + lots > numbers[i, c.LIMIT]:
        return POSITION
    if asset_worst(run, i, side) + lots * numbers[i, c.UNITS] > numbers[i, c.LIMIT_UNITS]:
        return ASSET_EXPOSURE
    before = max(abs(held + buys), abs(held - sells))
    after = max(abs(held + buys + lots), abs(held - sells))
    if side < 0:
        after = max(abs(held + buys), abs(held - sells - lots))
    value = abs(float(price) * float(lots)) * run.x[i, c.UNIT]
    total = exposure(run) + value * (after - before) / lots
    return EXPOSURE if _is_above(run, total, run.f[c.MAX_EXPOSURE]) else PASSED


@inline
def _paced(run: Run) -> int:
    """The rules of how many orders, and how often."""
    w = run.w
    if w[c.LIVE] >= w[c.MAX_OPEN]:
        return OPEN_ORDERS
    sent = in_last_second(run, c.SENT_HEAD, c.SENT_TAIL, c.SENT, c.SENT_SIZE)
    if sent >= w[c.MAX_SENT]:
        return ORDER_RATE
    canceled = in_last_second(run, c.CANCELED_HEAD, c.CANCELED_TAIL, c.CANCELED, 1)
    if canceled > w[c.MAX_CANCELED]:
        return ORDER_RATE
    if w[c.SUBMITTED] / max(1, w[c.FILLS]) > w[c.MAX_PER_FILL]:
        return ORDER_TO_TRADE
    return PASSED


@outline
def admit(run: Run, i: int, side: int, price: int, lots: int, old: int, intent: int) -> int:
    """
    Return why an order is refused, `PASSED` if it is not.

    *old* is the order it replaces, −1 for none. Losses never refuse here: a run that comes near
    their limits stops. What only reduces a position is asked for no size, position or pace.
    """
    why = _taken(run, i, side, price, lots, old)
    if why == PASSED:
        why = _sized(run, i, side, price, lots, intent)
    if why == PASSED:
        why = _funded(run, i, side, price, lots, intent)
    if why == PASSED and intent != c.EXIT:
        why = _paced(run)
    if why == PASSED and _matches_ours(run, i, side, price):
        why = SELF_MATCH
    if why == PASSED and intent != c.EXIT:
        value = abs(float(price) * float(lots)) * run.x[i, c.UNIT]
        if _is_above(run, value, run.f[c.SIZE_CAP]):
            why = SIZE_CAP
    return why
