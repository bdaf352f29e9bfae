"""
EquityCurve: what a run has earned at every boundary of a grid aligned to UTC.

The grid starts at seconds and is thinned to minutes, hours, then days as the run grows, so that a
month costs no more memory than a morning.
"""

from decimal import Decimal

import attrs

from graphwiz_trader.domain.units import DAY, SECOND, Nanos
from graphwiz_trader.domain.value import value

STEPS = (SECOND, Nanos(60 * SECOND), Nanos(3600 * SECOND), DAY)
"""Each divides the next."""

LEAST_PERIODS = 30
_MOST_POINTS = 4096


@value
class EquityPoint:
    """What had been earned just before *ts*, marks included; the last point, by the end."""

    ts: Nanos
    profit: Decimal


@attrs.define
class EquityCurve:
    """
    Grows by `record`; a boundary that nothing happened at carries the last profit on.

    It begins with 0 at the boundary at or before *since*.
    """

    since: Nanos
    step: Nanos = attrs.field(init=False, default=STEPS[0])
    _profits: list[Decimal] = attrs.field(init=False, factory=lambda: [Decimal(0)])

    @property
    def due(self) -> Nanos:
        """The next boundary; call `record` once time has reached it."""
        return Nanos((self.since // self.step + len(self._profits)) * self.step)

    def record(self, now: Nanos, profit: Decimal) -> None:
        """Note that *profit* was standing at every boundary from `due` up to *now*."""
        while self._missing(now) + len(self._profits) > _MOST_POINTS and self.step < STEPS[-1]:
            coarser = STEPS[STEPS.index(self.step) + 1]
            self._profits = self._on(coarser)
            self.step = coarser
        self._profits.extend([profit] * self._missing(now))

    def points(self, end: Nanos, profit: Decimal, step: Nanos) -> tuple[EquityPoint, ...]:
        """
        Return the curve on a grid of *step*, the last, perhaps partial, period ending in *profit*.

        Args:
            end: When the run ended; boundaries up to it have been recorded.
            profit: What had been earned by then.
            step: One of `STEPS`, not finer than the curve's own.
        """
        first = self.since // step
        periods = -(-end // step) - first
        profits = self._on(step)[:periods]
        profits += [profit] * (periods + 1 - len(profits))
        return tuple(
            EquityPoint(Nanos((first + index) * step), earned)
            for index, earned in enumerate(profits)
        )

    def fitting_step(self, end: Nanos) -> Nanos:
        """Return the coarsest step that divides the run into 30 periods, or the curve's own."""
        enough = [step for step in STEPS if -(-end // step) - self.since // step >= LEAST_PERIODS]
        return max([self.step, *enough])

    def _missing(self, now: Nanos) -> int:
        return max(0, now // self.step - self.since // self.step - len(self._profits) + 1)

    def _on(self, step: Nanos) -> list[Decimal]:
        """Return the profits at the boundaries of a coarser grid."""
        ratio = step // self.step
        first = self.since // step * ratio - self.since // self.step
        return [Decimal(0), *self._profits[first + ratio :: ratio]]
