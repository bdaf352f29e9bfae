"""EngineSpec: all an engine is made from."""

from collections.abc import Mapping
from decimal import Decimal

from graphwiz_trader.domain.account import Account
from graphwiz_trader.domain.ids import ClOrdIds
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.risk import RiskPolicy
from graphwiz_trader.domain.strategy import Strategy
from graphwiz_trader.domain.units import Asset, Nanos, StrategyId, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.state import EngineState


@value
class EngineSpec:
    """
    What an engine is given.

    `taker_bps` names every venue and what it charges, None where unknown; `limits` each
    strategy's own position limit in base units; `latency` how long an order takes to a venue;
    `history` how many tops of book are kept.
    """

    instruments: tuple[Instrument, ...]
    strategies: tuple[Strategy, ...]
    policy: RiskPolicy
    reporting: Asset
    taker_bps: Mapping[Venue, Decimal | None]
    limits: Mapping[StrategyId, Decimal]
    latency: Mapping[Venue, Nanos]
    ids: ClOrdIds
    history: int = 1000

    def state(self) -> EngineState:
        """Return the state that an engine begins in."""
        return EngineState(
            self.instruments,
            {venue: Account(venue, fee) for venue, fee in self.taker_bps.items()},
            self.policy,
            reporting=self.reporting,
            limits=self.limits,
            latency=self.latency,
            history=self.history,
        )
