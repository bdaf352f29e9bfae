"""Parity: a session beside its backtest, or a backtest by both engines."""

from collections.abc import Callable

from graphwiz_trader.application.backtest import COMPILED, EngineMaker, StrategiesMaker
from graphwiz_trader.application.engine_parity import EngineTwins
from graphwiz_trader.application.live_run import LIVE_MODES
from graphwiz_trader.application.recordings import recalled
from graphwiz_trader.application.replay import first_entry
from graphwiz_trader.application.rerun import Restore
from graphwiz_trader.application.session_parity import SessionLadder
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.parity import Twins
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.ports.runs import Runs
from graphwiz_trader.ports.tape import TapeStore

_BACKTESTS = ("backtest", COMPILED)


class Parity:
    """Compares runs with their twins."""

    def __init__(
        self,
        tapes: TapeStore,
        runs: Runs,
        engines: EngineMaker,
        restore: Restore,
        strategies: StrategiesMaker,
    ) -> None:
        self._tapes = tapes
        self._runs = runs
        self._engines = engines
        self._restore = restore
        self._strategies = strategies

    def of(self, run: RunId, progress: Callable[[float], None]) -> Twins:
        """
        Compare *run* with its twin.

        Raises:
            DataError: there is no such run, its market data is gone, or a tape was altered.
            ConfigError: it is a backtest that cannot be compiled.
            JournalTorn: its journal is damaged before the tail.
        """
        reader = self._runs.reader(run)
        started = first_entry(reader)
        settings = self._restore(started.settings, ())
        if started.mode in LIVE_MODES:
            return SessionLadder(self._engines, settings, started, progress).climb(reader)
        if started.mode not in _BACKTESTS:
            known = ", ".join((*_BACKTESTS, *LIVE_MODES))
            raise DataError(f"run {run} is of mode {started.mode}, expected one of {known}")
        tapes = recalled(self._tapes, started.tapes)
        twins = EngineTwins(self._engines, self._strategies, settings, started, tapes)
        return twins.compare(reader, progress)
