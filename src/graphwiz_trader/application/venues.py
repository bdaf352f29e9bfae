"""Venues: simulated ones over recordings, one for every venue the tapes hold."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from graphwiz_trader.domain.events import BalanceReport
from graphwiz_trader.domain.settings import BacktestSettings
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import MILLISECOND, Asset, InstrumentId, Nanos, Venue
from graphwiz_trader.simulation.fees import FeeSchedule
from graphwiz_trader.simulation.latency import ConstantLatency
from graphwiz_trader.simulation.queue import queue_model
from graphwiz_trader.simulation.recording import Recording, recordings
from graphwiz_trader.simulation.replay import ReplayVenue


def recorded_venues(
    tapes: Sequence[Tape], balances: Sequence[BalanceReport], settings: BacktestSettings
) -> Mapping[Venue, ReplayVenue]:
    """Return a venue for each that *tapes* hold, owning for us what *balances* say."""
    markets: dict[Venue, dict[InstrumentId, Recording]] = {}
    for name, recording in recordings(tapes).items():
        markets.setdefault(recording.instrument.venue, {})[name] = recording
    latency = Nanos(int(settings.latency_ms * MILLISECOND))
    return {
        venue: ReplayVenue(
            market,
            owned_at(venue, balances),
            FeeSchedule(settings.fee_bps, settings.fee_bps),
            ConstantLatency(latency, latency),
            queue_model(settings.queue),
        )
        for venue, market in markets.items()
    }


def owned_at(venue: Venue, balances: Sequence[BalanceReport]) -> Mapping[Asset, Decimal]:
    """Return the totals of *balances* at *venue*."""
    return {report.asset: report.total for report in balances if report.venue == venue}
