"""
Fees: what a venue charges for making and taking, by how much was traded there in 30 days.

Rates are exact fractions of the notional; a negative one is a rebate.
They are charged in the settlement asset (quote on spot, which is what most venues do); a venue
that charges the received asset, as Binance spot does, is priced by grossing up the buy
(strategies.md §2) and is not simulated here.
"""

from collections import deque
from decimal import Decimal

import attrs

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import DAY, Nanos
from graphwiz_trader.domain.value import value

BPS = Decimal(10_000)
WINDOW_DAYS = 30


@value
class FeeTier:
    """What applies from a 30-day *volume* (in the reporting asset) on; rates are fractions."""

    volume: Decimal
    maker: Decimal
    taker: Decimal


@value
class FeeSchedule:
    """
    A venue's fees: the first tier in bps, and the tiers above it by rising volume.

    `reset` is the time of the UTC day at which the venue assigns tiers.

    >>> FeeSchedule("-0.5", 7.5).tier(Decimal(0)).taker
    Decimal('0.00075')
    """

    maker_bps: Decimal | float | str
    taker_bps: Decimal | float | str
    tiers: tuple[FeeTier, ...] = ()
    reset: Nanos = Nanos(0)
    worst: Decimal = attrs.field(init=False, eq=False, repr=False)
    """The highest rate of any tier, not below 0: what an order may have to pay."""

    def __attrs_post_init__(self) -> None:
        volumes = [tier.volume for tier in self.tiers]
        if volumes != sorted(dict.fromkeys(volumes)) or any(v <= 0 for v in volumes):
            raise DomainError(f"volumes of fee tiers are {volumes}, expected rising above 0")
        if not 0 <= self.reset < DAY:
            raise DomainError(f"fee reset {self.reset} is not a time of day in nanoseconds")
        tiers = [self.tier(Decimal(0)), *self.tiers]
        worst = max(Decimal(0), *(max(tier.maker, tier.taker) for tier in tiers))
        object.__setattr__(self, "worst", worst)

    def tier(self, volume: Decimal) -> FeeTier:
        """Return what applies to a 30-day *volume*."""
        best = FeeTier(Decimal(0), _fraction(self.maker_bps), _fraction(self.taker_bps))
        for tier in self.tiers:
            if volume >= tier.volume:
                best = tier
        return best


@attrs.define
class Fees:
    """An account's tier at one venue; it changes at the venue's reset hour and never between."""

    schedule: FeeSchedule
    tier: FeeTier = attrs.field(init=False)
    _day: int | None = attrs.field(init=False, default=None)
    _today: Decimal = attrs.field(init=False, default=Decimal(0))
    _past: deque[Decimal] = attrs.field(
        init=False, factory=lambda: deque([Decimal(0)] * WINDOW_DAYS, WINDOW_DAYS)
    )

    def __attrs_post_init__(self) -> None:
        self.tier = self.schedule.tier(Decimal(0))

    def advance(self, now: Nanos) -> None:
        """Let time pass to *now*; days that ended move into the window and set the tier."""
        if not self.schedule.tiers:
            return
        day = (now - self.schedule.reset) // DAY
        ended = 0 if self._day is None else day - self._day
        self._day = day
        for _ in range(min(ended, WINDOW_DAYS + 1)):
            self._past.append(self._today)
            self._today = Decimal(0)
        if ended:
            self.tier = self.schedule.tier(sum(self._past, Decimal(0)))

    def count(self, notional: Decimal) -> None:
        """Add a fill's *notional* to the volume of the day."""
        if self.schedule.tiers:
            self._today += notional


def _fraction(bps: Decimal | float | str) -> Decimal:
    # The shortest decimal text of a float is what was meant: 7.5, not 7.5000000000000001.
    return Decimal(str(bps)) / BPS
