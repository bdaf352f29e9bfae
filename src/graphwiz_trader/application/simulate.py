"""Simulate: one run of the engine against simulated venues, from its start to its report."""

from collections.abc import Callable, Mapping, Sequence

from graphwiz_trader.application.driver import Ahead, Driver, Market
from graphwiz_trader.application.report import ReportBuilder
from graphwiz_trader.domain.arithmetic import own_arithmetic
from graphwiz_trader.domain.commands import RaiseAlert
from graphwiz_trader.domain.events import (
    BalanceReport,
    BookUpdate,
    Event,
    RunStarted,
    Shutdown,
    Trade,
)
from graphwiz_trader.domain.facts import FillBooked, Outcome
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.report import Report
from graphwiz_trader.domain.units import InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.ports.runs import RunFolder
from graphwiz_trader.simulation.venue import SimulatedVenue

Progress = Callable[[float], None]
"""Called with the share of simulated time that has passed, 0 to 1."""


@value
class Simulated:
    """How a simulation ended; `told` is what the first of each code of `alerts` said."""

    digest: str
    report: Report
    orders: int
    fills: int
    working: int
    alerts: Mapping[str, int]
    told: Mapping[str, str]


class Simulation:
    """
    An engine, its venues and what they trade on.

    *started* and *balances* are the first entries of the journal; the last is a `Shutdown`.
    *ahead* reads messages that the engine need not be asked about.
    """

    def __init__(
        self,
        engine: Engine,
        venues: Mapping[Venue, SimulatedVenue],
        market: Market,
        folder: RunFolder,
        started: RunStarted,
        balances: Sequence[BalanceReport],
        report: ReportBuilder,
        ahead: Ahead | None = None,
    ) -> None:
        self._engine = engine
        self._folder = folder
        self._started = started
        self._balances = tuple(balances)
        self._report = report
        self._alerts: dict[str, int] = {}
        self._told: dict[str, str] = {}
        self.market_events = 0
        self._journal = folder.journal()
        self._driver = Driver(engine, venues, market, self._journal, self)
        self._driver.ahead = ahead

    def run(self, start: Nanos, end: Nanos, progress: Progress) -> Simulated:
        """Run from *start* to *end*, both included."""
        with own_arithmetic():
            self._driver.play((self._started, *self._balances), start, end, progress)
            self._driver.tell(Shutdown(end, "the run is over"))
        self._journal.close()
        orders = self._engine.state.orders
        return Simulated(
            self._driver.digest,
            self._report.report(),
            orders.submitted,
            orders.fills,
            len(orders),
            dict(self._alerts),
            dict(self._told),
        )

    @property
    def due(self) -> Nanos:
        """When the report next wants to hear of time."""
        return self._report.due

    def advance(self, now: Nanos) -> None:
        """Time moves, before the engine hears of it."""
        self._report.advance(now)

    def feed(self, event: Event, outcome: Outcome) -> None:
        """A step led to something."""
        self._report.feed(event, outcome)
        self.market_events += isinstance(event, BookUpdate | Trade)
        for fact in outcome.facts:
            if isinstance(fact, FillBooked):
                self._folder.add_fill(fill_line(fact, self._engine.state.instruments))
        for command in outcome.commands:
            if isinstance(command, RaiseAlert):
                self._alerts[command.code] = self._alerts.get(command.code, 0) + 1
                self._told.setdefault(command.code, command.text)


def fill_line(
    fill: FillBooked, instruments: Mapping[InstrumentId, Instrument]
) -> Mapping[str, object]:
    """Return a fill as users read it: `ts` is the match at the venue, `fee` in the quote asset."""
    instrument = instruments[fill.instrument]
    return {
        "ts": fill.ts_venue,
        "venue": instrument.venue,
        "instrument": fill.instrument,
        "side": fill.side.name,
        "price": str(instrument.price(fill.price)),
        "qty": str(instrument.qty(fill.qty)),
        "fee": str(fill.fee),
        "liquidity": fill.liquidity.value,
        "cl_ord_id": fill.cl_ord_id,
    }
