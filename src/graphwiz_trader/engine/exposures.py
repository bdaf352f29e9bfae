"""Exposures: what positions and open orders are worth, at worst, at the last price there was."""

from collections.abc import Mapping, Sequence
from typing import Final

from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.position import Position
from graphwiz_trader.domain.units import Asset, InstrumentId, Venue
from graphwiz_trader.engine.books import Books
from graphwiz_trader.engine.holdings import Holdings, settlement
from graphwiz_trader.engine.orders import Orders
from graphwiz_trader.engine.rates import Rates
from graphwiz_trader.kernels.levels import NO_ASK, NO_BID

_INVERSE: Final = Kind.INVERSE


class _Part:
    """
    One instrument's share, and where it is read from.

    `worth` is what one lot was last worth, `gross` the worst case; `floats`: another book
    converts it.
    """

    def __init__(
        self,
        instrument: Instrument,
        position: Position,
        may_fill: Sequence[int],
        settled: Asset,
        reporting: Asset,
    ) -> None:
        self.instrument = instrument
        self.position = position
        self.may_fill = may_fill
        self.settled = settled
        self.floats = settled != reporting
        self.tick = instrument.tick
        self.contract = instrument.contract
        self.worth = self.gross = self.net = 0.0


class Exposures:
    """
    Sums over the instruments in which something is held or may fill, in the reporting currency.

    After `refresh`, `total` is the gross exposure |position + orders| at its worst, `net` that of
    positions with their sign. A share is worked out again only once its book, orders or position
    have moved, or where another book converts it (`floats`).
    """

    def __init__(
        self,
        instruments: Mapping[InstrumentId, Instrument],
        holdings: Holdings,
        orders: Orders,
        books: Books,
        rates: Rates,
    ) -> None:
        self._instruments = instruments
        self._holdings = holdings
        self._orders = orders
        self._books = books
        self._rates = rates
        self._parts: dict[InstrumentId, _Part] = {}
        self._known: dict[InstrumentId, _Part] = {}
        """Parts as they were last; most are not in the sums."""
        self._stale: dict[InstrumentId, None] = {}
        self._floating: dict[InstrumentId, None] = {}
        self.total = self.net = 0.0

    def moved(self, name: InstrumentId) -> None:
        """An order or a position in *name* changed."""
        self._stale[name] = None

    def priced(self, name: InstrumentId) -> None:
        """The book of *name* changed."""
        if name in self._parts:
            self._stale[name] = None

    def at(self, venue: Venue) -> float:
        """Return the gross exposure at *venue*."""
        return sum([part.gross for part in self._parts.values() if part.instrument.venue == venue])

    def regrid(self, old: Instrument, new: Instrument) -> None:
        """Count in *new* lots; its instrument and book are in place."""
        before = self._known.pop(new.id, None)
        if before is not None:
            self._known[new.id] = part = self._part(new.id)
            part.worth = before.worth * (new.contract / old.contract)
        self._stale[new.id] = None

    def refresh(self) -> None:
        """Work out what has moved since."""
        if self._floating:
            self._stale.update(self._floating)
        if self._stale:
            is_changed = False
            for name in self._stale:
                is_changed |= self._work_out(name)
            self._stale.clear()
            if is_changed:
                total = net = 0.0
                for part in self._parts.values():
                    total += part.gross
                    net += part.net
                self.total, self.net = total, net

    def _work_out(self, name: InstrumentId) -> bool:
        """Bring one share up to date; return whether the sums have changed."""
        part = self._known.get(name)
        if part is None:
            part = self._known[name] = self._part(name)
        held = part.position.lots
        buys, sells = part.may_fill
        bought, sold = held + buys, sells - held
        worst = max(bought, sold)
        if not worst:
            self._floating.pop(name, None)
            return self._parts.pop(name, None) is not None
        self._parts[name] = part
        if part.floats:
            self._floating[name] = None
        rate = self._rates.of(part.settled) if part.floats else 1.0
        bid, ask = self._books.touches[name]
        if rate is not None and bid != NO_BID and ask != NO_ASK:
            price = abs((bid + ask) / 2) * part.tick
            one = 1 / price if part.instrument.kind is _INVERSE else price
            part.worth = one * part.contract * rate
        part.gross = part.worth * worst
        part.net = part.worth * held
        return True

    def _part(self, name: InstrumentId) -> _Part:
        instrument = self._instruments[name]
        return _Part(
            instrument,
            self._holdings.positions[name],
            self._orders.may_fill(name),
            settlement(instrument),
            self._rates.reporting,
        )
