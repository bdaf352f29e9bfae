"""Rerun: a finished run's journal, run again and compared with itself."""

from collections.abc import Callable, Sequence

from graphwiz_trader.application.backtest import COMPILED, EngineMaker, backtest_engine
from graphwiz_trader.application.live_run import LIVE_MODES, live_engine
from graphwiz_trader.application.recordings import recalled
from graphwiz_trader.application.replay import Replayed, first_entry, replay
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import RunStarted
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.ports.runs import Runs
from graphwiz_trader.ports.tape import TapeStore

Restore = Callable[[str, Sequence[str]], Settings]
"""Make settings of the text a journal keeps, with some keys changed."""


class Rerun:
    """Proves that a journal's events lead to the same outcomes again."""

    def __init__(
        self, tapes: TapeStore, runs: Runs, engines: EngineMaker, restore: Restore
    ) -> None:
        self._tapes = tapes
        self._runs = runs
        self._engines = engines
        self._restore = restore

    def run(
        self, run: RunId, assignments: Sequence[str], progress: Callable[[float], None]
    ) -> Replayed:
        """
        Replay *run*, with the keys of *assignments* changed.

        Raises:
            DataError: there is no such run, or a tape it read is gone or altered.
            ConfigError: an assignment is wrong.
        """
        reader = self._runs.reader(run)
        started = first_entry(reader)
        settings = self._restore(started.settings, assignments)
        tapes = recalled(self._tapes, started.tapes)
        return replay(reader, self._engine(started, settings, tapes), tapes, progress)

    def _engine(self, started: RunStarted, settings: Settings, tapes: Sequence[Tape]) -> Engine:
        if started.mode == "backtest":
            return backtest_engine(self._engines, settings, tapes)
        if started.mode in LIVE_MODES:
            return live_engine(self._engines, settings, started)
        if started.mode == COMPILED:
            raise DataError(
                f"run {started.run} is compiled and kept no steps to replay: `report` runs it"
                " again and compares its digest"
            )
        known = ", ".join(("backtest", *LIVE_MODES))
        raise DataError(f"run {started.run} is of mode {started.mode}, expected one of {known}")
