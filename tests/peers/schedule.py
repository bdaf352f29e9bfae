"""Schedule: a strategy's kernel that makes requests which were made elsewhere, one by one."""

from collections.abc import Sequence

import numpy as np

from graphwiz_trader.domain.compiled import CompiledRule
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.kernels.arrays import Float64s, Int64s
from graphwiz_trader.kernels.asking import (
    LEG_LOTS,
    LEG_POST,
    LEG_PRICE,
    LEG_SIDE,
    OPEN_BUYS,
    WAKE,
)
from graphwiz_trader.kernels.driver import DECIDE
from graphwiz_trader.kernels.jit import kernel
from graphwiz_trader.kernels.run import Table

NEXT, WANTED, ORDER = 0, 1, 3
"""Of a rule's numbers: the next request; what is wanted of each side, and for which order."""

REQUESTS, COLUMNS = 5, 4
"""Of a rule's numbers: where the requests begin; now, order, side (0 cancels) and tick of each."""


@kernel(DECIDE)
def repeat(
    now: int,
    cause: int,  # timers only
    books: Table,  # what is wanted is known
    view: Table,
    purse: Float64s,  # it never runs out of money
    params: Float64s,  # there are none
    memory: Float64s,  # prices are whole
    numbers: Int64s,
    legs: Table,
) -> int:
    """Want what the requests of now ask for, and keep what was asked for before."""
    for s in range(2):
        if view[0, OPEN_BUYS + s] == 0:
            numbers[WANTED + s] = 0
    at = REQUESTS + numbers[NEXT] * COLUMNS
    while at < numbers.shape[0] and numbers[at] <= now:
        order, side, tick = numbers[at + 1], numbers[at + 2], numbers[at + 3]
        s = 1 if side < 0 or (side == 0 and numbers[ORDER + 1] == order) else 0
        numbers[WANTED + s] = tick
        numbers[ORDER + s] = order
        numbers[NEXT] += 1
        at += COLUMNS
    if at < numbers.shape[0]:
        view[0, WAKE] = numbers[at]
    for s in range(2):
        legs[s, :] = 0
        legs[s, LEG_SIDE] = 1 - 2 * s
        legs[s, LEG_PRICE] = numbers[WANTED + s]
        legs[s, LEG_LOTS] = 1 if numbers[WANTED + s] > 0 else 0
        legs[s, LEG_POST] = 1
    return 2


def scheduled(requests: Sequence[Sequence[int]], start: int) -> CompiledRule:
    """Return the rule that makes *requests* in a run whose first message is at *start*."""
    numbers = np.zeros(REQUESTS + len(requests) * COLUMNS, np.int64)
    numbers[REQUESTS:] = np.ravel(np.array(requests, np.int64))
    first = Nanos(int(requests[0][0]) - start)
    return CompiledRule(repeat, np.zeros(1), np.zeros(1), numbers, (), first)
