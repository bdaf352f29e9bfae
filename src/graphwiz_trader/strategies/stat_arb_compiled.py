"""Statistical arbitrage's configuration in the numbers that its kernel takes."""

from collections.abc import Sequence
from math import ceil, inf, nan

import numpy as np

from graphwiz_trader.domain.compiled import CompiledMarket, CompiledRule
from graphwiz_trader.domain.units import MILLISECOND, Float64s, InstrumentId
from graphwiz_trader.kernels import stats
from graphwiz_trader.strategies import stat_arb_kernel as k
from graphwiz_trader.strategies.stat_arb_rule import StatArbConfig


def compiled_rule(
    config: StatArbConfig, instruments: Sequence[InstrumentId], market: CompiledMarket
) -> CompiledRule:
    """Return the kernel and its parameters for *instruments* of *market*."""
    places = {each.id: place for place, each in enumerate(market.instruments)}
    each = [_numbers(config, market, places[name]) for name in instruments]
    track = np.zeros(k.WHOLE, np.int64)
    track[k.SEEN], track[k.ARMED] = -1, 1
    numbers = np.concatenate([track, stats.new_moments(config.lookback)])
    memory = np.zeros(k.FLOATS + config.lookback)
    memory[k.HOLD], memory[k.Z] = inf, nan
    return CompiledRule(
        k.decide,
        np.concatenate([_shared(config, len(instruments)), *each]),
        np.tile(memory, len(instruments)),
        np.tile(numbers, len(instruments)),
        tuple(instruments),
    )


def _shared(config: StatArbConfig, count: int) -> Float64s:
    shared = np.zeros(k.SHARED)
    shared[k.COUNT], shared[k.LOOKBACK] = count, config.lookback
    shared[k.THRESHOLD], shared[k.EXIT] = config.z_threshold, config.z_exit
    shared[k.STOP] = inf if config.z_stop is None else config.z_stop
    shared[k.STOP_BPS] = inf if config.stop_bps is None else config.stop_bps
    shared[k.MAX_HOLD] = nan if config.max_hold is None else config.max_hold
    shared[k.ON_CHANGE] = config.sample == "change"
    shared[k.GRID] = 0 if config.grid_ms is None else config.grid_ms * MILLISECOND
    shared[k.INCLUDES], shared[k.DDOF] = config.include_current, config.ddof
    shared[k.GATE], shared[k.MIN_PROFIT] = config.cost_gate, config.min_profit_bps
    shared[k.PARTICIPATION] = config.participation
    return shared


def _numbers(config: StatArbConfig, market: CompiledMarket, place: int) -> Float64s:
    instrument = market.instruments[place]
    taker = market.taker_bps.get(instrument.venue)
    numbers = np.zeros(k.EACH)
    numbers[k.PLACE], numbers[k.MIN_QTY] = place, instrument.min_qty
    numbers[k.MIN_WORTH] = float(ceil(instrument.min_notional / instrument.notional(1, 1)))
    numbers[k.FEE_BPS] = config.fee_bps if taker is None else float(taker)
    return numbers
