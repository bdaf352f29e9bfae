"""LossLimits: whether the day's result and the drawdown are within their limits."""

from graphwiz_trader.domain.intent import Bounds
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.engine.holdings import Holdings


class LossLimits:
    """Looks again only once what it looked at may have changed."""

    def __init__(self, holdings: Holdings, bounds: Bounds) -> None:
        self._holdings = holdings
        self._floor, self._down = bounds.day_floor, bounds.max_drawdown_pct
        self._fine_at = -1

    def are_kept(self, now: Nanos) -> bool:
        """Whether neither limit is reached."""
        holdings = self._holdings
        is_today = holdings.day_begins <= now < holdings.day_ends
        if is_today and holdings.changes == self._fine_at:
            return True
        is_fine = holdings.day_pnl(now) > self._floor and holdings.drawdown_pct() < self._down
        self._fine_at = holdings.changes if is_fine else -1
        return is_fine
