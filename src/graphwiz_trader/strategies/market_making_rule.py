"""Market making's rule: its configuration in the numbers that its kernel takes."""

from collections.abc import Sequence
from math import ceil, inf
from typing import TYPE_CHECKING

import numpy as np

from graphwiz_trader.domain.compiled import CompiledMarket, CompiledRule
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import MILLISECOND, InstrumentId
from graphwiz_trader.strategies import market_making_numbers as k
from graphwiz_trader.strategies.market_making_kernel import decide

if TYPE_CHECKING:
    from graphwiz_trader.strategies.market_making_config import MarketMakingConfig


def compiled_rule(
    config: "MarketMakingConfig", instruments: Sequence[InstrumentId], market: CompiledMarket
) -> CompiledRule:
    """Return the kernel and its parameters for *instruments* of *market*."""
    shared = np.zeros(k.SHARED)
    shared[k.MAX_QUOTES], shared[k.IS_GLFT] = config.max_quotes, config.model == "glft"
    shared[k.GAMMA], shared[k.DECAY], shared[k.RATE] = (
        config.gamma,
        config.fill_decay,
        config.fill_rate,
    )
    shared[k.HORIZON], shared[k.IS_MICRO] = config.horizon_s, config.fair == "micro"
    shared[k.FLOW_BPS], shared[k.FLOW_LIFE] = config.flow_bps, config.flow_half_life_s
    shared[k.GRID], shared[k.SIGMA_LIFE] = (
        config.sigma_grid_ms * MILLISECOND,
        config.sigma_half_life_s,
    )
    shared[k.WARMUP], shared[k.KEEP_BPS] = config.warmup, config.keep_bps
    shared[k.INTERVAL] = config.min_interval_ms * MILLISECOND
    shared[k.MAX_AGE], shared[k.COUNT] = config.max_age_ms * MILLISECOND, len(instruments)
    shared[k.WIDEN], shared[k.WIDEN_LIFE] = config.widen, config.widen_half_life_s
    shared[k.PULL] = inf if config.pull_flow is None else config.pull_flow
    places = {each.id: place for place, each in enumerate(market.instruments)}
    each = [_numbers(config, market, places[name]) for name in instruments]
    memory = np.tile([np.nan, np.nan, 0.0, 0.0, 0.0, np.nan, np.nan], len(instruments))
    numbers = np.zeros(len(instruments) * k.WHOLE, np.int64)
    params = np.concatenate([shared, *each])
    return CompiledRule(decide, params, memory, numbers, tuple(instruments))


def _numbers(
    config: "MarketMakingConfig", market: CompiledMarket, place: int
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    instrument: Instrument = market.instruments[place]
    fee = config.maker_fee_bps
    if fee is None:
        taker = market.taker_bps.get(instrument.venue)
        fee = config.fee_bps if taker is None else float(taker)
    numbers = np.zeros(k.EACH)
    numbers[k.PLACE] = place
    numbers[k.FULL] = instrument.lots_within(config.order_qty)
    numbers[k.MIN_QTY] = instrument.min_qty
    numbers[k.MIN_WORTH] = float(ceil(instrument.min_notional / instrument.notional(1, 1)))
    numbers[k.COST_BPS] = fee + config.min_edge_bps
    return numbers
