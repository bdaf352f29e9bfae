"""
Matching: one instrument's orders, met by price and then by time.

A level's key is `side * ticks`, so that on both sides the best level has the greatest key.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from enum import Enum
from typing import Final

from graphwiz_trader.domain.orders import OrdStatus, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Lots, Ticks
from graphwiz_trader.domain.value import value


class SelfTrade(Enum):
    """What happens when an account would trade with itself."""

    CANCEL_OLDEST = "cancel_oldest"
    CANCEL_NEWEST = "cancel_newest"
    CANCEL_BOTH = "cancel_both"


class Rest(Enum):
    """What became of the part that did not trade on arrival."""

    NOTHING_LEFT = "nothing left"
    WORKING = "working"
    EXPIRED = "expired"
    WOULD_TAKE = "would take"
    SELF_TRADE = "self trade"


_NO_LOTS: Final = Lots(0)
_NO_ID: Final = ClOrdId("")


class VenueOrder:
    """
    One order as its venue knows it.

    `number` rises with time; only an order and what replaces it share one.
    `cl_ord_id` is empty for the crowd's.
    `price` is positive, and means nothing for a MARKET order; funds are locked at `lock_price`.
    `cum_qty + leaves_qty == order_qty`, also after the end.
    """

    def __init__(
        self,
        number: int,
        instrument: InstrumentId,
        account: str,
        side: Side,
        ord_type: OrdType,
        time_in_force: TimeInForce,
        price: Ticks,
        order_qty: Lots,
        cum_qty: Lots = _NO_LOTS,
        cl_ord_id: ClOrdId = _NO_ID,
        ord_status: OrdStatus = OrdStatus.NEW,
    ) -> None:
        self.number = number
        self.instrument = instrument
        self.account = account
        self.side = side
        self.ord_type = ord_type
        self.time_in_force = time_in_force
        self.price = price
        self.order_qty = order_qty
        self.cum_qty = cum_qty
        self.cl_ord_id = cl_ord_id
        self.lock_price = Ticks(0)
        self.ord_status = ord_status

    @property
    def leaves_qty(self) -> int:
        """What has not traded, in lots."""
        return self.order_qty - self.cum_qty

    def successor(self, cl_ord_id: ClOrdId, price: Ticks, order_qty: Lots) -> "VenueOrder":
        """Return what replaces it: an order of its number, of which nothing has traded."""
        order = VenueOrder(
            self.number,
            self.instrument,
            self.account,
            self.side,
            self.ord_type,
            self.time_in_force,
            price,
            order_qty,
            cl_ord_id=cl_ord_id,
        )
        order.lock_price = self.lock_price
        return order


@value
class Fill:
    """Two orders met at the maker's price; each `…_cum_qty` is as of just after."""

    maker: VenueOrder
    taker: VenueOrder
    price: Ticks
    qty: Lots
    maker_cum_qty: Lots
    taker_cum_qty: Lots


@value
class Match:
    """What an arrival did: fills in order, resting orders it withdrew, what became of the rest."""

    rest: Rest
    fills: tuple[Fill, ...] = ()
    withdrawn: tuple[VenueOrder, ...] = ()


_REFUSED: Final = Match(Rest.WOULD_TAKE)
_KILLED: Final = Match(Rest.EXPIRED)
JOINED: Final = Match(Rest.WORKING)
"""What most arrivals do: nothing but join a level."""

# CPython 3.11 looks an enumeration's member up in 0.27 µs, a module's name in 0.02.
_BUY: Final = Side.BUY
_SELL: Final = Side.SELL
_OPPOSITE: Final = {_BUY: _SELL, _SELL: _BUY}
_MARKET: Final = OrdType.MARKET
_LIMIT_MAKER: Final = OrdType.LIMIT_MAKER
_GTC: Final = TimeInForce.GTC
_FOK: Final = TimeInForce.FOK


class _Level:
    """The orders at one price, oldest first."""

    __slots__ = ("orders", "qty")

    def __init__(self) -> None:
        self.orders: dict[int, VenueOrder] = {}
        self.qty = 0


class MatchingBook:
    """
    The working orders of one instrument.

    `touched` collects the keys of levels whose quantity may have changed, in the order of
    change; whoever publishes them clears it. `trades` counts the fills so far.
    """

    def __init__(self, self_trade: SelfTrade = SelfTrade.CANCEL_OLDEST) -> None:
        self._self_trade = self_trade
        self._levels: dict[int, _Level] = {}
        self._keys: dict[Side, list[int]] = {_BUY: [], _SELL: []}
        self.touched: dict[int, None] = {}
        self.trades = 0

    def best(self, side: Side) -> Ticks | None:
        """Return the best price of *side*, or None while it is empty."""
        keys = self._keys[side]
        return Ticks(side * keys[-1]) if keys else None

    def qty_at(self, key: int) -> int:
        """Return the lots at the level *key* (`side * ticks`), 0 where there is none."""
        level = self._levels.get(key)
        return level.qty if level else 0

    def levels(self, side: Side) -> Iterator[tuple[Ticks, Lots]]:
        """Yield price and quantity of each level of *side*, best first."""
        for key in reversed(self._keys[side]):
            yield Ticks(side * key), Lots(self._levels[key].qty)

    def orders(self, side: Side) -> Iterator[VenueOrder]:
        """Yield the working orders of *side* in the order in which they will trade."""
        for key in reversed(self._keys[side]):
            yield from self._levels[key].orders.values()

    def takes(self, side: Side, price: Ticks) -> bool:
        """Return whether a limit at *price* would trade on arrival."""
        opposite = self._keys[_OPPOSITE[side]]
        return bool(opposite) and opposite[-1] >= -side * price

    def place(self, order: VenueOrder) -> Match:
        """Let *order* trade with what it meets; what may rest joins the end of its level."""
        if order.ord_type is not _MARKET and not self.takes(order.side, order.price):
            if order.time_in_force is not _GTC:
                return _KILLED
            self._join(order)
            return JOINED
        if order.ord_type is _LIMIT_MAKER:
            return _REFUSED
        if order.time_in_force is _FOK and not self._fills_whole(order):
            return _KILLED
        return self._take(order)

    def cancel(self, order: VenueOrder) -> None:
        """Withdraw a working *order*."""
        key = order.side * order.price
        level = self._levels[key]
        del level.orders[order.number]
        self._shrink(key, level, order.order_qty - order.cum_qty)

    def replace(self, old: VenueOrder, new: VenueOrder) -> Match:
        """
        Let *new*, of the same number, succeed the working *old*.

        Not more than is left of *old*, at the same price, keeps its place in the queue; anything
        else is a new arrival. A LIMIT_MAKER that would take is refused, and *old* goes on.
        """
        if new.price == old.price and new.order_qty <= old.leaves_qty:
            key = new.side * new.price
            level = self._levels[key]
            level.orders[new.number] = new
            self._shrink(key, level, old.leaves_qty - new.order_qty)
            return JOINED
        if new.ord_type is _LIMIT_MAKER and self.takes(new.side, new.price):
            return _REFUSED
        self.cancel(old)
        return self.place(new)

    def _join(self, order: VenueOrder) -> None:
        key = order.side * order.price
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = _Level()
            insort(self._keys[order.side], key)
        level.orders[order.number] = order
        level.qty += order.order_qty - order.cum_qty
        self.touched[key] = None

    def _shrink(self, key: int, level: _Level, qty: int) -> None:
        level.qty -= qty
        self.touched[key] = None
        if not level.orders:
            del self._levels[key]
            keys = self._keys[_BUY if key > 0 else _SELL]
            del keys[bisect_left(keys, key)]

    def _fills_whole(self, order: VenueOrder) -> bool:
        """Whether it would trade in full before an order of its own account stops it."""
        wanted = order.leaves_qty
        for maker in self.orders(_OPPOSITE[order.side]):
            if not _within(order, maker):
                return False
            if maker.account != order.account:
                wanted -= maker.leaves_qty
                if wanted <= 0:
                    return True
            elif self._self_trade is not SelfTrade.CANCEL_OLDEST:
                return False
        return False

    def _take(self, order: VenueOrder) -> Match:
        fills: list[Fill] = []
        withdrawn: list[VenueOrder] = []
        keys = self._keys[_OPPOSITE[order.side]]
        while order.cum_qty < order.order_qty and keys:
            level = self._levels[keys[-1]]
            maker = next(iter(level.orders.values()))
            if not _within(order, maker):
                break
            if maker.account != order.account:
                fills.append(self._trade(keys[-1], level, maker, order))
                continue
            if self._self_trade is not SelfTrade.CANCEL_NEWEST:
                self.cancel(maker)
                withdrawn.append(maker)
            if self._self_trade is not SelfTrade.CANCEL_OLDEST:
                return Match(Rest.SELF_TRADE, tuple(fills), tuple(withdrawn))
        return Match(self._settle_rest(order), tuple(fills), tuple(withdrawn))

    def _trade(self, key: int, level: _Level, maker: VenueOrder, taker: VenueOrder) -> Fill:
        self.trades += 1
        qty = Lots(min(maker.leaves_qty, taker.leaves_qty))
        maker.cum_qty = Lots(maker.cum_qty + qty)
        taker.cum_qty = Lots(taker.cum_qty + qty)
        if maker.cum_qty == maker.order_qty:
            del level.orders[maker.number]
        self._shrink(key, level, qty)
        return Fill(maker, taker, maker.price, qty, maker.cum_qty, taker.cum_qty)

    def _settle_rest(self, order: VenueOrder) -> Rest:
        if order.cum_qty == order.order_qty:
            return Rest.NOTHING_LEFT
        if order.ord_type is _MARKET or order.time_in_force is not _GTC:
            return Rest.EXPIRED
        self._join(order)
        return Rest.WORKING


def _within(order: VenueOrder, maker: VenueOrder) -> bool:
    """Whether *order* accepts the price of *maker*."""
    if order.ord_type is _MARKET:
        return True
    return order.side * (order.price - maker.price) >= 0
