"""Happening: how recorded messages move our resting orders and fill them, compiled."""

import numpy as np

from graphwiz_trader.kernels import fronts
from graphwiz_trader.kernels import run as c
from graphwiz_trader.kernels.arrays import Int64s
from graphwiz_trader.kernels.book import change, clear, mark_horizon
from graphwiz_trader.kernels.jit import inline, outline
from graphwiz_trader.kernels.levels import BEST, HORIZON, NO_KEY, lots_at, step
from graphwiz_trader.kernels.resting import count_of, fill, gone, list_of, remove, take
from graphwiz_trader.kernels.run import Rows, Run


@inline
def _restored(run: Run, rows: Rows, b: Int64s, i: int, message: int, last: int) -> None:
    """Forget what we took of levels that *message* updated."""
    w = run.w
    start = w[c.TAKEN_AT] + i * c.MOST_TAKEN * c.TAKEN_SIZE
    kept = 0
    for j in range(run.i[i, c.TAKEN]):
        at = start + j * c.TAKEN_SIZE
        side, tick = w[at], w[at + 1]
        updated = False
        if rows.flags[message] == c.SNAPSHOT:
            updated = lots_at(b, 0 if side > 0 else 1, side * tick) != w[at + 2]
        else:
            for row in range(rows.first[message], last):
                updated |= rows.ticks[row] == tick and rows.side[row] == side
        if not updated:
            to = start + kept * c.TAKEN_SIZE
            for column in range(c.TAKEN_SIZE):
                w[to + column] = w[at + column]
            kept += 1
    run.i[i, c.TAKEN] = kept


@outline
def _made(run: Run, i: int, side: int, now: int) -> None:
    """Fill what was marked to be filled of the resting orders of *side*, in their order."""
    start = list_of(i, side)
    at = 0
    while at < run.i[i, count_of(side)]:
        k = run.w[start + at]
        qty = run.o[k, c.FILLING]
        if qty > 0:
            run.o[k, c.FILLING] = 0
            fill(run, k, now, run.o[k, c.PRICE], qty, 1)
            if run.o[k, c.V_STATUS] == c.OVER:
                remove(run, k)
                continue
        at += 1


@outline
def _after_trade(run: Run, i: int, aggressor: int, price: int, qty: int, now: int) -> None:
    """Fill what a trade fills: all of what it went through, the excess at its price."""
    side = -aggressor
    start = list_of(i, side)
    left = float(qty)
    found = False
    for j in range(run.i[i, count_of(side)]):
        k = run.w[start + j]
        leaves = run.o[k, c.LOTS] - run.o[k, c.V_CUM]
        ahead = side * (run.o[k, c.PRICE] - price)
        filled = 0
        if ahead > 0:
            filled = leaves
        elif ahead == 0:
            fronts.trade(run, k, left, now)
            filled = min(fronts.excess(run, k), leaves)
            if filled > 0:
                run.p[k, c.FRONT] = max(run.p[k, c.FRONT], 0.0)
                # What we got did not reach those behind us.
                left -= filled
        run.o[k, c.FILLING] = filled
        found |= filled > 0
    if found:
        _made(run, i, side, now)


@outline
def _after_change(run: Run, b: Int64s, i: int, side: int) -> None:
    """Mark what opposite levels at or through our prices fill, less what we took."""
    start = list_of(i, side)
    other = 1 if side > 0 else 0
    for j in range(run.i[i, count_of(side)]):
        k = run.w[start + j]
        wanted = run.o[k, c.LOTS] - run.o[k, c.V_CUM]
        price = run.o[k, c.PRICE]
        got, rank, key = 0, 0, NO_KEY
        while got < wanted:
            key = step(b, other, rank, key)
            tick = -side * key
            if key == NO_KEY or side * (price - tick) < 0:
                break
            left = lots_at(b, other, key) - gone(run, i, -side, tick)
            if left > 0:
                taken = min(left, wanted - got)
                take(run, b, i, -side, tick, taken)
                got += taken
            rank += 1
        run.o[k, c.FILLING] = got


@inline
def _is_told(rows: Rows, b: Int64s, message: int, last: int, side: int, tick: int) -> bool:
    """Whether *message*, just applied, says how much is at *tick* of *side* now."""
    if rows.flags[message] == c.SNAPSHOT:
        horizon = b[HORIZON + (0 if side > 0 else 1)]
        return bool(horizon != NO_KEY and side * tick >= horizon)
    for row in range(rows.first[message], last):  # kernels have no generators
        if rows.ticks[row] == tick and rows.side[row] == side:
            return True
    return False


@inline
def _queued(run: Run, rows: Rows, b: Int64s, i: int, message: int, last: int, now: int) -> None:
    """Move the queues of our levels that *message* tells of."""
    for s in range(2):
        side = 1 - 2 * s
        start = list_of(i, side)
        for j in range(run.i[i, c.BIDS + s]):
            k = run.w[start + j]
            tick = run.o[k, c.PRICE]
            after = lots_at(b, s, side * tick)
            if fronts.is_idle(run, k, after) and rows.flags[message] != c.SNAPSHOT:
                continue
            if _is_told(rows, b, message, last, side, tick):
                fronts.change(run, k, float(run.o[k, c.SHOWN]), float(after), now)
                run.o[k, c.SHOWN] = after
            elif rows.flags[message] == c.SNAPSHOT:
                run.o[k, c.SHOWN] = after


@inline
def _reached(run: Run, b: Int64s, i: int) -> bool:
    """Whether an opposite level is at or through the best of our prices."""
    bid, ask = run.i[i, c.HIGH_BID], run.i[i, c.HIGH_ASK]
    return bool(bid + b[BEST + 1] >= 0 or ask + b[BEST] >= 0)


@inline
def happen(run: Run, rows: Rows, b: Int64s, i: int, message: int, last: int) -> None:
    """Let recorded *message*, whose rows end before *last*, happen at instrument *i*'s venue."""
    numbers, here = run.i, np.uint64(message)
    first, flag = rows.first[here], rows.flags[here]
    if flag == c.TRADE:
        row = np.uint64(first)
        aggressor, tick = int(rows.side[row]), rows.ticks[row]
        best = numbers[i, c.HIGH_ASK] if aggressor > 0 else numbers[i, c.HIGH_BID]
        if best != -c.NEVER and -aggressor * tick <= best:
            _after_trade(run, i, aggressor, tick, rows.lots[row], rows.at[here])
        return
    if flag == c.SNAPSHOT:
        clear(b)
        numbers[i, c.BEGUN] = 1
    touched = change(
        b,
        rows.side,
        rows.ticks,
        rows.lots,
        first,
        last,
        numbers[i, c.LOW_BID],
        numbers[i, c.HIGH_BID],
        numbers[i, c.LOW_ASK],
        numbers[i, c.HIGH_ASK],
    )
    if flag == c.SNAPSHOT:
        mark_horizon(b)
    if numbers[i, c.TAKEN] > 0:
        _restored(run, rows, b, i, message, last)
    if flag == c.SNAPSHOT or touched > 0:
        _queued(run, rows, b, i, message, last, rows.at[message])
    if _reached(run, b, i):
        _crossed(run, b, i, rows.at[message])


@outline
def _crossed(run: Run, b: Int64s, i: int, now: int) -> None:
    """Fill what opposite levels reach: first what each side gets, then all of it."""
    for s in range(2):
        _after_change(run, b, i, 1 - 2 * s)
    for s in range(2):
        _made(run, i, 1 - 2 * s, now)
