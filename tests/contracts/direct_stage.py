"""DirectStage: a simulated exchange on sockets, traded on directly."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal

import attrs

from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.direct.hosts import Hosts, simulated_hosts
from graphwiz_trader.adapters.direct.patience import Patience
from graphwiz_trader.adapters.direct.venue import DirectVenue
from graphwiz_trader.adapters.direct.venues import binance_venue, okx_venue
from graphwiz_trader.adapters.loopback.limits import GENEROUS, Limits
from graphwiz_trader.adapters.loopback.record import Record
from graphwiz_trader.adapters.loopback.server import Served, ServerSettings, serving
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, SECOND, InstrumentId, Nanos, Ticks
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.simulation.market import LISTINGS, MarketSettings

OURS = Credentials("loopback-key", "loopback-secret", "loopback-passphrase")
HURRIED = Patience(
    answer=Nanos(400 * MILLISECOND),
    idle=Nanos(400 * MILLISECOND),
    tick=Nanos(20 * MILLISECOND),
    resync=Backoff(Nanos(10 * MILLISECOND), Nanos(100 * MILLISECOND), 20, Nanos(10 * SECOND)),
    reconnect=Backoff(Nanos(10 * MILLISECOND), Nanos(80 * MILLISECOND), 5, Nanos(SECOND // 10)),
)
SETTLE_MS = 60


async def turns(ms: int) -> None:
    """
    Let *ms* milliseconds pass, and as many turns of the loop.

    Venue and client share the loop: on a machine that is busy with others, time alone tells
    nothing of how far they have come.
    """
    for _ in range(ms):
        await asyncio.sleep(0.001)


@attrs.define
class SocketStage:
    """A venue on sockets, whose market hardly moves meanwhile."""

    venue: DirectVenue
    served: Served
    instrument: Instrument

    @property
    def takes(self) -> Ticks:
        """A price at which a buy of 4 lots trades at once, and whole."""
        (ask, _), *_ = self.served.premises.host.ladders[self.instrument.id].levels(Side.SELL, 1)
        return Ticks(ask * 21 // 20)

    @property
    def rests(self) -> Ticks:
        """A price at which a buy rests."""
        (bid, _), *_ = self.served.premises.host.ladders[self.instrument.id].levels(Side.BUY, 1)
        return Ticks(bid * 9 // 10)

    async def settle(self) -> None:
        """Let what is under way arrive."""
        await turns(SETTLE_MS)


def binance(served: Served, instruments: list[Instrument], hosts: Hosts) -> DirectVenue:
    return binance_venue(
        served.venue, instruments, OURS, SystemClock(), "a", hosts, patience=HURRIED
    )


def okx(served: Served, instruments: list[Instrument], hosts: Hosts) -> DirectVenue:
    return okx_venue(served.venue, instruments, OURS, SystemClock(), "a", hosts, patience=HURRIED)


Make = Callable[[Served, list[Instrument], Hosts], DirectVenue]


def market() -> MarketSettings:
    """The usual market, in lots that meet its smallest notional."""
    return MarketSettings(listings=tuple(evolve(o, lot_size=Decimal("0.001")) for o in LISTINGS))


MAKERS: dict[str, Make] = {"binance": binance, "okx": okx}


@asynccontextmanager
async def direct_stage(
    dialect: str, limits: Limits = GENEROUS, speed: float = 1.0
) -> AsyncIterator[SocketStage]:
    """Serve *dialect*, and offer an account there; *speed* is that of the exchange's time."""
    settings = ServerSettings((dialect,), limits=limits, market=market(), speed=speed)
    async with serving(settings, SystemClock(), Record()) as (served,):
        yield staged(served)


def again(stage: SocketStage) -> SocketStage:
    """Return *stage* as another process finds it."""
    return staged(stage.served)


def staged(served: Served) -> SocketStage:
    """Return a stage on which nothing has happened yet."""
    listed = served.premises.host.instruments
    hosts = simulated_hosts(served.venue, served.rest)
    venue = MAKERS[served.dialect](served, list(listed.values()), hosts)
    return SocketStage(venue, served, listed[InstrumentId(f"BTC/USDT@{served.venue}")])
