"""WalkForward: parameters chosen on one stretch of time, proven on the next, again and again."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import attrs
import numpy as np

from graphwiz_trader.application.sweep import Job, Sweep, Swept, Work, intervals
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.folds import walk_forward
from graphwiz_trader.domain.resampling import Interval
from graphwiz_trader.domain.sharpe import moments
from graphwiz_trader.domain.trial import Trial
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.value import value

MakeSweep = Callable[[Mapping[str, str]], Sweep]
"""Makes the sweep of a plan."""


@value
class Step:
    """One fold: what was chosen on `train`, by what it showed there, and what it did on `test`."""

    train: tuple[Nanos, Nanos]
    test: tuple[Nanos, Nanos]
    chosen: Trial
    proven: Trial
    trials: int


@value
class Walked:
    """
    A finished walk.

    `efficiency`: the Sharpe ratio out of sample over the mean of those in sample, None where
    either has no meaning; `net` and intervals are out of sample.
    """

    steps: tuple[Step, ...]
    net: Decimal
    sharpe: float | None
    efficiency: float | None
    intervals: Mapping[str, Interval]


@attrs.define
class WalkForward:
    """
    Sweeps every training stretch and runs its best once on the stretch after it.

    Between them an embargo is left out, so that no position and no window reaches across.
    """

    sweeps: MakeSweep
    work: Work
    plan: Mapping[str, str]

    def run(
        self,
        period: tuple[Nanos, Nanos],
        folds: int,
        embargo: Nanos,
        progress: Callable[[float], None],
        *,
        anchored: bool = False,
    ) -> Walked:
        """
        Walk over *period*, from its first instant up to its last.

        Raises:
            DomainError: *folds* and *embargo* leave nothing to learn from.
            DataError: no trial of a fold came to its end.
        """
        steps: list[Step] = []
        start, end = period
        part = (end - start) // (folds + 1)
        if part <= embargo:
            raise DomainError(
                f"found {folds} folds of {part / SECOND:g} s with an embargo of"
                f" {embargo / SECOND:g} s, which leaves nothing to learn from; expected fewer"
                " folds or a shorter embargo"
            )
        for fold in walk_forward(end - start, folds, embargo, anchored=anchored):
            train = _moved(fold.train[0], start)
            test = _moved(fold.test, start)
            swept = self.sweeps(_within(self.plan, train)).run(_nothing)
            steps.append(self._step(train, test, swept))
            progress(len(steps) / folds)
        return _walked(tuple(steps))

    def _step(self, train: tuple[Nanos, Nanos], test: tuple[Nanos, Nanos], swept: Swept) -> Step:
        chosen = swept.trials[0]
        proven = self.work(Job(chosen.number, chosen.params, _within(self.plan, test)))
        return Step(train, test, chosen, proven, len(swept.trials))


def _moved(span: tuple[int, int], start: Nanos) -> tuple[Nanos, Nanos]:
    return Nanos(start + span[0]), Nanos(start + span[1])


def _within(plan: Mapping[str, str], span: tuple[Nanos, Nanos]) -> Mapping[str, str]:
    """Return *plan* for one stretch; the data is then that stretch of the data."""
    name = f"{span[0]}-{span[1]}"
    return {**plan, "from": str(span[0]), "until": str(span[1]), "data": f"{plan['data']}:{name}"}


def _walked(steps: tuple[Step, ...]) -> Walked:
    returns = [r for step in steps for r in step.proven.returns]
    outside = moments(np.array(returns))
    inside = [step.chosen.sharpe for step in steps if step.chosen.sharpe is not None]
    sharpe = None if outside is None else outside.sharpe
    efficiency = None
    if sharpe is not None and inside and np.mean(inside) > 0:
        efficiency = sharpe / float(np.mean(inside))
    net = sum((step.proven.net for step in steps), Decimal(0))
    return Walked(steps, net, sharpe, efficiency, intervals(returns))


def _nothing(_: float) -> None:
    """Show nothing: the walk shows its own progress."""
