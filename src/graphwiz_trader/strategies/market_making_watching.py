"""What market making's kernel remembers of a book and of its own fills."""

from graphwiz_trader.kernels import stats
from graphwiz_trader.kernels.arrays import Float64s, Int64s
from graphwiz_trader.kernels.fair import order_flow
from graphwiz_trader.kernels.jit import inline
from graphwiz_trader.kernels.levels import ASK, ASK_LOTS, BID, BID_LOTS
from graphwiz_trader.strategies import market_making_numbers as k

SECOND = 1_000_000_000


@inline
def _sample(
    params: Float64s, memory: Float64s, numbers: Int64s, m: int, d: int, mid: float, now: int
) -> None:
    """Take a grid of mids into the volatility, as `Pulse` does."""
    last, then = 0.0, 0
    if numbers[d + k.HAS_MID] == 1:
        last, then = memory[m + k.MID], numbers[d + k.MID_AT]
        if now - then < params[k.GRID]:
            return
    memory[m + k.MID] = mid
    numbers[d + k.HAS_MID] = 1
    numbers[d + k.MID_AT] = now
    if last != 0.0:
        elapsed = (now - then) / SECOND
        moved = (mid - last) / abs(last) * 1e4
        memory[m + k.VARIANCE] = stats.ewma(
            memory[m + k.VARIANCE], moved * moved / elapsed, elapsed, params[k.SIGMA_LIFE]
        )
        numbers[d + k.SAMPLES] += 1


@inline
def observe(
    b: Int64s, params: Float64s, memory: Float64s, numbers: Int64s, m: int, d: int, now: int
) -> None:
    """Take in a two-sided book, as `Pulse.observe` does."""
    bid, bids, ask, asks = b[BID], b[BID_LOTS], b[ASK], b[ASK_LOTS]
    if numbers[d + k.SEEN] == 1:
        t = d + k.TOUCH
        flow = order_flow(
            numbers[t], numbers[t + 1], numbers[t + 2], numbers[t + 3], bid, bids, ask, asks
        )
        share = flow / (numbers[t + 1] + numbers[t + 3] + bids + asks)
        elapsed = (now - numbers[d + k.SEEN_AT]) / SECOND
        memory[m + k.FLOW] = stats.ewma(memory[m + k.FLOW], share, elapsed, params[k.FLOW_LIFE])
    numbers[d + k.SEEN] = 1
    numbers[d + k.TOUCH] = bid
    numbers[d + k.TOUCH + 1] = bids
    numbers[d + k.TOUCH + 2] = ask
    numbers[d + k.TOUCH + 3] = asks
    numbers[d + k.SEEN_AT] = now
    _sample(params, memory, numbers, m, d, (bid + ask) / 2, now)


@inline
def follow(numbers: Int64s, d: int, own: int, now: int) -> None:
    """Take what filled off the quote that filled, and watch what the mid does to it."""
    change = own - numbers[d + k.OWNED]
    numbers[d + k.OWNED] = own
    s = 0 if change > 0 else 1
    if change != 0 and numbers[d + k.LOTS + s] > 0:
        if numbers[d + k.FILLED_AT + s] == 0:
            numbers[d + k.FILLED_AT + s] = now
            numbers[d + k.FILLED_PRICE + s] = numbers[d + k.PRICES + s]
        left = numbers[d + k.LOTS + s] - abs(change)
        if left > 0:
            numbers[d + k.LOTS + s] = left
        else:
            numbers[d + k.LOTS + s] = 0
            numbers[d + k.PRICES + s] = 0


@inline
def judge(
    params: Float64s, memory: Float64s, numbers: Int64s, m: int, d: int, mid: float, now: int
) -> None:
    """Judge what filled a second ago or more, as `Aftermath.look` does."""
    for s in range(2):
        then, price = numbers[d + k.FILLED_AT + s], numbers[d + k.FILLED_PRICE + s]
        if then == 0 or now - then < SECOND:
            continue
        markout = (mid - price) * (1 - 2 * s) / abs(price) * 1e4
        elapsed = (now - numbers[d + k.JUDGED_AT + s]) / SECOND
        memory[m + k.MARKOUT + s] = stats.ewma(
            memory[m + k.MARKOUT + s], markout, elapsed, params[k.WIDEN_LIFE]
        )
        numbers[d + k.FILLED_AT + s] = 0
        numbers[d + k.JUDGED_AT + s] = now
