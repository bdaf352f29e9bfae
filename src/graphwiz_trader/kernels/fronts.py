"""Fronts: how many lots are ahead of a resting order, as `simulation.queue` judges it, compiled."""

from math import log1p

from graphwiz_trader.kernels.jit import inline
from graphwiz_trader.kernels.run import (
    CREDIT,
    CREDIT_UNTIL,
    FRONT,
    HAS_CREDIT,
    POWER,
    QUEUE,
    SEEN_TRADED,
    SHOWN,
    UNEXPLAINED,
    Run,
)

RISK_AVERSE, POW, POW_2, POW_3, LOG, LOG_2, FIRST, LAST = 0, 1, 2, 3, 4, 5, 6, 7
"""Models, by the numbers `Run.w[QUEUE]` holds; the exponent is `Run.f[POWER]`."""

NOBODY = -1.0
EVERYBODY = 1e18
"""Lots ahead of us where we are always last: no trade at our price reaches us."""


@inline
def begin(run: Run, k: int, ahead: float) -> None:
    """Order *k* joins behind *ahead* lots, or before or behind them all."""
    model = run.w[QUEUE]
    if model == FIRST:
        ahead = 0.0
    elif model == LAST:
        ahead = EVERYBODY
    run.p[k, FRONT] = ahead


@inline
def _shape(model: int, power: float, x: float) -> float:
    return log1p(x) if model in (LOG, LOG_2) else x**power


@inline
def _behind(model: int, power: float, a: float, b: float) -> float:
    """Return the share of a decrease that is behind us, `NOBODY` where there is nobody."""
    if model == POW_3:
        return 1.0 - _shape(model, power, a / (a + b)) if a + b > 0.0 else NOBODY
    if model in (POW_2, LOG_2):
        both = _shape(model, power, a + b)
    else:
        both = _shape(model, power, b) + _shape(model, power, a)
    return _shape(model, power, b) / both if both > 0.0 else NOBODY


@inline
def trade(run: Run, k: int, qty: float, ts: int) -> None:
    """*qty* lots traded at order *k*'s price."""
    p = run.p
    explained = 0.0
    if ts < run.o[k, CREDIT_UNTIL]:
        explained = min(qty, p[k, UNEXPLAINED])
        p[k, UNEXPLAINED] -= explained
    credited = min(explained, p[k, HAS_CREDIT])
    p[k, HAS_CREDIT] -= credited
    p[k, SEEN_TRADED] += qty - explained
    p[k, FRONT] -= qty - credited


@inline
def _judged(run: Run, k: int, before: float, after: float, decrease: float) -> float:
    model = run.w[QUEUE]
    front = run.p[k, FRONT]
    if model == RISK_AVERSE or decrease < 0.0:
        return float(min(front, after))
    back = before - front
    share = _behind(model, run.f[POWER], max(front, 0.0), max(back, 0.0))
    if share == NOBODY:
        return after
    ahead = front - (1.0 - share) * decrease + min(back - share * decrease, 0.0)
    return float(min(ahead, after))


@inline
def change(run: Run, k: int, before: float, after: float, ts: int) -> None:
    """Order *k*'s level went from *before* to *after* lots."""
    p = run.p
    if run.w[QUEUE] >= FIRST:
        return
    decrease = before - after - p[k, SEEN_TRADED]
    p[k, SEEN_TRADED] = 0.0
    ahead = p[k, FRONT]
    p[k, FRONT] = _judged(run, k, before, after, decrease)
    if run.w[CREDIT] <= 0 or decrease <= 0.0:
        return
    if ts >= run.o[k, CREDIT_UNTIL]:
        p[k, HAS_CREDIT] = 0.0
        p[k, UNEXPLAINED] = 0.0
    run.o[k, CREDIT_UNTIL] = ts + run.w[CREDIT]
    p[k, UNEXPLAINED] += decrease
    p[k, HAS_CREDIT] += max(ahead - p[k, FRONT], 0.0)


@inline
def is_idle(run: Run, k: int, after: int) -> bool:
    """Whether being told that order *k*'s level is at *after* lots would change nothing."""
    same = after == run.o[k, SHOWN] and run.p[k, SEEN_TRADED] == 0.0
    return bool(same and run.w[QUEUE] == RISK_AVERSE)


@inline
def excess(run: Run, k: int) -> int:
    """Return how many whole lots have traded beyond the queue, half a lot counting as one."""
    front = run.p[k, FRONT]
    return int(0.5 - front) if front < 0.0 else 0
