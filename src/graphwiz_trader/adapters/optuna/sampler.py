"""OptunaSampler: points that Optuna proposes from what earlier ones came to."""

from collections.abc import Sequence

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import TrialState

from graphwiz_trader.domain.space import Axis, Params
from graphwiz_trader.domain.trial import Trial

LEARNING_BATCH = 16
"""Points asked for before any is told: enough to keep a machine busy, few enough to learn."""


class OptunaSampler:
    """
    Draws from *space*; with *learns* it prefers what did well (a tree-structured Parzen estimator).

    Axes with steps are searched by their place, so that a value's text is what the user wrote.
    Source: Akiba et al., "Optuna", KDD 2019; Bergstra et al., NeurIPS 2011.
    """

    def __init__(self, space: Sequence[Axis], seed: int, *, learns: bool) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        sampler: BaseSampler = TPESampler(seed=seed) if learns else RandomSampler(seed=seed)
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._space = {axis.key: axis for axis in space}
        self._asked: list[optuna.Trial] = []
        self.batch = LEARNING_BATCH if learns else None

    def ask(self, count: int) -> tuple[Params, ...]:
        """Return *count* points."""
        return tuple(self._point() for _ in range(count))

    def tell(self, trial: Trial, score: float) -> None:
        """Let Optuna know; a trial that failed is one."""
        asked = self._asked[trial.number]
        if score == float("-inf"):
            self._study.tell(asked, state=TrialState.FAIL)
        else:
            self._study.tell(asked, score)

    def _point(self) -> Params:
        asked = self._study.ask({key: _distribution(axis) for key, axis in self._space.items()})
        self._asked.append(asked)
        return {key: _text(self._space[key], value) for key, value in asked.params.items()}


def _distribution(axis: Axis) -> BaseDistribution:
    if not axis.choices:
        return FloatDistribution(axis.low, axis.high, log=axis.is_log)
    if _is_ordered(axis):
        return IntDistribution(0, len(axis.choices) - 1)
    return CategoricalDistribution(axis.choices)


def _is_ordered(axis: Axis) -> bool:
    """Whether the choices are numbers that grow."""
    try:
        numbers = [float(choice) for choice in axis.choices]
    except ValueError:
        return False
    return numbers == sorted(set(numbers))


def _text(axis: Axis, value: object) -> str:
    if isinstance(value, int) and axis.choices:
        return axis.choices[value]
    return repr(value) if isinstance(value, float) else str(value)
