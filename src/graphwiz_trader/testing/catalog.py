"""Catalog: instruments written down by the test."""

from collections.abc import Iterable

from graphwiz_trader.domain.errors import PortError
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId, Venue
from graphwiz_trader.ports.catalog import Rates


class WrittenCatalog:
    """Lists `instruments`, which the test may change; raises `error` once if there is one."""

    def __init__(
        self, venue: Venue, instruments: Iterable[Instrument], rates: Rates | None = None
    ) -> None:
        self._venue = venue
        self.instruments = list(instruments)
        self.error: PortError | None = None
        self.loads = 0
        self._rates = rates
        self._told: frozenset[InstrumentId] = frozenset()

    @property
    def venue(self) -> Venue:
        """Whose instruments they are."""
        return self._venue

    async def load(self) -> tuple[Instrument, ...]:
        """Return the instruments as they are now."""
        self.loads += 1
        error, self.error = self.error, None
        if error is not None:
            raise error
        self._told = frozenset(instrument.id for instrument in self.instruments)
        return tuple(sorted(self.instruments, key=lambda instrument: instrument.id))

    def rates(self, name: InstrumentId) -> Rates | None:
        """Return the same fees for everything that was told."""
        return self._rates if name in self._told else None
