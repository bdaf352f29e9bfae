"""Recorded venues: what a backtest trades at, made from its tapes and settings."""

from collections.abc import Mapping, Sequence

from graphwiz_trader.domain.events import BalanceReport
from graphwiz_trader.domain.settings import BacktestSettings
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import InstrumentId, Venue
from graphwiz_trader.simulation.conditions import fees_of, latency_of
from graphwiz_trader.simulation.queue import queue_model
from graphwiz_trader.simulation.recording import Recording, recordings
from graphwiz_trader.simulation.replay import ReplayVenue


def recorded_venues(
    tapes: Sequence[Tape],
    balances: Sequence[BalanceReport],
    settings: BacktestSettings,
    queue: str | None = None,
) -> Mapping[Venue, ReplayVenue]:
    """
    Return every venue of *tapes*, in their order, holding what *balances* say.

    Latency and fees are those of `conditions`; the feed takes what the tape's stamps say.
    *queue* is a model in place of the configured one.
    """
    by_venue: dict[Venue, dict[InstrumentId, Recording]] = {}
    for name, recording in recordings(tapes).items():
        by_venue.setdefault(recording.instrument.venue, {})[name] = recording
    own = {
        venue: [tape for tape in tapes if any(each.venue == venue for each in tape.instruments)]
        for venue in by_venue
    }
    return {
        venue: ReplayVenue(
            found,
            {report.asset: report.total for report in balances if report.venue == venue},
            fees_of(settings),
            latency_of(settings, venue, own[venue]),
            queue_model(queue or settings.queue),
        )
        for venue, found in by_venue.items()
    }
