"""Page: what a tape's header.json holds."""

from decimal import Decimal
from typing import Self

import msgspec

from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.tape import TapeHeader
from graphwiz_trader.domain.units import Asset, InstrumentId, Lots


class Listed(msgspec.Struct):
    """An instrument as it is written: what it is made from, and nothing it works out."""

    id: InstrumentId
    base: Asset
    quote: Asset
    tick_size: Decimal
    lot_size: Decimal
    kind: Kind
    multiplier: Decimal
    min_qty: Lots
    max_qty: Lots | None
    min_notional: Decimal
    wire_price_decimals: int | None
    wire_qty_decimals: int | None

    @classmethod
    def of(cls, instrument: Instrument) -> Self:
        """Return *instrument* so."""
        return cls(*(getattr(instrument, name) for name in cls.__struct_fields__))

    def instrument(self) -> Instrument:
        """Return the instrument."""
        return Instrument(*(getattr(self, name) for name in self.__struct_fields__))


class Page(msgspec.Struct):
    """A tape's header, and the instruments its messages name by their place."""

    header: TapeHeader
    instruments: tuple[Listed, ...]
