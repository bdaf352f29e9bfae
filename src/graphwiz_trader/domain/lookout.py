"""Lookout: what must show in the books before a strategy does anything."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.strategy import View
from graphwiz_trader.domain.units import InstrumentId, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import value
from graphwiz_trader.kernels.lives import UNFOLLOWED

MOST_STEPS = 4
Steps: TypeAlias = tuple[tuple[InstrumentId, Side], ...]
"""From book to book, and on which side an order takes from each."""


@value
class Lookout:
    """
    One round of prices that a strategy waits for: what taking `steps` one after the other earns.

    An edge of at most `unseen_bps` before fees is none. `factor` is what fees leave of the product
    of the prices; an edge of at most `too_little_bps` after fees is certainly not taken. Books
    count while usable, at most `max_age` old and `max_age_spread` apart.

    `is_open`: the edge is noted, so that news is only that it ends or is enough; `is_busy`: the
    latter is none, see the function of that name. `life` is what is known of how long it lasts:
    `UNFOLLOWED`, or the `phase` of a `Lives`.

    Raises:
        DomainError: there is no step, or there are more than four.
    """

    steps: Steps
    max_age: Nanos
    unseen_bps: float
    factor: float
    too_little_bps: float
    max_age_spread: Nanos = Nanos(1 << 62)
    is_open: bool = False
    is_busy: bool = False
    life: int = UNFOLLOWED

    def __attrs_post_init__(self) -> None:
        if not 1 <= len(self.steps) <= MOST_STEPS:
            raise DomainError(f"a lookout has 1 to {MOST_STEPS} steps, not {len(self.steps)}")


@runtime_checkable
class Skimmable(Protocol):
    """
    A strategy of which one can tell, from the books alone, where it would do nothing.

    Its orders only take. A backtest counts on that: nothing of it has a place in a queue, so that
    the run is its own bounds.
    """

    def lookouts(self, view: View) -> Sequence[Lookout] | None:
        """
        Return what it waits for now, None to be asked at every instant.

        Where no book of a lookout moves to what is news of it, `on_event` returns nothing at the
        end of an instant, and leaves the strategy as it is.
        """


def is_busy(strategy: StrategyId, steps: Steps, view: View, *, is_asked: bool) -> bool:
    """
    Return whether *strategy* does nothing about an edge in *steps* that is enough.

    Because its orders there are under way; or because it *is_asked*, was refused, and limits or
    balances leave nothing still, at whatever price.
    """
    if any(view.working(strategy, name) for name, _ in steps):
        return True
    lowest = Ticks(1)
    return is_asked and not all(view.room(strategy, *step, lowest) for step in steps)
