"""Shard: those of a feed's instruments that share one connection, made again when it is lost."""

from collections.abc import Callable, Iterable

from graphwiz_trader.adapters.direct.connection import Connection
from graphwiz_trader.adapters.direct.dialect import Dialect
from graphwiz_trader.adapters.direct.patience import Patience, Tally
from graphwiz_trader.adapters.direct.session import Session
from graphwiz_trader.adapters.direct.transport import Transport
from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId, Nanos
from graphwiz_trader.ports.clock import Clock


class Shard:
    """
    One connection's worth of a feed.

    Args:
        dialect: The venue's protocol, for this connection alone.
        clock: Stamps what is received, and wakes.
        transport: Opens connections.
        patience: How long to wait for what.
        tally: Counts what happened, of all shards together.
    """

    def __init__(
        self,
        dialect: Dialect,
        clock: Clock,
        transport: Transport,
        patience: Patience,
        tally: Tally,
    ) -> None:
        self.wanted: dict[InstrumentId, Instrument] = {}
        self.is_up = False
        self._dialect, self._clock, self._transport = dialect, clock, transport
        self._patience, self._tally = patience, tally
        self._session: Session | None = None

    @property
    def room(self) -> int:
        """How many more instruments the connection takes."""
        return self._dialect.most - len(self.wanted)

    def add(self, instruments: Iterable[Instrument]) -> None:
        """Take on *instruments*, before or while running."""
        new = tuple(instruments)
        self.wanted.update((one.id, one) for one in new)
        if self._session is not None and self._session.is_open:
            self._session.add(new)

    def remove(self, names: Iterable[InstrumentId]) -> None:
        """Let go of those of *names* that are here."""
        gone = [name for name in names if self.wanted.pop(name, None) is not None]
        if gone and self._session is not None and self._session.is_open:
            self._session.remove(gone)

    async def run(
        self,
        deliver: Callable[[Event], None],
        up: Callable[[], None],
        down: Callable[[str], None],
    ) -> None:
        """
        Deliver until canceled, connecting again within the budget; tell when it is *up* or *down*.

        Raises:
            Transient: the budget is spent.
        """
        backoff, failures = self._patience.reconnect, 0
        while True:
            began = self._clock.now()
            connection = Connection(
                self._dialect, self._clock, self._patience, deliver, self._tally, up, down
            )
            self._session = connection.session
            error = await connection.lost(self._transport, self.wanted)
            self._session = None
            now = self._clock.now()
            failures = backoff.failures(failures, Nanos(now - began))
            if failures == 1 and not connection.was_up:
                down(str(error))
            if backoff.is_spent(failures):
                venue = self._dialect.venue
                raise Transient(f"{venue}: {failures} failures in a row: {error}") from error
            self._tally.reconnects += 1
            await self._clock.sleep_until(Nanos(now + backoff.wait(failures)))
