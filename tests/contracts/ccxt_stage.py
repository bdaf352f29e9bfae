"""CcxtStage: a simulated exchange on sockets, traded through ccxt."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal

import attrs

from graphwiz_trader.adapters.ccxt.exchange import Access
from graphwiz_trader.adapters.ccxt.meter import terms_of
from graphwiz_trader.adapters.ccxt.patience import OrderPatience
from graphwiz_trader.adapters.ccxt.private_exchange import private_exchange_of
from graphwiz_trader.adapters.ccxt.private_session import PrivateSession
from graphwiz_trader.adapters.ccxt.quirk import Trading, quirks_of
from graphwiz_trader.adapters.ccxt.venue import CcxtVenue, ccxt_venue
from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.loopback.faults import Fault
from graphwiz_trader.adapters.loopback.limits import GENEROUS, Limits
from graphwiz_trader.adapters.loopback.record import Record
from graphwiz_trader.adapters.loopback.server import Served, ServerSettings, serving
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, SECOND, InstrumentId, Nanos, Ticks
from graphwiz_trader.simulation.market import BTC, USDT, Listing, MarketSettings

PLAY = Credentials("loopback-key", "loopback-secret", "loopback-passphrase")
COARSE = Listing(BTC, USDT, Decimal("0.01"), Decimal("0.001"), Decimal(5))
STEP = Nanos(5 * MILLISECOND)
CALM = Nanos(40 * MILLISECOND)
HASTE = OrderPatience(
    ack=Nanos(400 * MILLISECOND),
    grace=Nanos(150 * MILLISECOND),
    first=SECOND,
    quiet=Nanos(100 * MILLISECOND),
    stale=SECOND,
    retry=Backoff(Nanos(10 * MILLISECOND), Nanos(50 * MILLISECOND), 20, SECOND),
)


@attrs.define
class CcxtStage:
    """A venue, what is traded there, and the exchange behind it."""

    venue: CcxtVenue
    served: Served
    record: Record
    instrument: Instrument
    takes: Ticks
    rests: Ticks
    is_rest: bool = False

    def is_ready(self) -> bool:
        """Whether reports come in, and orders leave the way they should."""
        return self.venue.is_streaming and self.venue.is_socket is not self.is_rest

    def fault(self, fault: Fault) -> None:
        """Let *fault* strike from now on."""
        self.served.premises.faults.add(fault)

    def another(self, credentials: Credentials = PLAY) -> CcxtVenue:
        """Another venue of the same account, which remembers nothing of this one."""
        access = Access(self.served.dialect, url=self.served.rest)
        venue, clock = self.served.venue, SystemClock()
        return ccxt_venue(venue, access, [self.instrument], credentials, clock, "a", HASTE)

    def accepted(self) -> list[str]:
        """The ids of the orders the exchange took, by its own record."""
        return [str(e["cl_ord_id"]) for e in self.record.entries if e["what"] == "accepted"]

    async def settle(self) -> None:
        """Let everything that is under way arrive."""
        clock = SystemClock()
        calm_since = clock.now()
        while clock.now() - calm_since < CALM:
            await clock.sleep_until(Nanos(clock.now() + STEP))
            is_settled = not self.venue.under_way and (self.is_ready() or not self.venue.is_running)
            if not is_settled:
                calm_since = clock.now()


@asynccontextmanager
async def ccxt_stage(
    dialect: str,
    faults: Sequence[Fault] = (),
    limits: Limits = GENEROUS,
    patience: OrderPatience = HASTE,
    own: str = "a",
    way: str = "socket",
    speed: float = 1.0,
) -> AsyncIterator[CcxtStage]:
    """
    Open a stage of *dialect*.

    *way* is how orders leave: over a `socket`, over `rest`, or as at a venue of which nothing is
    known but what ccxt knows (`plain`); *speed* is that of the exchange's time.
    """
    record = Record()
    settings = ServerSettings(
        (dialect,),
        faults=tuple(faults),
        limits=limits,
        market=MarketSettings(listings=(COARSE,)),
        speed=speed,
    )
    async with serving(settings, SystemClock(), record) as (served,):
        host = served.premises.host
        instrument = host.instruments[InstrumentId(f"BTC/USDT@{served.venue}")]
        (ask, _), *_ = host.ladders[instrument.id].levels(Side.SELL, 1)
        venue = _made(way, served, instrument, own, patience)
        takes, rests = Ticks(ask * 21 // 20), Ticks(ask * 9 // 10)
        yield CcxtStage(venue, served, record, instrument, takes, rests, way != "socket")


def _made(
    way: str, served: Served, instrument: Instrument, own: str, patience: OrderPatience
) -> CcxtVenue:
    """Return a venue whose orders leave in that *way*."""
    access, clock = Access(served.dialect, url=served.rest), SystemClock()
    if way == "socket":
        return ccxt_venue(served.venue, access, [instrument], PLAY, clock, own, patience)
    asking, listening = (private_exchange_of(access, PLAY, patience.ack) for _ in range(2))
    trading = quirks_of(served.dialect).trading
    if way == "plain":
        trading = Trading(signed_fees=trading.signed_fees)
    asking.has["createOrderWs"] = False
    return CcxtVenue(
        served.venue,
        PrivateSession(asking, listening),
        trading,
        terms_of(asking, trading),
        [instrument],
        clock,
        own,
        patience,
        PLAY,
    )
