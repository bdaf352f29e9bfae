"""Watch instruments: rules that a venue changes while we run become events."""

from collections.abc import Awaitable, Callable, Mapping

from graphwiz_trader.domain.errors import Garbled, Transient
from graphwiz_trader.domain.events import InstrumentUpdated
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import SECOND, InstrumentId, Nanos
from graphwiz_trader.ports.catalog import InstrumentCatalog
from graphwiz_trader.ports.clock import Clock

EVERY = Nanos(3_600 * SECOND)
"""How often a venue is asked: its rules change a few times a year, mostly announced."""


class WatchInstruments:
    """
    Asks a catalog again and again, and tells what differs from what is known then.

    What vanished from the catalog is left as it was: its feed will say so.
    """

    def __init__(self, catalog: InstrumentCatalog, clock: Clock, every: Nanos = EVERY) -> None:
        self._catalog = catalog
        self._clock = clock
        self._every = every

    async def run(
        self,
        known: Mapping[InstrumentId, Instrument],
        deliver: Callable[[InstrumentUpdated], Awaitable[None]],
    ) -> None:
        """
        Deliver changes of *known* until canceled; a venue that cannot answer is asked later.

        What *deliver* does not bring into *known* is told again at the next look.
        """
        while True:
            await self._clock.sleep_until(Nanos(self._clock.now() + self._every))
            try:
                listed = await self._catalog.load()
            except (Transient, Garbled):
                continue
            for instrument in listed:
                if known.get(instrument.id, instrument) != instrument:
                    await deliver(InstrumentUpdated(self._clock.now(), instrument))
