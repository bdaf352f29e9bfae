"""TradeLog: the trades that were closed, by strategy and by hour."""

from collections.abc import Callable
from statistics import median

from graphwiz_trader.application.earnings import Earnings
from graphwiz_trader.domain.facts import TradeClosed
from graphwiz_trader.domain.position import ZERO
from graphwiz_trader.domain.report import TradeLine
from graphwiz_trader.domain.trade_record import trade_record
from graphwiz_trader.domain.units import DAY, SECOND
from graphwiz_trader.domain.value import evolve

_HOUR = 3600 * SECOND


class TradeLog:
    """Keeps every closed trade, in the reporting currency."""

    def __init__(self, earnings: Earnings) -> None:
        self._earnings = earnings
        self._trades: list[TradeClosed] = []

    def close(self, trade: TradeClosed) -> None:
        """Note a closed trade, converted at the rate of its end."""
        rate = self._earnings.rate(trade.asset)
        self._trades.append(evolve(trade, pnl=trade.pnl * rate, fees=trade.fees * rate))

    def total(self) -> TradeLine:
        """Return everything in one line."""
        return _line("all", self._trades)

    def by_strategy(self) -> tuple[TradeLine, ...]:
        """Return a line a strategy, by name."""
        return self._lines(lambda trade: str(trade.strategy))

    def by_hour(self) -> tuple[TradeLine, ...]:
        """Return a line an hour of the UTC day in which trades closed."""
        return self._lines(lambda trade: f"{trade.closed % DAY // _HOUR:02d}")

    def _lines(self, name_of: Callable[[TradeClosed], str]) -> tuple[TradeLine, ...]:
        groups: dict[str, list[TradeClosed]] = {}
        for trade in self._trades:
            groups.setdefault(name_of(trade), []).append(trade)
        return tuple(_line(name, groups[name]) for name in sorted(groups))


def _line(name: str, trades: list[TradeClosed]) -> TradeLine:
    held = [(trade.closed - trade.opened) / SECOND for trade in trades]
    return TradeLine(
        name=name,
        record=trade_record([trade.pnl for trade in trades]),
        fees=sum((trade.fees for trade in trades), ZERO),
        median_held_s=median(held) if held else None,
    )
