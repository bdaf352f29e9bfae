"""Endowment: the balances a run was given, and what they gained by themselves."""

from decimal import Decimal

from graphwiz_trader.application.prices import Prices
from graphwiz_trader.domain.events import BalanceReport
from graphwiz_trader.domain.position import ZERO
from graphwiz_trader.domain.units import Asset, Venue


class Endowment:
    """
    What each venue said we had before our first fill, valued once all of it has a price.

    Balances told later are what trading made of it, and are ignored.
    """

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._given: dict[tuple[Venue, Asset], Decimal] = {}
        self.start: Decimal | None = None

    def hear(self, event: BalanceReport) -> None:
        """Note a balance told before any fill."""
        self._given[(event.venue, event.asset)] = event.total

    def value_start(self) -> None:
        """Value the start, unless that is done or something has no price yet."""
        if self.start is None:
            self.start = self._worth()

    def gain(self) -> Decimal | None:
        """Return what it is worth now, less what it was at the start."""
        now = self._worth()
        return now - self.start if now is not None and self.start is not None else None

    def _worth(self) -> Decimal | None:
        total = ZERO
        for (_, asset), amount in self._given.items():
            rate = self._prices.rate(asset)
            if rate is None and amount:
                return None
            total += amount * Decimal(rate or 0)
        return total if self._given else None
