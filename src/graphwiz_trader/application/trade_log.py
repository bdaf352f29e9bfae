"""TradeLog: the trades that were closed, by strategy and by hour."""

from collections.abc import Callable
from statistics import median

from graphwiz_trader.application.earnings import Earnings
from graphwiz_trader.application.prices import Prices
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.facts import (
    FillBooked,
    GroupChanged,
    GroupState,
    SignalApproved,
    TradeClosed,
)
from graphwiz_trader.domain.position import ZERO
from graphwiz_trader.domain.report import TradeLine
from graphwiz_trader.domain.trade_record import trade_record
from graphwiz_trader.domain.units import DAY, SECOND, InstrumentId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.engine.holdings import settlement

_HOUR = 3600 * SECOND


class TradeLog:
    """
    Keeps every closed trade, in the reporting currency.

    A trade does not say what it is settled in: a group's legs do, and for a round trip the fill
    that closed it, which is booked in the same step.
    """

    def __init__(self, prices: Prices, earnings: Earnings) -> None:
        self._prices = prices
        self._earnings = earnings
        self._trades: list[TradeClosed] = []
        self._groups: dict[str, InstrumentId] = {}
        self._last: InstrumentId | None = None

    def approve(self, fact: SignalApproved) -> None:
        """Remember what a group trades."""
        if fact.group and len(fact.signal.legs) > 1:
            self._groups[fact.group] = fact.signal.legs[0].instrument

    def fill(self, fill: FillBooked) -> None:
        """Remember what was traded last."""
        self._last = fill.instrument

    def close(self, trade: TradeClosed) -> None:
        """Note a closed trade, converted at the rate of its end."""
        name = self._groups.pop(trade.trade, self._last)
        if name is None:
            raise DataError(f"trade {trade.trade} closed before anything was filled")
        rate = self._earnings.rate(settlement(self._prices.instruments[name]))
        self._trades.append(evolve(trade, pnl=trade.pnl * rate, fees=trade.fees * rate))

    def change(self, fact: GroupChanged) -> None:
        """Forget a group that ended without a trade."""
        if fact.state is GroupState.MISSED:
            self._groups.pop(fact.group, None)

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
