"""Listen: several venues' market data, until a time comes or nobody wants it any more."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from graphwiz_trader.application.supervise import supervise
from graphwiz_trader.application.watch_instruments import WatchInstruments
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.errors import ConfigError, Garbled, Problem, Transient
from graphwiz_trader.domain.events import Event, FeedDown, InstrumentUpdated
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import SECOND, InstrumentId, Nanos
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.catalog import InstrumentCatalog
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import MarketFeed

ASKING = Backoff(Nanos(SECOND // 2), Nanos(4 * SECOND), 3, Nanos(60 * SECOND))
"""A person waits for the first answer: three more attempts, in under four seconds."""

RETRY = Backoff(SECOND, Nanos(60 * SECOND), 1_000, Nanos(60 * SECOND))
"""A venue that stays away is asked for most of a day before it ends the others."""


@value
class Source:
    """One venue: its feed, its rules, and the symbols wanted of it."""

    feed: MarketFeed
    catalog: InstrumentCatalog
    symbols: tuple[str, ...]


async def subscribe(sources: Sequence[Source], clock: Clock) -> tuple[Instrument, ...]:
    """
    Look up what is wanted of each source, and subscribe its feed to it.

    Raises:
        ConfigError: a venue does not trade a symbol; all of them at once.
        PortError: a venue cannot be asked, and could not when it was asked again.
    """
    with _unwrapped():
        async with asyncio.TaskGroup() as group:
            loading = [group.create_task(_listed(source.catalog, clock)) for source in sources]
    problems: list[Problem] = []
    chosen: list[Instrument] = []
    for source, listed in zip(sources, loading, strict=True):
        known = {instrument.symbol: instrument for instrument in listed.result()}
        path = f"hft.market_data.exchanges.{source.feed.venue}.symbols"
        missing = [symbol for symbol in source.symbols if symbol not in known]
        problems += [Problem(path, symbol, "a symbol it trades now") for symbol in missing]
        wanted = [known[symbol] for symbol in source.symbols if symbol in known]
        source.feed.subscribe(wanted)
        chosen += wanted
    if problems:
        raise ConfigError(problems)
    return tuple(chosen)


async def listen(
    sources: Sequence[Source],
    instruments: Sequence[Instrument],
    clock: Clock,
    deliver: Callable[[Event], None],
    tick: Callable[[Nanos], bool],
    every: Nanos,
) -> None:
    """
    Deliver what the sources bring; call *tick* with the time, until it returns False.

    A venue that gives up is tried again; *deliver* hears `FeedDown` and the others go on.
    Rules of *instruments*, as `subscribe` returned them, that a venue changes meanwhile are told
    as `InstrumentUpdated`, and the book is asked for anew under the new ones.
    """
    with _unwrapped():
        async with asyncio.TaskGroup() as group:
            running = [
                group.create_task(_supervised(source.feed, clock, deliver)) for source in sources
            ]
            for source in sources:
                own = {one.id: one for one in instruments if one.venue == source.feed.venue}
                watching = WatchInstruments(source.catalog, clock)
                changed = _changing(source, own, deliver)
                running.append(group.create_task(watching.run(own, changed)))
            while tick(clock.now()):
                await clock.sleep_until(Nanos(clock.now() + every))
            for task in running:
                task.cancel()


async def _listed(catalog: InstrumentCatalog, clock: Clock) -> tuple[Instrument, ...]:
    found: list[tuple[Instrument, ...]] = []

    async def load() -> None:
        try:
            found.append(await catalog.load())
        except Garbled as error:
            raise Transient(str(error)) from error

    await supervise(load, clock, ASKING, lambda _: None)
    return found[0]


async def _supervised(feed: MarketFeed, clock: Clock, deliver: Callable[[Event], None]) -> None:
    def tell(error: Transient) -> None:
        deliver(FeedDown(clock.now(), feed.venue, str(error)))

    await supervise(partial(feed.run, deliver), clock, RETRY, tell)


def _changing(
    source: Source, own: dict[InstrumentId, Instrument], deliver: Callable[[Event], None]
) -> Callable[[InstrumentUpdated], Awaitable[None]]:
    """Return what tells of new rules, and has the feed read by them."""

    async def changed(event: InstrumentUpdated) -> None:
        own[event.instrument.id] = event.instrument
        deliver(event)
        source.feed.unsubscribe([event.instrument.id])
        source.feed.subscribe([event.instrument])

    return changed


@contextmanager
def _unwrapped() -> Iterator[None]:
    """Raise what a task raised, rather than a group that holds it."""
    try:
        yield
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
