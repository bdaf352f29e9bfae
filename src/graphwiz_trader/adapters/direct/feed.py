"""Feed: a venue's market data straight from its stream, without a library between."""

from collections.abc import Iterable

from graphwiz_trader.adapters.direct.connection import Connection
from graphwiz_trader.adapters.direct.dialect import Dialect
from graphwiz_trader.adapters.direct.patience import Patience, Tally
from graphwiz_trader.adapters.direct.session import Session
from graphwiz_trader.adapters.direct.transport import Transport
from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.events import FeedDown
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId, Nanos, Venue
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver


class DirectFeed:
    """
    One connection to one venue, made again when it is lost.

    Args:
        dialect: The venue's protocol.
        clock: Stamps what is received, and wakes.
        transport: Opens connections.
        patience: How long to wait for what.
    """

    def __init__(
        self, dialect: Dialect, clock: Clock, transport: Transport, patience: Patience | None = None
    ) -> None:
        self.tally = Tally()
        self._dialect, self._clock, self._transport = dialect, clock, transport
        self._patience = patience or Patience()
        self._wanted: dict[InstrumentId, Instrument] = {}
        self._session: Session | None = None

    @property
    def venue(self) -> Venue:
        """Whose data it is."""
        return self._dialect.venue

    def subscribe(self, instruments: Iterable[Instrument]) -> None:
        """Add *instruments*, before or while running."""
        new = [one for one in instruments if one.id not in self._wanted]
        self._wanted.update((one.id, one) for one in new)
        if self._session is not None and self._session.is_open:
            self._session.add(new)

    def unsubscribe(self, instruments: Iterable[InstrumentId]) -> None:
        """Remove *instruments*."""
        gone = [name for name in instruments if self._wanted.pop(name, None) is not None]
        if self._session is not None and self._session.is_open:
            self._session.remove(gone)

    async def run(self, deliver: Deliver) -> None:
        """
        Deliver until canceled, connecting again within the budget.

        Raises:
            Transient: the budget is spent.
        """
        backoff, failures = self._patience.reconnect, 0
        while True:
            began = self._clock.now()
            connection = Connection(self._dialect, self._clock, self._patience, deliver, self.tally)
            self._session = connection.session
            error = await connection.lost(self._transport, self._wanted)
            self._session = None
            now = self._clock.now()
            failures = backoff.failures(failures, Nanos(now - began))
            if failures == 1 and not connection.was_up:
                deliver(FeedDown(now, self.venue, str(error)))
            if backoff.is_spent(failures):
                raise Transient(f"{self.venue}: {failures} failures in a row: {error}") from error
            self.tally.reconnects += 1
            await self._clock.sleep_until(Nanos(now + backoff.wait(failures)))
