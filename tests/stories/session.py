"""Session: a live run on seeded venues around one fair price, in simulated time."""

from collections.abc import Sequence
from decimal import Decimal

from graphwiz_trader.application.driver import Message
from graphwiz_trader.application.funding import endowment, reporting_of
from graphwiz_trader.application.live_run import DEMO, live_engine
from graphwiz_trader.application.market import NEVER
from graphwiz_trader.application.report import ReportBuilder
from graphwiz_trader.application.simulate import Progress, Simulated, Simulation
from graphwiz_trader.bootstrap.assembly import engine_of
from graphwiz_trader.bootstrap.rendering import canonical
from graphwiz_trader.domain.events import BalanceReport, RunStarted, VenueCost
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, Venue
from graphwiz_trader.domain.value import value
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
BOOK_INTERVAL = Nanos(100 * MILLISECOND)


@value
class Shown:
    """A finished session."""

    folder: RunFolder
    venues: tuple[Venue, ...]
    messages: int
    simulated: Simulated


class _NoTapes:
    """No recorded market: the venues make their own."""

    ts = NEVER

    def pop(self) -> Message:
        raise IndexError("a market without tapes has no messages")


def play(runs: Runs, settings: Settings, seconds: int, seed: int, progress: Progress) -> Shown:
    """Run *seconds* of simulated time under *seed* on three venues of matching engines."""
    folder = runs.create(DEMO)
    specs = _specs(settings)
    instruments = tuple(listing.at(spec.name) for spec in specs for listing in LISTINGS)
    latency = Nanos(int(settings.backtest.latency_ms * MILLISECOND))
    costs = tuple(VenueCost(spec.name, settings.backtest.fee_bps, latency) for spec in specs)
    text = canonical(settings)
    started = RunStarted(
        START, folder.run, DEMO, "a7", 1, seed, text, "0.1.0", (), instruments, costs
    )
    balances = endowment(settings, instruments, START)
    exchanges = _exchanges(specs, seed, balances)
    engine = live_engine(engine_of, settings, started)
    report = ReportBuilder(engine.state, reporting_of(settings, instruments))
    venues = {exchange.venue: exchange for exchange in exchanges}
    simulation = Simulation(engine, venues, _NoTapes(), folder, started, balances, report)
    done = simulation.run(START, Nanos(START + seconds * SECOND), progress)
    return Shown(folder, tuple(venues), simulation.market_events, done)


def _specs(settings: Settings) -> tuple[VenueSpec, ...]:
    fee = Decimal(settings.backtest.fee_bps) / 10_000
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
    specs: Sequence[VenueSpec], seed: int, balances: Sequence[BalanceReport]
) -> tuple[Exchange, ...]:
    """Return the exchanges, each owning for us what *balances* say."""
    made: list[Exchange] = []
    for spec in specs:
        owned = {held.asset: held.total for held in balances if held.venue == spec.name}
        made.extend(build_market(seed, (spec,), START, owned, MarketSettings()))
    return tuple(made)
