"""Recorded venues: what a backtest trades at, made from its tapes and settings."""

from collections.abc import Mapping, Sequence

from graphwiz_trader.domain.events import BalanceReport
from graphwiz_trader.domain.settings import BacktestSettings
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import MILLISECOND, InstrumentId, Nanos, Venue
from graphwiz_trader.simulation.fees import FeeSchedule
from graphwiz_trader.simulation.latency import ConstantLatency
from graphwiz_trader.simulation.queue import queue_model
from graphwiz_trader.simulation.recording import Recording, recordings
from graphwiz_trader.simulation.replay import ReplayVenue


def recorded_venues(
    tapes: Sequence[Tape], balances: Sequence[BalanceReport], settings: BacktestSettings
) -> Mapping[Venue, ReplayVenue]:
    """
    Return every venue of *tapes*, in their order, holding what *balances* say.

    Requests and answers take `latency_ms` each way; the feed takes what the tape's stamps say.
    """
    by_venue: dict[Venue, dict[InstrumentId, Recording]] = {}
    for name, recording in recordings(tapes).items():
        by_venue.setdefault(recording.instrument.venue, {})[name] = recording
    one_way = Nanos(int(settings.latency_ms * MILLISECOND))
    return {
        venue: ReplayVenue(
            found,
            {report.asset: report.total for report in balances if report.venue == venue},
            FeeSchedule(settings.fee_bps, settings.fee_bps),
            ConstantLatency(one_way, one_way),
            queue_model(settings.queue),
        )
        for venue, found in by_venue.items()
    }
