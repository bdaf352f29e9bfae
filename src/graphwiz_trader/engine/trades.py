"""Trades: what each strategy closed, and its performance record."""

from collections.abc import Mapping
from decimal import Decimal

import attrs

from graphwiz_trader.domain.facts import FillBooked, TradeClosed
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.position import ZERO
from graphwiz_trader.domain.units import InstrumentId, Nanos, StrategyId
from graphwiz_trader.engine.holdings import settlement


@attrs.define
class Record:
    """
    One strategy's performance: closed trades, winners among them, profit after fees.

    In the reporting currency, each trade converted when it closed; one that nothing priced then
    counts as 0.
    """

    trades: int = 0
    wins: int = 0
    pnl: Decimal = ZERO

    @property
    def win_rate(self) -> float:
        """Winners among closed trades, 0 while there are none."""
        return self.wins / self.trades if self.trades else 0.0

    def close(self, pnl: Decimal) -> None:
        """One more trade ended."""
        self.trades += 1
        self.wins += pnl > 0
        self.pnl += pnl


@attrs.define
class RoundTrip:
    """From flat to flat in one instrument: units held, profit and fees so far."""

    opened: Nanos
    qty: Decimal = ZERO
    pnl: Decimal = ZERO
    fees: Decimal = ZERO


class Trades:
    """Closes round trips of single orders, and counts those and the groups."""

    def __init__(self) -> None:
        self._records: dict[StrategyId, Record] = {}
        self._trips: dict[tuple[StrategyId, InstrumentId], RoundTrip] = {}
        self._count = 0

    @property
    def records(self) -> Mapping[StrategyId, Record]:
        """Every strategy's record."""
        return self._records

    def fill(
        self, fill: FillBooked, instrument: Instrument, now: Nanos, *, opens: bool = True
    ) -> TradeClosed | None:
        """
        Follow one fill of *instrument*; return the trade it closed, if it did.

        What does not open, an exit or a flattening, begins no trip: beyond one it closes what
        groups hold, whose trades are their own. A fill through zero shares its fee.
        """
        key = (fill.strategy, fill.instrument)
        trip = self._trips.get(key)
        if trip is None:
            if not opens:
                return None
            trip = self._trips[key] = RoundTrip(now)
        qty, before = fill.side * instrument.qty(fill.qty), trip.qty
        is_through = before * (before + qty) < 0
        share = fill.fee * abs(before) / abs(qty) if is_through else fill.fee
        trip.qty += qty
        trip.pnl += fill.pnl - share
        trip.fees += share
        if before * trip.qty > 0 or not before:
            return None
        self._count += 1
        del self._trips[key]
        if is_through and opens:
            rest = fill.fee - share
            self._trips[key] = RoundTrip(now, trip.qty, -rest, rest)
        asset, name = settlement(instrument), f"t{self._count}"
        return TradeClosed(fill.strategy, name, trip.opened, now, asset, trip.pnl, trip.fees)

    def close(self, trade: TradeClosed, rate: Decimal) -> None:
        """Count a closed trade, of whose asset one is worth *rate*."""
        self._records.setdefault(trade.strategy, Record()).close(trade.pnl * rate)
