"""Floor: the books of a venue and the money behind them; where orders meet and are settled."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.orders import OrdStatus, OrdType
from graphwiz_trader.domain.units import Asset, Lots, Ticks, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.simulation.ledger import Ledger
from graphwiz_trader.simulation.matching import (
    JOINED,
    Fill,
    Match,
    MatchingBook,
    Rest,
    SelfTrade,
    VenueOrder,
)

_ZERO = Decimal(0)
_ENDED = {
    Rest.EXPIRED: OrdStatus.EXPIRED,
    Rest.SELF_TRADE: OrdStatus.CANCELED,
    Rest.WOULD_TAKE: OrdStatus.REJECTED,
}


@value
class Dealt:
    """What an arrival did, and what each of its fills cost maker and taker."""

    match: Match
    commissions: tuple[tuple[Money, Money], ...] = ()


_QUIET = Dealt(JOINED)
_FILLED, _PARTIALLY_FILLED = OrdStatus.FILLED, OrdStatus.PARTIALLY_FILLED
_CANCELED = OrdStatus.CANCELED


class Floor:
    """
    Matches orders and moves the money.

    Accounts named at the start lock what their orders may cost. Every other account is the
    crowd's: it may owe, and shares one ledger, `crowd`. `fees` is what the venue took. Over all
    of them each asset is conserved, exactly.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        accounts: Mapping[str, Mapping[Asset, Decimal]],
        maker_fee: Decimal,
        taker_fee: Decimal,
        self_trade: SelfTrade,
    ) -> None:
        self.instruments = {instrument.id: instrument for instrument in instruments}
        if len({instrument.venue for instrument in instruments}) != 1:
            raise DomainError(f"instruments {list(self.instruments)} are not of one venue")
        self.books = {name: MatchingBook(self_trade) for name in self.instruments}
        self.accounts = {name: Ledger(balances) for name, balances in accounts.items()}
        self.crowd = Ledger({})
        self.fees = Ledger({})
        self._maker_fee, self._taker_fee = maker_fee, taker_fee
        self._lock_rate = max(maker_fee, taker_fee, _ZERO)

    @property
    def venue(self) -> Venue:
        """Whose floor it is."""
        return next(iter(self.instruments.values())).venue

    def place(self, order: VenueOrder) -> Dealt | None:
        """Lock, match and settle a new *order*; None, and nothing happens, if funds are short."""
        ledger = self.accounts.get(order.account)
        if ledger is not None:
            order.lock_price = self._worst_price(order)
            if not self._lock(ledger, order, order.lock_price, order.order_qty):
                return None
        return self._settled(order, self.books[order.instrument].place(order))

    def replace(self, old: VenueOrder, new: VenueOrder) -> Dealt | None:
        """Let *new* succeed a working *old* as `MatchingBook.replace`; None if funds are short."""
        book = self.books[old.instrument]
        if new.ord_type is OrdType.LIMIT_MAKER and book.takes(new.side, new.price):
            return Dealt(Match(Rest.WOULD_TAKE))
        ledger = self.accounts.get(old.account)
        if ledger is not None:
            self._release(old)
            new.lock_price = new.price
            if not self._lock(ledger, new, new.price, new.order_qty):
                self._lock(ledger, old, old.lock_price, old.leaves_qty)
                return None
        old.ord_status = OrdStatus.REPLACED
        return self._settled(new, book.replace(old, new))

    def cancel(self, order: VenueOrder) -> None:
        """Withdraw a working *order* and free its funds."""
        self.books[order.instrument].cancel(order)
        self._release(order)
        order.ord_status = _CANCELED

    def _settled(self, order: VenueOrder, match: Match) -> Dealt:
        if match is JOINED:
            return _QUIET
        commissions = tuple(
            (
                self._settle(fill.maker, fill, self._maker_fee),
                self._settle(fill.taker, fill, self._taker_fee),
            )
            for fill in match.fills
        )
        for withdrawn in match.withdrawn:
            self._release(withdrawn)
            withdrawn.ord_status = OrdStatus.CANCELED
        ended = _ENDED.get(match.rest)
        if ended is not None:
            self._release(order)
            order.ord_status = ended
        return Dealt(match, commissions)

    def _settle(self, order: VenueOrder, fill: Fill, rate: Decimal) -> Money:
        full = order.cum_qty == order.order_qty
        order.ord_status = _FILLED if full else _PARTIALLY_FILLED
        instrument = self.instruments[order.instrument]
        ledger = self.accounts.get(order.account)
        if ledger is None:
            fee = self.crowd.settle(instrument, order.side, fill.price, fill.qty, rate)
        else:
            fee = ledger.fill(
                instrument,
                order.side,
                order.lock_price,
                fill.price,
                fill.qty,
                lock_rate=self._lock_rate,
                fee_rate=rate,
            )
        self.fees.credit(fee)
        return fee

    def _lock(self, ledger: Ledger, order: VenueOrder, price: Ticks, qty: int) -> bool:
        instrument = self.instruments[order.instrument]
        return ledger.lock(instrument, order.side, price, Lots(qty), self._lock_rate)

    def _release(self, order: VenueOrder) -> None:
        ledger = self.accounts.get(order.account)
        if ledger is not None:
            instrument, left = self.instruments[order.instrument], Lots(order.leaves_qty)
            ledger.release(instrument, order.side, order.lock_price, left, self._lock_rate)

    def _worst_price(self, order: VenueOrder) -> Ticks:
        """Its limit, or the last price that a MARKET order must go to, own orders aside."""
        worst = order.price
        if order.ord_type is OrdType.MARKET:
            worst, left = Ticks(0), order.leaves_qty
            for maker in self.books[order.instrument].orders(order.side.opposite):
                if left <= 0:
                    break
                if maker.account != order.account:
                    worst, left = maker.price, left - maker.leaves_qty
        return worst
