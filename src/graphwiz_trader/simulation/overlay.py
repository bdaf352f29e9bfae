"""
Overlay: our orders laid over recorded books, as if they had been there.

Taking walks the recorded levels at their prices; the recording itself does not react to us.
"""

from typing import Final, TypeAlias

from graphwiz_trader.domain.orders import ExecType, Liquidity, OrdStatus, OrdType, TimeInForce
from graphwiz_trader.domain.units import Lots, Nanos, Ticks
from graphwiz_trader.simulation.answers import Answers
from graphwiz_trader.simulation.fees import Fees
from graphwiz_trader.simulation.ledger import Ledger
from graphwiz_trader.simulation.matching import SelfTrade, VenueOrder
from graphwiz_trader.simulation.recorded_book import RecordedBook
from graphwiz_trader.simulation.resting import MakerFill, RestingOrders

SELF_TRADE: Final = "SELF_TRADE"

Plan: TypeAlias = list[tuple[Ticks, Lots]]

_ANYWHERE: Final = 1 << 62

# Looking a member up in its enumeration costs as much as what is done with it.
_MARKET: Final = OrdType.MARKET
_GTC: Final = TimeInForce.GTC
_FOK: Final = TimeInForce.FOK
_CANCEL_OLDEST: Final = SelfTrade.CANCEL_OLDEST
_TAKER: Final = Liquidity.TAKER
_MAKER: Final = Liquidity.MAKER
_CANCELED: Final = ExecType.CANCELED
_PARTIALLY_FILLED: Final = OrdStatus.PARTIALLY_FILLED
_FILLED: Final = OrdStatus.FILLED
_EXPIRED: Final = ExecType.EXPIRED


class Overlay:
    """
    One instrument: its recorded book, our orders in it, and the account they are settled in.

    `closed` gathers the orders that have ended; whoever keeps account of them empties it.
    """

    def __init__(
        self,
        book: RecordedBook,
        resting: RestingOrders,
        ledger: Ledger,
        fees: Fees,
        answers: Answers,
        self_trade: SelfTrade,
    ) -> None:
        self.book = book
        self.resting = resting
        self.closed: list[VenueOrder] = []
        self._ledger = ledger
        self._fees = fees
        self._lock_rate = fees.schedule.worst
        self._answers = answers
        self._self_trade = self_trade

    def would_take(self, order: VenueOrder) -> bool:
        """Return whether *order* would trade on arrival, with the book or with one of ours."""
        return bool(self._plan(order) or self.resting.within(order.side.opposite, order.price))

    def reference(self, order: VenueOrder) -> Ticks | None:
        """Return the price that values a MARKET *order*: the best it meets."""
        if order.ord_type is not _MARKET:
            return None
        return next((tick for tick, _ in self.book.offers(order.side.opposite)), None)

    def lock(self, order: VenueOrder) -> bool:
        """Set aside what *order* may cost; False, and nothing happens, if that is not there."""
        order.lock_price = order.price
        if order.ord_type is _MARKET:
            plan = self._plan(order)
            order.lock_price = plan[-1][0] if plan else Ticks(0)
        return self._ledger.lock(
            self.book.instrument, order.side, order.lock_price, order.order_qty, self._lock_rate
        )

    def release(self, order: VenueOrder) -> None:
        """Free what is set aside for the rest of *order*."""
        left = Lots(order.leaves_qty)
        self._ledger.release(
            self.book.instrument, order.side, order.lock_price, left, self._lock_rate
        )

    def lock_again(self, order: VenueOrder) -> None:
        """Set aside again what was released of the resting *order*."""
        left = Lots(order.leaves_qty)
        self._ledger.lock(self.book.instrument, order.side, order.lock_price, left, self._lock_rate)

    def enter(self, order: VenueOrder, now: Nanos) -> None:
        """Let the accepted *order* trade with what it meets; what may rest joins its queue."""
        plan = self._plan(order)
        whole = sum(lots for _, lots in plan) >= order.order_qty
        if order.time_in_force is _FOK and not whole:
            self.end(order, _EXPIRED, now)
            return
        reach = plan[-1][0] if whole else _limit(order)
        ours = self.resting.within(order.side.opposite, Ticks(reach))
        stops = bool(ours) and self._self_trade is not _CANCEL_OLDEST
        if stops:
            plan = [(tick, lots) for tick, lots in plan if order.side * (ours[0].price - tick) > 0]
        self._withdraw(ours, now)
        for tick, lots in plan:
            self.book.take(order.side.opposite, tick, lots)
            self._fill(order, now, tick, lots, _TAKER)
        if stops and order.leaves_qty:
            self.end(order, _CANCELED, now, SELF_TRADE)
        elif order.leaves_qty:
            self._rest(order, now)

    def cancel(self, order: VenueOrder, now: Nanos, text: str = "") -> None:
        """Withdraw the resting *order*."""
        self.resting.leave(order)
        self.end(order, _CANCELED, now, text)

    def end(self, order: VenueOrder, exec_type: ExecType, now: Nanos, text: str = "") -> None:
        """Free what *order* had set aside and say how it ended."""
        self.release(order)
        self._answers.ended(order, exec_type, now, text)
        self.closed.append(order)

    def run_next(self) -> None:
        """Let the next message that may matter to resting orders happen."""
        now, fills = self.resting.run_next()
        for fill in fills:
            self._made(fill, now)

    def _plan(self, order: VenueOrder) -> Plan:
        """Return what *order* would take of each level it meets."""
        plan: Plan = []
        wanted = order.leaves_qty
        limit, opposite = _limit(order), order.side.opposite
        if not self.book.is_within(opposite, limit):
            return plan
        for tick, lots in self.book.offers(opposite):
            if wanted == 0 or order.side * (limit - tick) < 0:
                break
            plan.append((tick, Lots(min(lots, wanted))))
            wanted -= plan[-1][1]
        return plan

    def _withdraw(self, ours: tuple[VenueOrder, ...], now: Nanos) -> None:
        if self._self_trade is _CANCEL_OLDEST:
            for order in ours:
                self.cancel(order, now, SELF_TRADE)
        elif self._self_trade is SelfTrade.CANCEL_BOTH and ours:
            self.cancel(ours[0], now, SELF_TRADE)

    def _rest(self, order: VenueOrder, now: Nanos) -> None:
        if order.ord_type is _MARKET or order.time_in_force is not _GTC:
            self.end(order, _EXPIRED, now)
        else:
            self.resting.join(order)

    def _made(self, fill: MakerFill, now: Nanos) -> None:
        order = fill.order
        self._fill(order, now, order.price, fill.qty, _MAKER)
        if not order.leaves_qty:
            self.resting.leave(order)

    def _fill(
        self, order: VenueOrder, now: Nanos, price: Ticks, qty: Lots, liquidity: Liquidity
    ) -> None:
        instrument, fees = self.book.instrument, self._fees
        fees.advance(now)
        rate = fees.tier.maker if liquidity is _MAKER else fees.tier.taker
        fee = self._ledger.fill(
            instrument,
            order.side,
            order.lock_price,
            price,
            qty,
            lock_rate=self._lock_rate,
            fee_rate=rate,
        )
        fees.count(instrument.notional(price, qty))
        order.cum_qty = Lots(order.cum_qty + qty)
        order.ord_status = _PARTIALLY_FILLED if order.leaves_qty else _FILLED
        self._answers.traded(order, now, price=price, qty=qty, liquidity=liquidity, fee=fee)
        if not order.leaves_qty:
            self.closed.append(order)


def _limit(order: VenueOrder) -> int:
    """Return the worst price *order* accepts, in ticks."""
    return order.side * _ANYWHERE if order.ord_type is _MARKET else order.price
