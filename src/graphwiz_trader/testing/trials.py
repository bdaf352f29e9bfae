"""Trials: sweeps kept in memory."""

from collections.abc import Mapping

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.trial import Trial


class MemoryTrialLog:
    """One sweep's trials."""

    def __init__(self, path: str, plan: Mapping[str, str]) -> None:
        self.path = path
        self.plan = dict(plan)
        self.summary: Mapping[str, object] = {}
        self._kept: list[Trial] = []

    def kept(self) -> tuple[Trial, ...]:
        """Return what was kept."""
        return tuple(self._kept)

    def keep(self, trial: Trial) -> None:
        """Keep *trial*."""
        self._kept.append(trial)

    def finish(self, summary: Mapping[str, object]) -> None:
        """Keep *summary*."""
        self.summary = summary


class MemoryTrials:
    """Every sweep of one test."""

    def __init__(self) -> None:
        self.sweeps: dict[str, MemoryTrialLog] = {}

    def create(self, plan: Mapping[str, str]) -> MemoryTrialLog:
        """Begin the next sweep."""
        name = f"sweep-{len(self.sweeps) + 1:04d}"
        self.sweeps[name] = MemoryTrialLog(name, plan)
        return self.sweeps[name]

    def reopen(self, name: str, plan: Mapping[str, str]) -> MemoryTrialLog:
        """Return a sweep that was begun with *plan*."""
        if name not in self.sweeps:
            raise DataError(f"found no sweep {name}, expected one of: {', '.join(self.sweeps)}")
        for key in plan:
            if self.sweeps[name].plan.get(key) != plan[key]:
                raise DataError(f"{name}: found another {key} than it began with")
        return self.sweeps[name]

    def ever(self, data: str) -> int:
        """Count the trials on *data*."""
        return sum(len(log.kept()) for log in self.sweeps.values() if log.plan["data"] == data)
