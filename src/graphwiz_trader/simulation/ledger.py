"""
Ledger: what one account owns at a venue, and how much of it open orders have locked.

Spot moves base against quote and takes the fee in quote.
A derivative has no base to deliver: a fill is a cash flow of its notional in the settlement
asset (quote of a linear contract, base of an inverse one), with nothing locked and no borrowing
limit, so that cash plus position times mark is the account's equity; the engine keeps the position.
Every sum is exact: an amount that would have to be rounded raises `decimal.Inexact`.
"""

from collections.abc import Mapping
from decimal import Context, Decimal, Inexact
from typing import Final

from graphwiz_trader.domain.errors import InvariantViolation
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, Lots, Ticks

_EXACT: Final = Context(prec=80, traps=[Inexact])
_ZERO: Final = Decimal(0)
_SELL: Final = Side.SELL
_SPOT: Final = Kind.SPOT


class Ledger:
    """
    The balances of one account.

    A lock, its releases and its fills must name the same price and rate; they are linear in the
    quantity, so an order may be filled and released piece by piece and ends with nothing locked.
    """

    def __init__(self, balances: Mapping[Asset, Decimal]) -> None:
        self._total = dict(balances)
        self._locked: dict[Asset, Decimal] = dict.fromkeys(balances, _ZERO)

    @property
    def assets(self) -> tuple[Asset, ...]:
        """Every asset ever held here, in the order first seen."""
        return tuple(self._total)

    def total(self, asset: Asset) -> Decimal:
        """Return what is owned of *asset*, locked or not."""
        return self._total.get(asset, _ZERO)

    def free(self, asset: Asset) -> Decimal:
        """Return what may still be locked of *asset*."""
        return _EXACT.subtract(self.total(asset), self._locked.get(asset, _ZERO))

    def lock(
        self, instrument: Instrument, side: Side, price: Ticks, qty: Lots, fee_rate: Decimal
    ) -> bool:
        """
        Set aside what *qty* at *price* may cost, or change nothing and return False.

        Args:
            instrument: What is traded; derivatives lock nothing and always pass.
            side: A buy locks quote, a sell locks base.
            price: The worst price the order may trade at.
            qty: All of the order.
            fee_rate: The worst fee, a fraction of the notional; a rebate counts as 0.

        """
        if instrument.kind is not _SPOT:
            return True
        asset, amount = _held(instrument, side, price, qty, fee_rate)
        if amount > self.free(asset):
            return False
        self._locked[asset] = _EXACT.add(self._locked.get(asset, _ZERO), amount)
        return True

    def release(
        self, instrument: Instrument, side: Side, price: Ticks, qty: Lots, fee_rate: Decimal
    ) -> None:
        """Free *qty* of an order that was locked at *price* and *fee_rate*."""
        if instrument.kind is not _SPOT:
            return
        asset, amount = _held(instrument, side, price, qty, fee_rate)
        left = _EXACT.subtract(self._locked.get(asset, _ZERO), amount)
        if left < 0:
            raise InvariantViolation(f"{amount} {asset} to release, {left + amount} locked")
        self._locked[asset] = left

    def fill(
        self,
        instrument: Instrument,
        side: Side,
        limit_price: Ticks,
        price: Ticks,
        qty: Lots,
        *,
        lock_rate: Decimal,
        fee_rate: Decimal,
    ) -> Money:
        """
        Settle one fill of a locked order.

        Args:
            instrument: What was traded.
            side: Ours.
            limit_price: The price *qty* was locked at.
            price: The price it traded at.
            qty: This fill.
            lock_rate: The rate it was locked at.
            fee_rate: The rate charged, a fraction of the notional; negative is a rebate.

        Returns:
            The commission, in the asset it was taken in; negative is a rebate.

        """
        self.release(instrument, side, limit_price, qty, lock_rate)
        return self.settle(instrument, side, price, qty, fee_rate)

    def settle(
        self, instrument: Instrument, side: Side, price: Ticks, qty: Lots, fee_rate: Decimal
    ) -> Money:
        """Settle a fill of an order that locked nothing, and return the commission; see `fill`."""
        notional = instrument.notional(price, qty)
        fee = _EXACT.multiply(notional, fee_rate)
        cash = notional if side is _SELL else -notional
        settlement = instrument.quote
        if instrument.kind is _SPOT:
            self._move(instrument.base, int(side) * instrument.qty(qty))
        elif instrument.kind is Kind.INVERSE:
            # A long inverse contract is paid in base: q·m·(1/bought − 1/sold).
            settlement, cash = instrument.base, -cash
        self._move(settlement, _EXACT.subtract(cash, fee))
        return Money(fee, settlement)

    def credit(self, money: Money) -> None:
        """Receive *money*, or pay it where it is negative."""
        self._move(money.asset, money.amount)

    def _move(self, asset: Asset, amount: Decimal) -> None:
        self._total[asset] = _EXACT.add(self.total(asset), amount)


def _held(
    instrument: Instrument, side: Side, price: Ticks, qty: Lots, fee_rate: Decimal
) -> tuple[Asset, Decimal]:
    if side is _SELL:
        return instrument.base, instrument.qty(qty)
    notional = instrument.notional(price, qty)
    return instrument.quote, _EXACT.add(notional, _EXACT.multiply(notional, max(fee_rate, _ZERO)))
