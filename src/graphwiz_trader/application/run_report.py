"""RunReport: the report of a finished run, read from its journal and the tapes it names."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

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
from graphwiz_trader.application.told import bounds_in, measured_in
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import RunStarted
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

if TYPE_CHECKING:
    from graphwiz_trader.application.again import Again

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
        self._done_again: dict[RunId, Again] = {}

    def figures(self, run: RunId) -> Report:
        """Return *run*'s report alone; raises as `of`."""
        again = self._again(run)
        return self.of(run).report if again is None else self._whole(again.report())

    def of(self, run: RunId) -> Told:
        """
        Read *run*; one that was compiled, which kept no steps, is run again.

        Raises:
            DataError: there is no such run, a tape it read is gone or altered, or a compiled run
                came out otherwise than it did.
            JournalTorn: its journal is damaged before the tail.
        """
        again = self._again(run)
        if again is not None:
            told = again.told()
            return evolve(told, report=self._whole(told.report))
        prices, reporting = self._prices(run)
        audit, detail = Audit(prices.instruments), Detail(prices)
        builder = ReportBuilder(prices, reporting)
        report = read_report(self._runs.reader(run), prices, builder, (audit.feed, detail.feed))
        return Told(self._whole(report), audit, detail.result())

    def film(self, run: RunId, fill: FillDot) -> HeatMap | None:
        """Return the book around one of *run*'s fills; raises as `of`."""
        again = self._again(run)
        if again is not None:
            return again.film(fill)
        prices, _ = self._prices(run)
        return film(self._runs.reader(run).entries(), prices, fill, AROUND)

    def entries(self, run: RunId) -> Iterator[Entry]:
        """
        Yield *run*'s journal with what its entries refer to in their place; raises as `of`.

        Of a compiled run, what its record of orders and fills stands for.
        """
        again = self._again(run)
        if again is not None:
            yield from again.entries()
            return
        prices, _ = self._prices(run)
        for entry in self._runs.reader(run).entries():
            yield evolve(entry, event=prices.resolve(entry.event))

    def _again(self, run: RunId) -> "Again | None":
        """Return compiled *run*, run again; None for a run that kept its steps."""
        started = first_entry(self._runs.reader(run))
        if started.mode != COMPILED or self._strategies is None:
            return None
        if run in self._done_again:
            return self._done_again[run]
        from graphwiz_trader.application.again import Again

        found = Again.of(self._runs, self._tapes, self._restore, self._strategies, started)
        was = self._runs.summary(run).get("digest")
        if was not in (None, found.digest):
            raise DataError(
                f"run {run} came out otherwise when it was compiled again: found digest"
                f" {found.digest}, expected {was}, by version {started.version}"
            )
        self._done_again[run] = found
        return found

    def _whole(self, report: Report) -> Report:
        """Return *report* with what only the run's own command knew."""
        summary = self._runs.summary(report.header.run)
        return evolve(report, bounds=bounds_in(summary), measured=measured_in(summary))

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
            f"run {started.run} is compiled and kept its fills, but no steps to read them by:"
            " `graphwiz report` runs it again, `backtest --engine reference` keeps steps"
        )
    known = ", ".join(("backtest", *LIVE_MODES))
    raise DataError(f"run {started.run} is of mode {started.mode}, expected one of {known}")
