"""RunReport: the report of a finished run, read from its journal and the tapes it names."""

from collections.abc import Callable, Iterator, Sequence

from graphwiz_trader.application.audit import Audit
from graphwiz_trader.application.backtest import COMPILED, StrategiesMaker, instruments_of
from graphwiz_trader.application.book_film import AROUND, film
from graphwiz_trader.application.detail import Detail
from graphwiz_trader.application.funding import reporting_of
from graphwiz_trader.application.live_run import LIVE_MODES
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.application.recordings import recalled
from graphwiz_trader.application.replay import first_entry
from graphwiz_trader.application.report import ReportBuilder, read_report
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BalanceReport, RunStarted
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.report import Report
from graphwiz_trader.domain.run_detail import FillDot, HeatMap, RunDetail
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Asset, RunId
from graphwiz_trader.domain.value import evolve, value
from graphwiz_trader.ports.runs import Runs
from graphwiz_trader.ports.tape import TapeStore

Restore = Callable[[str, Sequence[str]], Settings]
"""Make settings of the text a journal keeps, with some keys changed."""


@value
class Told:
    """A run's report; every order and refusal, and every fill and group, behind it."""

    report: Report
    audit: Audit
    detail: RunDetail


class RunReport:
    """Reads runs."""

    def __init__(
        self,
        tapes: TapeStore,
        runs: Runs,
        restore: Restore,
        strategies: StrategiesMaker | None = None,
    ) -> None:
        """*strategies* are for compiled runs, which kept no steps and are run again."""
        self._tapes = tapes
        self._runs = runs
        self._restore = restore
        self._strategies = strategies

    def figures(self, run: RunId) -> Report:
        """
        Return *run*'s report alone, that of a compiled run, too.

        Raises:
            DataError: as `of`, or a compiled run came out otherwise than it did.
            JournalTorn: its journal is damaged before the tail.
        """
        started = first_entry(self._runs.reader(run))
        if started.mode == COMPILED and self._strategies is not None:
            return self._again(started, self._strategies)
        return self.of(run).report

    def of(self, run: RunId) -> Told:
        """
        Read *run*.

        Raises:
            DataError: there is no such run, or a tape it read is gone or altered.
            JournalTorn: its journal is damaged before the tail.
        """
        prices, reporting = self._prices(run)
        audit, detail = Audit(prices.instruments), Detail(prices)
        builder = ReportBuilder(prices, reporting)
        report = read_report(self._runs.reader(run), prices, builder, (audit.feed, detail.feed))
        return Told(report, audit, detail.result())

    def film(self, run: RunId, fill: FillDot) -> HeatMap | None:
        """Return the book around one of *run*'s fills; raises as `of`."""
        prices, _ = self._prices(run)
        return film(self._runs.reader(run).entries(), prices, fill, AROUND)

    def entries(self, run: RunId) -> Iterator[Entry]:
        """Yield *run*'s journal with what its entries refer to in their place; raises as `of`."""
        prices, _ = self._prices(run)
        for entry in self._runs.reader(run).entries():
            yield evolve(entry, event=prices.resolve(entry.event))

    def _again(self, started: RunStarted, strategies: StrategiesMaker) -> Report:
        """Run a compiled run again."""
        from graphwiz_trader.application.compiled import compiled_run, digest, retold

        settings = self._restore(started.settings, ())
        tapes = recalled(self._tapes, started.tapes)
        (strategy,) = strategies(settings, instruments_of(tapes))
        entries = self._runs.reader(started.run).entries()
        balances = [e.event for e in entries if isinstance(e.event, BalanceReport)]
        again = compiled_run(settings, tapes, strategy, balances)
        was = self._runs.summary(started.run).get("digest")
        if was not in (None, digest(again)):
            raise DataError(
                f"run {started.run} came out otherwise when it was compiled again: found digest"
                f" {digest(again)}, expected {was}, by version {started.version}"
            )
        return retold(again, settings, tapes, strategy, started, balances, lambda _: None)

    def _prices(self, run: RunId) -> tuple[RebuiltPrices, Asset]:
        started = first_entry(self._runs.reader(run))
        settings = self._restore(started.settings, ())
        tapes = recalled(self._tapes, started.tapes)
        instruments = instruments_in(started, tapes)
        reporting = reporting_of(settings, instruments)
        return RebuiltPrices(instruments, tapes, reporting), reporting


def instruments_in(started: RunStarted, tapes: Sequence[Tape]) -> tuple[Instrument, ...]:
    """Return what a run traded; raise `DataError` for a mode that leaves no such record."""
    if started.mode == "backtest":
        return instruments_of(tapes)
    if started.mode in LIVE_MODES:
        return started.instruments
    if started.mode == COMPILED:
        raise DataError(
            f"run {started.run} is compiled and kept its fills, but no steps: run it with"
            " --engine reference for what is made of them"
        )
    known = ", ".join(("backtest", *LIVE_MODES))
    raise DataError(f"run {started.run} is of mode {started.mode}, expected one of {known}")
