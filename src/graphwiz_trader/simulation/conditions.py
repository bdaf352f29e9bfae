"""Conditions: how quick and how dear a recorded venue is, as settings choose."""

from collections.abc import Sequence

import numpy as np

from graphwiz_trader.domain.settings import JITTERED, RECORDED, BacktestSettings
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, Venue
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.simulation.fees import BPS, FeeSchedule, FeeTier
from graphwiz_trader.simulation.latency import (
    ConstantLatency,
    EmpiricalLatency,
    JitteredLatency,
    LatencyModel,
    Trip,
)
from graphwiz_trader.simulation.recording import venue_times


def fees_of(settings: BacktestSettings) -> FeeSchedule:
    """Return what every venue charges."""
    maker = settings.fee_bps if settings.maker_fee_bps is None else settings.maker_fee_bps
    tiers = sorted(settings.fee_tiers.values(), key=lambda tier: tier.volume)
    return FeeSchedule(
        maker,
        settings.fee_bps,
        tuple(FeeTier(t.volume, t.maker_bps / BPS, t.taker_bps / BPS) for t in tiers),
    )


def latency_of(settings: BacktestSettings, venue: Venue, tapes: Sequence[Tape]) -> LatencyModel:
    """Return how long requests to *venue* take; *tapes* are those of that venue."""
    one_way = Nanos(int(settings.latency_ms * MILLISECOND))
    if settings.latency_model == RECORDED:
        return EmpiricalLatency(trips_of(tapes, one_way))
    if settings.latency_model == JITTERED:
        jitter = Nanos(int(settings.latency_jitter_ms * MILLISECOND))
        return JitteredLatency(one_way, one_way, jitter, Chance(0).split(venue).unit)
    return ConstantLatency(one_way, one_way)


def trips_of(tapes: Sequence[Tape], least: Nanos) -> tuple[Trip, ...]:
    """
    Return trips as slow as the feed was: one a second, each way as late as its latest message.

    Stamps tell differences of latency only: the quickest message of a tape is taken to have
    needed *least*.
    """
    ts = np.concatenate([tape.ts for tape in tapes])
    late = np.concatenate([tape.ts - venue_times(tape.ts, tape.ts_venue) for tape in tapes])
    order = np.argsort(ts, kind="stable")
    ts, late = ts[order], late[order]
    starts = np.flatnonzero(np.diff(ts // SECOND, prepend=-1))
    way = np.maximum.reduceat(late, starts) + least
    sent = ts[starts]
    # One connection: what is sent later does not arrive earlier.
    matched = np.maximum.accumulate(sent + way)
    answered = matched + way
    columns = (column.tolist() for column in (sent, matched, answered))
    return tuple(Trip(*map(Nanos, row)) for row in zip(*columns, strict=True))
