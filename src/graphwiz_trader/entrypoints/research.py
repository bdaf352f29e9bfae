"""Research: a search for parameters, wired from what a user asked for."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs

from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.adapters.files.trials import FileTrials
from graphwiz_trader.adapters.local.workers import LocalWorkers
from graphwiz_trader.application.grid_sampler import GridSampler
from graphwiz_trader.application.sweep import Sweep, Swept
from graphwiz_trader.application.walk_forward import Walked, WalkForward
from graphwiz_trader.bootstrap.assembly import only
from graphwiz_trader.bootstrap.rendering import canonical
from graphwiz_trader.bootstrap.settings import restored
from graphwiz_trader.bootstrap.trials import run_trial
from graphwiz_trader.domain.errors import ConfigError, DataError, DomainError, Problem
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.space import Axis, axis, grid_size
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.ports.sampler import Sampler
from graphwiz_trader.ports.workers import Workers

DEFAULT_TRIALS = 100


@attrs.define
class Search:
    """What is searched for, where, and by whom; see `Search.of`."""

    space: tuple[Axis, ...]
    sampler_name: str
    count: int
    metric: str
    seed: int
    plan: Mapping[str, str]
    workers: Workers
    trials: FileTrials

    @classmethod
    def of(
        cls,
        settings: Settings,
        home: Path,
        *,
        strategy: str,
        tapes: Sequence[str],
        axes: Sequence[str],
        sampler: str = "grid",
        trials: int | None = None,
        metric: str = "sharpe",
        workers: int | None = None,
        ray: str | None = None,
        offsets: Mapping[str, str] | None = None,
        seed: int = 0,
    ) -> "Search":
        """
        Return the search of *axes*, such as `z_threshold=1:3:0.5`, for *strategy* over *tapes*.

        It runs in *workers* processes of this machine, or on the cluster at *ray*.

        Raises:
            ConfigError: an axis, its key or its values are not what the settings take.
            DataError: a tape cannot be read.
        """
        space = tuple(_axis(text, strategy) for text in axes)
        chosen = only(settings, strategy)
        text = canonical(chosen)
        _check(space, text)
        if sampler == "grid" and trials is not None:
            raise ConfigError([Problem("--trials", str(trials), "no number: a grid takes all")])
        count = _size(space) if sampler == "grid" else trials or DEFAULT_TRIALS
        content = "+".join(FileTapes().open(name).hash for name in tapes)
        shifts = "\n".join(f"{venue}={seconds}" for venue, seconds in (offsets or {}).items())
        plan = {
            "settings": text,
            "tapes": "\n".join(str(Path(name).absolute()) for name in tapes),
            "data": content,
            "offsets": shifts,
            "seed": str(seed),
            "space": "\n".join(axes),
            "sampler": sampler,
            "metric": metric,
        }
        crew = LocalWorkers(workers) if ray is None else _cluster(ray, workers)
        return cls(space, sampler, count, metric, seed, plan, crew, FileTrials(home / "sweeps"))

    @property
    def workers_count(self) -> int:
        """How many trials run at a time."""
        return self.workers.count

    def sweep(self, plan: Mapping[str, str] | None = None) -> Sweep:
        """Return a sweep of the whole space over the data of *plan*, by default the search's."""
        return Sweep(
            self.trials,
            self._sampler(),
            self.workers,
            run_trial,
            plan or self.plan,
            self.metric,
            self.count,
        )

    def walk(
        self,
        folds: int,
        embargo_s: float,
        progress: Callable[[float], None],
        *,
        anchored: bool = False,
    ) -> Walked:
        """Choose on one stretch and prove on the next; see `WalkForward.run`."""
        tapes = [FileTapes().open(name) for name in self.plan["tapes"].splitlines()]
        spans = [(tape.header.first_ts, tape.header.last_ts) for tape in tapes]
        firsts = [first for first, _ in spans if first is not None]
        lasts = [last for _, last in spans if last is not None]
        if not firsts or not lasts:
            raise DataError("found tapes without messages, expected some to walk over")
        period = Nanos(min(firsts)), Nanos(max(lasts) + 1)
        walk = WalkForward(self.sweep, run_trial, self.plan)
        embargo = Nanos(round(embargo_s * SECOND))
        return walk.run(period, folds, embargo, progress, anchored=anchored)

    def finish(self, swept: Swept, summary: Mapping[str, object]) -> None:
        """Leave *summary* beside the trials."""
        self.trials.reopen(Path(swept.path).name, self.plan).finish(summary)

    def _sampler(self) -> Sampler:
        if self.sampler_name == "grid":
            return GridSampler(self.space)
        from graphwiz_trader.adapters.optuna.sampler import OptunaSampler

        return OptunaSampler(self.space, self.seed, learns=self.sampler_name == "tpe")


def _cluster(address: str, count: int | None) -> Workers:
    try:
        from graphwiz_trader.adapters.ray.workers import RayWorkers
    except ImportError as error:
        problem = Problem("--ray", address, "ray to be installed: pip install ray")
        raise ConfigError([problem]) from error
    return RayWorkers(address, count)


def _axis(text: str, strategy: str) -> Axis:
    try:
        found = axis(text)
    except DomainError as error:
        raise ConfigError(
            [Problem("--param", text, str(error).partition("expected ")[2])]
        ) from error
    if "." in found.key:
        return found
    return evolve(found, key=f"hft.strategies.{strategy}.{found.key}")


def _size(space: Sequence[Axis]) -> int:
    for one in space:
        if not one.choices:
            raise ConfigError([Problem("--param", one.key, "low:high:step or values for a grid")])
    return grid_size(space)


def _check(space: Sequence[Axis], settings: str) -> None:
    """Refuse a key or a value at either end that the settings do not take, before anything runs."""
    for one in space:
        ends = (one.choices[0], one.choices[-1]) if one.choices else (repr(one.low), repr(one.high))
        for text in ends:
            restored(settings, [f"{one.key}={text}"])
