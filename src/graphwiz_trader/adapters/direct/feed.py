"""Feed: a venue's market data straight from its stream, without a library between."""

import asyncio
from collections.abc import Iterable
from functools import partial

from graphwiz_trader.adapters.direct.dialect import Dialect
from graphwiz_trader.adapters.direct.patience import Patience, Tally
from graphwiz_trader.adapters.direct.shard import Shard
from graphwiz_trader.adapters.direct.transport import Transport
from graphwiz_trader.domain.events import BookGap, FeedDown, FeedUp
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId, Venue
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver


class DirectFeed:
    """
    As many connections to one venue as its instruments need, each made again when it is lost.

    The venue is down when none is left; until then the books of a lost one are told as gaps.

    Args:
        dialect: The venue's protocol; it makes others like it for further connections.
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
        self._shards = [self._shard(dialect)]
        self._tasks: dict[Shard, asyncio.Task[None]] = {}
        self._group: asyncio.TaskGroup | None = None
        self._deliver: Deliver | None = None

    @property
    def venue(self) -> Venue:
        """Whose data it is."""
        return self._dialect.venue

    @property
    def connections(self) -> int:
        """How many connections it needs now."""
        return len(self._shards)

    def subscribe(self, instruments: Iterable[Instrument]) -> None:
        """Add *instruments*, before or while running."""
        new = [one for one in instruments if not any(one.id in s.wanted for s in self._shards)]
        for shard in tuple(self._shards):
            shard.add(new[: shard.room])
            new = [one for one in new if one.id not in shard.wanted]
        while new:
            shard = self._shard(self._dialect.another())
            part, new = new[: shard.room], new[shard.room :]
            shard.add(part)
            self._shards.append(shard)
            self._start(shard)

    def unsubscribe(self, instruments: Iterable[InstrumentId]) -> None:
        """Remove *instruments*, and connections that carry nothing any more; one stays."""
        names = tuple(instruments)
        for shard in self._shards:
            shard.remove(names)
        for shard in [one for one in self._shards if not one.wanted]:
            if len(self._shards) > 1:
                self._stop(shard)

    async def run(self, deliver: Deliver) -> None:
        """
        Deliver until canceled, connecting again within the budget.

        Raises:
            Transient: the budget of a connection is spent.
        """
        self._deliver = deliver
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                for shard in self._shards:
                    self._start(shard)
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        finally:
            self._group = self._deliver = None
            self._tasks.clear()
            for shard in self._shards:
                shard.is_up = False

    def _shard(self, dialect: Dialect) -> Shard:
        return Shard(dialect, self._clock, self._transport, self._patience, self.tally)

    def _start(self, shard: Shard) -> None:
        if self._group is not None and self._deliver is not None:
            running = shard.run(self._deliver, partial(self._up, shard), partial(self._down, shard))
            self._tasks[shard] = self._group.create_task(running)

    def _stop(self, shard: Shard) -> None:
        self._shards.remove(shard)
        task = self._tasks.pop(shard, None)
        if task is not None:
            task.cancel()
        if shard.is_up:
            self._down(shard, "nothing is wanted of it")

    def _up(self, shard: Shard) -> None:
        is_first = not any(one.is_up for one in self._shards)
        shard.is_up = True
        if is_first and self._deliver is not None:
            self._deliver(FeedUp(self._clock.now(), self.venue))

    def _down(self, shard: Shard, reason: str) -> None:
        shard.is_up = False
        if self._deliver is None:
            return
        now = self._clock.now()
        if not any(one.is_up for one in self._shards):
            self._deliver(FeedDown(now, self.venue, reason))
            return
        for name in shard.wanted:
            self._deliver(BookGap(now, name, reason))
