"""SettingsReloaded: an event that tells that a run goes on under other limits."""

from decimal import Decimal

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.units import Nanos, StrategyId
from graphwiz_trader.domain.value import value


@value
class OwnLimit:
    """The largest position that one strategy may hold, in base units."""

    strategy: StrategyId
    max_position_size: Decimal


@value
class SettingsReloaded:
    """
    The configuration was read again, by *who* and why.

    `settings` is all of it as `RunStarted` holds it; `risk` and `own` are what the engine lives
    by from here on.
    """

    ts: Nanos
    settings: str
    risk: RiskSettings
    own: tuple[OwnLimit, ...]
    reason: str
    who: str

    def __attrs_post_init__(self) -> None:
        if not self.reason.strip():
            raise DomainError("a reload without a reason")
