"""Catalog: what a venue trades, and by which rules."""

from decimal import Decimal
from typing import Protocol

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId, Venue
from graphwiz_trader.domain.value import value


@value
class Rates:
    """What a venue charges at its first tier, in bps of the notional; negative is a rebate."""

    maker_bps: Decimal
    taker_bps: Decimal


class InstrumentCatalog(Protocol):
    """Asks one venue for its instruments."""

    @property
    def venue(self) -> Venue:
        """Whose instruments they are."""

    async def load(self) -> tuple[Instrument, ...]:
        """
        Return what is traded now, by rising id, each with its exact grid and minimums.

        Instruments without a fixed tick and lot are left out.

        Raises:
            Transient: the venue cannot be asked now.
            Garbled: its answer makes no sense.
        """

    def rates(self, name: InstrumentId) -> Rates | None:
        """Return what the last `load` told of *name*'s fees, None where it told nothing."""
