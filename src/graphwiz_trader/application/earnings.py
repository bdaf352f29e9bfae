"""Earnings: what fills have earned, by strategy and instrument, at the mids of the moment."""

from collections.abc import Callable
from decimal import Decimal

import attrs

from graphwiz_trader.application.prices import Prices
from graphwiz_trader.domain.facts import FillBooked
from graphwiz_trader.domain.orders import Liquidity
from graphwiz_trader.domain.position import ZERO, Position
from graphwiz_trader.domain.report import FillLine
from graphwiz_trader.domain.units import Asset, InstrumentId, StrategyId, Ticks
from graphwiz_trader.engine.holdings import settlement


@attrs.define
class _Share:
    """What one strategy did in one instrument; turnovers and rebates in the settlement asset."""

    strategy: StrategyId
    position: Position
    fills: int = 0
    turnover: Decimal = ZERO
    maker_turnover: Decimal = ZERO
    rebates: Decimal = ZERO


class Earnings:
    """
    Positions from fills alone, each valued at its own venue's last mid.

    Until a book has had two sides, the last fill's price stands for its mid. An asset that no
    book prices in the reporting currency counts nothing and is named by `unpriced`.
    """

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._shares: dict[tuple[StrategyId, InstrumentId], _Share] = {}
        self._mids: dict[InstrumentId, Decimal] = {}
        self._rates: dict[Asset, Decimal] = {}
        self.unpriced: dict[Asset, None] = {}
        self.unmarked: dict[InstrumentId, None] = {}

    def book(self, fill: FillBooked) -> Decimal:
        """Book *fill*; return its notional in the reporting currency."""
        instrument = self._prices.instruments[fill.instrument]
        key = (fill.strategy, fill.instrument)
        if key not in self._shares:
            self._shares[key] = _Share(fill.strategy, Position(instrument))
        share = self._shares[key]
        share.position.fill(fill.side, fill.price, fill.qty, fill.fee)
        notional = instrument.notional(fill.price, fill.qty)
        share.fills += 1
        share.turnover += notional
        if fill.liquidity is Liquidity.MAKER:
            share.maker_turnover += notional
        share.rebates += max(-fill.fee, ZERO)
        self._mark(fill.instrument, fill.price)
        return notional * self.rate(settlement(instrument))

    def net(self) -> Decimal:
        """Return what all fills have earned so far, after fees, reporting currency."""
        return sum((self._net(share) for share in self._shares.values()), ZERO)

    def rate(self, asset: Asset) -> Decimal:
        """Return what one *asset* is worth now, or was when it last had a price."""
        rate = self._prices.rate(asset)
        if rate is not None:
            self._rates[asset] = Decimal(rate)
        elif asset not in self._rates:
            self.unpriced[asset] = None
            return ZERO
        return self._rates[asset]

    def rebates(self) -> Decimal:
        """Return the negative fees, as a positive amount."""
        return sum((share.rebates * self._rate_of(share) for share in self._shares.values()), ZERO)

    def total(self) -> FillLine:
        """Return everything in one line."""
        return self._line("all", list(self._shares.values()))

    def by_strategy(self) -> tuple[FillLine, ...]:
        """Return a line a strategy, by name."""
        return self._lines(lambda share: str(share.strategy))

    def by_instrument(self) -> tuple[FillLine, ...]:
        """Return a line an instrument, by name."""
        return self._lines(lambda share: str(share.position.instrument.id))

    def by_venue(self) -> tuple[FillLine, ...]:
        """Return a line a venue, by name."""
        return self._lines(lambda share: str(share.position.instrument.venue))

    def _lines(self, name_of: Callable[[_Share], str]) -> tuple[FillLine, ...]:
        groups: dict[str, list[_Share]] = {}
        for share in self._shares.values():
            groups.setdefault(name_of(share), []).append(share)
        return tuple(self._line(name, groups[name]) for name in sorted(groups))

    def _line(self, name: str, shares: list[_Share]) -> FillLine:
        rated = [(share, self._rate_of(share)) for share in shares]
        return FillLine(
            name=name,
            fills=sum(share.fills for share in shares),
            turnover=sum((share.turnover * rate for share, rate in rated), ZERO),
            maker_turnover=sum((share.maker_turnover * rate for share, rate in rated), ZERO),
            fees=sum((share.position.fees * rate for share, rate in rated), ZERO),
            net=sum((self._net(share) for share in shares), ZERO),
        )

    def _net(self, share: _Share) -> Decimal:
        position = share.position
        earned = position.cash - position.fees
        if position.lots:
            earned += position.worth(self._mark(position.instrument.id, None))
        return earned * self._rate_of(share)

    def _rate_of(self, share: _Share) -> Decimal:
        return self.rate(settlement(share.position.instrument))

    def _mark(self, name: InstrumentId, fallback: Ticks | None) -> Decimal:
        """Return the mid in ticks, now or when there last was one; else *fallback*, kept."""
        book = self._prices.books[name]
        if book.is_two_sided:
            self._mids[name] = Decimal(book.half_mid) / 2
            self.unmarked.pop(name, None)
        elif fallback is not None and (name not in self._mids or name in self.unmarked):
            self._mids[name] = Decimal(fallback)
            self.unmarked[name] = None
        return self._mids[name]
