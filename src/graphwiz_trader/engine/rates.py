"""Rates: what one unit of an asset is worth in the reporting currency, by our own books."""

from collections.abc import Sequence

from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.units import Asset, InstrumentId
from graphwiz_trader.engine.books import Books


class Rates:
    """
    Converts at the bid of a spot book, directly or through one other asset.

    A stablecoin is not a dollar: without a book between two assets there is no rate.
    """

    def __init__(self, instruments: Sequence[Instrument], books: Books, reporting: Asset) -> None:
        self.reporting = reporting
        self._books = books
        self._steps: dict[Asset, list[tuple[Asset, InstrumentId, bool]]] = {}
        for instrument in instruments:
            if instrument.kind is Kind.SPOT:
                pair = (instrument.base, instrument.quote)
                for (asset, into), sells in ((pair, True), (pair[::-1], False)):
                    self._steps.setdefault(asset, []).append((into, instrument.id, sells))

    def of(self, asset: Asset) -> float | None:
        """Return the value of one *asset*, None while no book prices it."""
        if asset == self.reporting:
            return 1.0
        steps = self._steps.get(asset, ())
        for into, name, sells in steps:
            if into == self.reporting and (rate := self._rate(name, sells=sells)) is not None:
                return rate
        for into, name, sells in steps:
            rate = self._rate(name, sells=sells)
            if rate is None or into == self.reporting:
                continue
            for end, second, sells_on in self._steps.get(into, ()):
                if end == self.reporting and (on := self._rate(second, sells=sells_on)) is not None:
                    return rate * on
        return None

    def bid_of(self, asset: Asset) -> InstrumentId | None:
        """Return the instrument whose bid, if it has one, alone decides the rate of *asset*."""
        for into, name, sells in self._steps.get(asset, ()):
            if into == self.reporting:
                return name if sells else None
        return None

    def _rate(self, name: InstrumentId, *, sells: bool) -> float | None:
        book = self._books[name]
        price = book.bid if sells else book.ask
        if price is None or price <= 0:
            return None
        quoted = price * book.instrument.tick
        return quoted if sells else 1.0 / quoted
