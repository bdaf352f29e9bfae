"""Again: a compiled run, which kept no steps, run once more for all that can be told of it."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from graphwiz_trader.application.audit import Audit
from graphwiz_trader.application.backtest import StrategiesMaker, instruments_of
from graphwiz_trader.application.book_film import AROUND, recorded_film
from graphwiz_trader.application.compiled import compiled_run, digest, prices_of, retold
from graphwiz_trader.application.detail import Detail
from graphwiz_trader.application.recorded_prices import RecordedPrices
from graphwiz_trader.application.recordings import recalled
from graphwiz_trader.application.run_report import Restore, Told
from graphwiz_trader.domain.events import BalanceReport, Event, RunStarted
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.report import Report
from graphwiz_trader.domain.run_detail import FillDot, HeatMap
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.strategy import Strategy
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.ports.runs import Runs
from graphwiz_trader.ports.tape import TapeStore
from graphwiz_trader.simulation.compiled import CompiledRun

WHY = "decided by the strategy's kernel, which gives no reasons"
"""What an audit says of an order of a compiled run."""


class Again:
    """Tells of one run."""

    def __init__(
        self,
        settings: Settings,
        tapes: Sequence[Tape],
        strategy: Strategy,
        started: RunStarted,
        balances: Sequence[BalanceReport],
    ) -> None:
        self._settings = settings
        self._tapes = tapes
        self._strategy = strategy
        self._started = started
        self._balances = balances

    @classmethod
    def of(
        cls,
        runs: Runs,
        tapes: TapeStore,
        restore: Restore,
        strategies: StrategiesMaker,
        started: RunStarted,
    ) -> "Again":
        """Return the run that *started*; raise `DataError` when a tape is gone or altered."""
        settings = restore(started.settings, ())
        read = recalled(tapes, started.tapes)
        (strategy,) = strategies(settings, instruments_of(read))
        entries = runs.reader(started.run).entries()
        balances = [e.event for e in entries if isinstance(e.event, BalanceReport)]
        return cls(settings, read, strategy, started, balances)

    @cached_property
    def digest(self) -> str:
        """Digest of all that it decided and heard."""
        return digest(self._run)

    def report(self) -> Report:
        """Return its report."""
        return self._retold(self._prices(), ())

    def told(self) -> Told:
        """Return its report, its orders and its fills; refusals are counted, not listed."""
        prices = self._prices()
        audit, detail = Audit(prices.instruments, WHY), Detail(prices)
        report = self._retold(prices, (audit.feed, detail.feed))
        return Told(report, audit, detail.result())

    def film(self, fill: FillDot) -> HeatMap | None:
        """Return the book around one of its fills."""
        return recorded_film(self._tapes, self._prices(), fill, AROUND)

    def entries(self) -> Iterator[Entry]:
        """Yield what its record stands for."""
        found: list[Entry] = []

        def keep(event: Event, outcome: Outcome, _: Nanos) -> None:
            found.append(Entry(event, outcome))

        self._retold(self._prices(), (keep,))
        yield from found

    def _prices(self) -> RecordedPrices:
        return prices_of(self._settings, self._tapes)

    def _retold(
        self,
        prices: RecordedPrices,
        listeners: Sequence[Callable[[Event, Outcome, Nanos], None]],
    ) -> Report:
        return retold(
            self._run,
            self._settings,
            self._strategy,
            self._started,
            self._balances,
            prices,
            listeners,
        )

    @cached_property
    def _run(self) -> CompiledRun:
        return compiled_run(self._settings, self._tapes, self._strategy, self._balances)
