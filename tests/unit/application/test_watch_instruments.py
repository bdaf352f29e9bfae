import asyncio
from decimal import Decimal

from graphwiz_trader.application.watch_instruments import WatchInstruments
from graphwiz_trader.domain.errors import TimedOut
from graphwiz_trader.domain.events import InstrumentUpdated
from graphwiz_trader.domain.units import SECOND, Nanos, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing.catalog import WrittenCatalog
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.make import instrument

BTC = instrument("BTC/USDT@alpha")
ETH = instrument("ETH/USDT@alpha")
EVERY = Nanos(60 * SECOND)


def watched(
    catalog: WrittenCatalog, clock: ManualClock, minutes: int, *, is_taken: bool = True
) -> list[InstrumentUpdated]:
    """What is told of BTC in so many minutes."""
    told: list[InstrumentUpdated] = []
    known = {BTC.id: BTC}

    async def take(event: InstrumentUpdated) -> None:
        told.append(event)
        if is_taken:
            known[event.instrument.id] = event.instrument

    async def play() -> None:
        watching = asyncio.create_task(WatchInstruments(catalog, clock, EVERY).run(known, take))
        await clock.advance(minutes * EVERY)
        watching.cancel()

    asyncio.run(play())
    return told


def test_a_changed_rule_is_told_once() -> None:
    coarser = evolve(BTC, tick_size=Decimal(1))
    clock = ManualClock()

    told = watched(WrittenCatalog(Venue("alpha"), [coarser, ETH]), clock, 3)

    assert told == [InstrumentUpdated(EVERY, coarser)]


def test_a_rule_that_was_not_taken_over_is_told_again() -> None:
    catalog = WrittenCatalog(Venue("alpha"), [evolve(BTC, tick_size=Decimal(1))])

    told = watched(catalog, ManualClock(), 3, is_taken=False)

    assert [event.ts for event in told] == [EVERY, 2 * EVERY, 3 * EVERY]


def test_nothing_is_told_while_nothing_changes() -> None:
    catalog = WrittenCatalog(Venue("alpha"), [BTC, ETH])

    assert watched(catalog, ManualClock(), 3) == []
    assert catalog.loads == 3


def test_a_venue_that_cannot_answer_is_asked_again() -> None:
    catalog = WrittenCatalog(Venue("alpha"), [evolve(BTC, tick_size=Decimal(1))])
    catalog.error = TimedOut("no answer")

    told = watched(catalog, ManualClock(), 2)

    assert [event.ts for event in told] == [2 * EVERY]
