"""
Acting: what a strategy takes and leaves becomes orders, compiled.

Each leg is a signal of its own. A TAKE is sized by what limits and money leave, as
`domain.risk.RiskPolicy.review` does; an EXIT closes at most what is held, as `engine.planner` does.
"""

from graphwiz_trader.kernels import asking, gates
from graphwiz_trader.kernels import run as c
from graphwiz_trader.kernels.arrays import Int64s
from graphwiz_trader.kernels.asking import LEG_INSTRUMENT, LEG_KIND, LEG_LOTS, LEG_PRICE, LEG_SIDE
from graphwiz_trader.kernels.jit import inline, outline
from graphwiz_trader.kernels.run import Run, Table


@inline
def _within(run: Run, i: int, side: int, price: int, lots: int) -> int:
    """Return how many of *lots* limits, balances and order size leave."""
    wanted = min(lots, asking.room(run, i, side))
    if side < 0 and run.i[i, c.IS_SPOT] == 1:
        return int(wanted)
    cash = gates.free_cash(run, run.i[i, c.VENUE]) / (run.x[i, c.UNIT] * run.f[c.WITH_FEE])
    paid, is_close = asking.payable(cash, price, wanted)
    if is_close:
        run.w[c.STOP] = c.CLOSE_CALL
    return int(paid)


@inline
def _why_no_room(run: Run, i: int, side: int, price: int) -> int:
    """Return which rule refuses the least order there is."""
    least = max(1, run.i[i, c.MIN_QTY])
    if price > 0:
        least = max(least, -(-int(run.x[i, c.MIN_WORTH]) // price))
    why = gates.admit(run, i, side, price, least, -1, c.TAKE)
    return gates.BELOW_MIN if why == gates.PASSED else why


@outline
def _take(run: Run, leg: Int64s) -> None:
    """Take what *leg* names, or as much of it as may be."""
    i, side, price, lots = leg[LEG_INSTRUMENT], leg[LEG_SIDE], leg[LEG_PRICE], leg[LEG_LOTS]
    why = gates.BELOW_MIN
    if lots > 0:
        lots = _within(run, i, side, price, lots)
        if lots > 0:
            leg[LEG_LOTS] = lots
            asking.send(run, leg, -1)
            return
        why = _why_no_room(run, i, side, price)
    run.w[c.DENIED + why] += 1


@outline
def _leave(run: Run, leg: Int64s) -> None:
    """Close what is held and not being closed yet, at most the lots of *leg*."""
    numbers, i = run.i, leg[LEG_INSTRUMENT]
    held = numbers[i, c.HELD]
    if held * leg[LEG_SIDE] >= 0:
        return
    closable = abs(held) - numbers[i, c.BUYS] - numbers[i, c.SELLS]
    leg[LEG_LOTS] = min(leg[LEG_LOTS], max(0, closable))
    if leg[LEG_LOTS] > 0:
        asking.send(run, leg, -1)


@outline
def act(run: Run, legs: Table, n: int) -> None:
    """Carry out *n* legs, none of them a quote, in their order."""
    for j in range(n):
        if legs[j, LEG_KIND] == c.TAKE:
            _take(run, legs[j])
        else:
            _leave(run, legs[j])
