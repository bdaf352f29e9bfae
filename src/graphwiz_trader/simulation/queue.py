"""
Queue: how many lots are ahead of a resting order of ours.

Levels and trades do not tell whether a decrease was ahead of us or behind; a `QueueModel` guesses.
Where a recording tells orders one by one, `l3_fifo` need not (`simulation.order_lines`).

Sources: E. Rigtorp, "Estimating order queue position", 2013; hftbacktest's documentation, page
"Order Fill", for the names and variants.
"""

from collections.abc import Callable
from math import log1p
from typing import TypeAlias

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.order_rows import L3_FIFO
from graphwiz_trader.domain.units import MILLISECOND, Nanos
from graphwiz_trader.domain.value import value

CREDIT_WINDOW = Nanos(10 * MILLISECOND)
"""How long after a level shrank a trade is taken for the cause of it."""

FIRST, LAST = "first", "last"
"""Models that no venue keeps, between which every other lies: always first, always last."""

EVERYBODY = 1e18
"""Lots ahead of who is always last: no trade at that price reaches them."""

Behind: TypeAlias = Callable[[float, float], float | None]
"""From lots ahead and behind: how much of a decrease is behind us, None where there is nobody."""


@value
class QueueModel:
    """
    A way of judging the queue.

    `behind` is None for the risk-averse: every decrease is behind us until the level is
    smaller than the queue we know of.
    `credit_window` is how long a decrease is remembered: feeds may tell a level's decrease before
    the trade that made it, which must not count twice. 0 never gives credit.
    `ahead` is how many lots are ahead of whoever joins, whatever the level shows then and later;
    None where the level tells.
    `by_order`: nobody guesses, since the recording tells orders; nothing is ahead of us whenever a
    trade met an order behind us, and else no trade at our price reaches us.
    """

    name: str
    behind: Behind | None
    credit_window: Nanos = CREDIT_WINDOW
    ahead: float | None = None
    by_order: bool = False


def queue_model(name: str, credit_window: Nanos = CREDIT_WINDOW) -> QueueModel:
    """
    Return the model called *name*.

    With a lots ahead and b behind, the share of a decrease that is behind us is

    - `risk_averse`: all of it;
    - `log`, `powN`: f(b) / (f(b) + f(a)) for f = ln(1 + x), xᴺ (N any positive number);
    - `log-2`, `powN-2`: f(b) / f(a + b);
    - `powN-3`: 1 − f(a / (a + b)).

    `first` and `last` do not judge: nobody is ahead of an order of ours, or everybody. Nor does
    `l3_fifo`, which needs a recording of orders.

    Raises:
        DomainError: there is no model of that name.
    """
    if name == "risk_averse":
        return QueueModel(name, None, credit_window)
    if name in (FIRST, LAST):
        return QueueModel(name, None, Nanos(0), 0.0 if name == FIRST else EVERYBODY)
    if name == L3_FIFO:
        return QueueModel(name, None, Nanos(0), 0.0, by_order=True)
    family, _, variant = name.partition("-")
    shape = log1p if family == "log" else _power(name, family)
    # ln(1 + 1) is not 1: with a logarithm the third variant is no share.
    known = {"": _weighed, "2": _whole} | ({} if family == "log" else {"3": _remaining})
    if variant not in known or name.endswith("-"):
        raise _unknown(name)
    return QueueModel(name, known[variant](shape), credit_window)


class Place:
    """
    Where one resting order of ours stands.

    Attributes:
        front: Lots ahead of us; below 0, what has traded beyond them and is ours.
        number: Drawn in a line of orders; trades with higher ones reach us. 0 without lines.
    """

    def __init__(self, model: QueueModel, front: float) -> None:
        self.model = model
        self.front = front
        self.number = 0
        self._traded = 0.0
        self._credit = 0.0
        self._unexplained = 0.0
        self._credit_until = 0

    def trade(self, qty: float, ts: int) -> None:
        """*qty* lots of the level traded at *ts*."""
        explained = 0.0
        if ts < self._credit_until:
            explained = min(qty, self._unexplained)
            self._unexplained -= explained
        credited = min(explained, self._credit)
        self._credit -= credited
        self._traded += qty - explained
        self.front -= qty - credited

    def change(self, before: float, after: float, ts: int) -> None:
        """Take in that the level went from *before* to *after* lots at *ts*."""
        if self.model.ahead is not None:
            return
        decrease = before - after - self._traded
        self._traded = 0.0
        ahead = self.front
        self.front = self._judged(before, after, decrease)
        if self.model.credit_window <= 0 or decrease <= 0:
            return
        if ts >= self._credit_until:
            self._credit = self._unexplained = 0.0
        self._credit_until = ts + self.model.credit_window
        self._unexplained += decrease
        self._credit += max(ahead - self.front, 0.0)

    def excess(self) -> int:
        """Return how many whole lots have traded beyond the queue, half a lot counting as one."""
        return int(0.5 - self.front) if self.front < 0 else 0

    def settle(self) -> None:
        """Note that the excess was filled: nobody is ahead of what is left."""
        self.front = max(self.front, 0.0)

    def _judged(self, before: float, after: float, decrease: float) -> float:
        model = self.model.behind
        if model is None or decrease < 0:
            return min(self.front, after)
        back = before - self.front
        share = model(max(self.front, 0.0), max(back, 0.0))
        if share is None:
            return after
        ahead = self.front - (1.0 - share) * decrease + min(back - share * decrease, 0.0)
        return min(ahead, after)


def _power(name: str, family: str) -> Callable[[float], float]:
    try:
        exponent = float(family.removeprefix("pow")) if family.startswith("pow") else 0.0
    except ValueError:
        exponent = 0.0
    if not 0.0 < exponent < 100.0:
        raise _unknown(name)
    return lambda x: float(x**exponent)


def _unknown(name: str) -> DomainError:
    return DomainError(
        f"queue model {name!r}; expected risk_averse, log, log-2, powN, powN-2, powN-3 or {L3_FIFO}"
    )


def _weighed(shape: Callable[[float], float]) -> Behind:
    def behind(a: float, b: float) -> float | None:
        both = shape(b) + shape(a)
        return shape(b) / both if both > 0.0 else None

    return behind


def _whole(shape: Callable[[float], float]) -> Behind:
    def behind(a: float, b: float) -> float | None:
        both = shape(a + b)
        return shape(b) / both if both > 0.0 else None

    return behind


def _remaining(shape: Callable[[float], float]) -> Behind:
    def behind(a: float, b: float) -> float | None:
        return 1.0 - shape(a / (a + b)) if a + b > 0.0 else None

    return behind
