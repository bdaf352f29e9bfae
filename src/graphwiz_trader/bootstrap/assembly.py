"""Assembly: an engine from settings and the instruments it will trade."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol, cast

from graphwiz_trader.application.funding import reporting_of
from graphwiz_trader.bootstrap.scalars import nearest
from graphwiz_trader.bootstrap.strategies import BUILT_IN, by_default, strategy_class
from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.ids import ClOrdIds
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.risk import RiskPolicy
from graphwiz_trader.domain.settings import Settings, StrategySettings
from graphwiz_trader.domain.strategy import Strategy
from graphwiz_trader.domain.units import MILLISECOND, Nanos, StrategyId, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.engine.spec import EngineSpec


class _Maker(Protocol):
    """A strategy class, as `Strategy` promises it."""

    def __call__(
        self,
        id: StrategyId,  # noqa: A002 # what the protocol calls it
        config: object,
        instruments: Sequence[Instrument],
        ttl: Nanos,
    ) -> Strategy: ...


def engine_of(
    settings: Settings,
    instruments: Sequence[Instrument],
    ids: ClOrdIds,
    taker_bps: Mapping[Venue, Decimal | None],
    latency: Mapping[Venue, Nanos],
) -> Engine:
    """Return an engine that trades *instruments* under *settings*."""
    strategies = strategies_of(settings, instruments)
    limits = {
        StrategyId(name): held.max_position_size
        for name, held in settings.hft.strategies.items()
        if held.max_position_size is not None
    }
    return Engine(
        EngineSpec(
            tuple(instruments),
            strategies,
            RiskPolicy(settings.hft.risk),
            reporting_of(settings, instruments),
            taker_bps,
            limits,
            latency,
            ids,
            settings.engine.history,
        )
    )


def strategies_of(settings: Settings, instruments: Sequence[Instrument]) -> tuple[Strategy, ...]:
    """
    Construct every enabled strategy, in the order of the configuration.

    Raises:
        ConfigError: one names an instrument that is not there.
    """
    return tuple(
        _made(name, held, instruments, settings)
        for name, held in settings.hft.strategies.items()
        if held.enabled
    )


def only(settings: Settings, name: str) -> Settings:
    """
    Return *settings* with strategy *name* enabled and all others off.

    One of our own that is not configured has every key at its default.

    Raises:
        ConfigError: there is no such strategy.
    """
    strategies = dict(settings.hft.strategies)
    if name not in strategies and name in BUILT_IN:
        strategies[name] = by_default(name)
    if name not in strategies:
        known = tuple(dict.fromkeys((*strategies, *BUILT_IN)))
        expected = f"one of {', '.join(known)}"
        raise ConfigError([Problem("--strategy", name, expected, nearest(name, known))])
    chosen = {key: evolve(held, enabled=key == name) for key, held in strategies.items()}
    return evolve(settings, hft=evolve(settings.hft, strategies=chosen))


def _made(
    name: str, held: StrategySettings, instruments: Sequence[Instrument], settings: Settings
) -> Strategy:
    chosen = instruments
    if held.instruments:
        by_id = {i.id: i for i in instruments}
        missing = [x for x in held.instruments if x not in by_id]
        if missing:
            path = f"hft.strategies.{name}.instruments"
            raise ConfigError([Problem(path, ", ".join(missing), f"some of {', '.join(by_id)}")])
        chosen = [by_id[x] for x in held.instruments]
    maker = cast("_Maker", strategy_class(held.use))
    ttl = held.ttl_ms or settings.hft.risk.decision_ttl_ms
    return maker(StrategyId(name), held.config, tuple(chosen), Nanos(ttl * MILLISECOND))
