"""Replicas: the live runs of a home, each to be followed by an engine of its own."""

from graphwiz_trader.application.backtest import EngineMaker
from graphwiz_trader.application.live_run import LIVE_MODES, live_engine
from graphwiz_trader.application.replica import Replica
from graphwiz_trader.application.run_report import Restore
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import RunStarted
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.ports.runs import Runs


class Replicas:
    """Begins replicas of runs; *engines* and *restore* make the engine their journals name."""

    def __init__(self, runs: Runs, engines: EngineMaker, restore: Restore) -> None:
        self._runs = runs
        self._engines = engines
        self._restore = restore

    def of(self, run: RunId) -> Replica:
        """
        Return a replica of *run* that has read nothing yet.

        Raises:
            DataError: there is no such run, or no journal of it.
        """
        return Replica(self._runs.reader(run), self._begin)

    def _begin(self, started: RunStarted) -> Engine:
        if started.mode not in LIVE_MODES:
            raise DataError(f"{started.run} is a {started.mode}: it is shown by its report")
        return live_engine(self._engines, self._restore(started.settings, ()), started)
