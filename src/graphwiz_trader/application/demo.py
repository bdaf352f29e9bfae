"""Demo: every strategy on seeded venues around one fair price, with orders that move the market."""

from collections.abc import Sequence

from graphwiz_trader.application.backtest import EngineMaker
from graphwiz_trader.application.funding import endowment, reporting_of
from graphwiz_trader.application.market import NoTapes
from graphwiz_trader.application.report import ReportBuilder
from graphwiz_trader.application.simulate import Progress, Simulated, Simulation
from graphwiz_trader.domain.events import BalanceReport, RunStarted
from graphwiz_trader.domain.ids import ClOrdIds
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    Nanos,
    Venue,
)
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.ports.runs import RunFolder, Runs
from graphwiz_trader.simulation.exchange import Exchange, Terms
from graphwiz_trader.simulation.market import (
    LISTINGS,
    MarketSettings,
    VenueSpec,
    build_market,
    default_venues,
)

START = Nanos(1_767_225_600 * SECOND)
"""Simulated time begins at 2026-01-01T00:00:00Z in every demo, so that equal seeds are equal."""

BOOK_INTERVAL = Nanos(100 * MILLISECOND)


@value
class Demonstrated:
    """A finished demo."""

    folder: RunFolder
    venues: tuple[Venue, ...]
    messages: int
    simulated: Simulated


class Demo:
    """Runs the configured strategies on simulated exchanges that match price by time."""

    def __init__(
        self, runs: Runs, engines: EngineMaker, settings: Settings, text: str, version: str
    ) -> None:
        """*text* is *settings* as the journal keeps them."""
        self._runs = runs
        self._engines = engines
        self._settings = settings
        self._text = text
        self._version = version

    def run(
        self, seconds: int, seed: int, installation: str, incarnation: int, progress: Progress
    ) -> Demonstrated:
        """Run *seconds* of simulated time under *seed*."""
        folder = self._runs.create("demo")
        started = RunStarted(
            START,
            folder.run,
            "demo",
            installation,
            incarnation,
            seed,
            self._text,
            self._version,
        )
        instruments = demo_instruments(self._settings)
        balances = endowment(self._settings, instruments, START)
        exchanges = _exchanges(self._settings, seed, balances)
        engine = demo_engine(self._engines, self._settings, started)
        report = ReportBuilder(engine.state, reporting_of(self._settings, instruments))
        simulation = Simulation(
            engine,
            {exchange.venue: exchange for exchange in exchanges},
            NoTapes(),
            folder,
            started,
            balances,
            report,
        )
        done = simulation.run(START, Nanos(START + seconds * SECOND), progress)
        names = tuple(exchange.venue for exchange in exchanges)
        return Demonstrated(folder, names, simulation.market_events, done)


def demo_engine(engines: EngineMaker, settings: Settings, started: RunStarted) -> Engine:
    """Return the engine of the demo that began with *started*."""
    venues = [spec.name for spec in _specs(settings)]
    latency = Nanos(int(settings.backtest.latency_ms * MILLISECOND))
    return engines(
        settings,
        demo_instruments(settings),
        ClOrdIds(started.installation, started.incarnation),
        dict.fromkeys(venues, settings.backtest.fee_bps),
        dict.fromkeys(venues, latency),
    )


def demo_instruments(settings: Settings) -> tuple[Instrument, ...]:
    """Return every instrument of every simulated exchange."""
    return tuple(listing.at(spec.name) for spec in _specs(settings) for listing in LISTINGS)


def _specs(settings: Settings) -> tuple[VenueSpec, ...]:
    fee = settings.backtest.fee_bps / 10_000
    latency = Nanos(int(settings.backtest.latency_ms * MILLISECOND))
    terms = Terms(
        maker_fee=fee,
        taker_fee=fee,
        entry=latency,
        response=latency,
        publish_every=BOOK_INTERVAL,
    )
    return default_venues(terms)


def _exchanges(
    settings: Settings, seed: int, balances: Sequence[BalanceReport]
) -> tuple[Exchange, ...]:
    """Return the exchanges, each owning for us what *balances* say."""
    made: list[Exchange] = []
    for spec in _specs(settings):
        owned = {held.asset: held.total for held in balances if held.venue == spec.name}
        made.extend(build_market(seed, (spec,), START, owned, MarketSettings()))
    return tuple(made)
