"""CcxtStage: a simulated exchange on sockets, traded through ccxt."""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal

import attrs

from graphwiz_trader.adapters.ccxt.exchange import Access
from graphwiz_trader.adapters.ccxt.patience import OrderPatience
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

    async def settle(self) -> None:
        """Let everything that is under way arrive."""
        clock = SystemClock()
        calm_since = clock.now()
        while clock.now() - calm_since < CALM:
            await clock.sleep_until(Nanos(clock.now() + STEP))
            is_settled = not self.venue.under_way and (
                self.venue.is_streaming or not self.venue.is_running
            )
            if not is_settled:
                calm_since = clock.now()


@asynccontextmanager
async def ccxt_stage(
    dialect: str,
    faults: Sequence[Fault] = (),
    limits: Limits = GENEROUS,
    patience: OrderPatience = HASTE,
    own: str = "a",
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[CcxtStage]:
    """Open a stage of *dialect*."""
    record = Record()
    settings = ServerSettings(
        (dialect,),
        faults=tuple(faults),
        limits=limits,
        market=MarketSettings(listings=(COARSE,)),
        tls=tls,
    )
    async with serving(settings, SystemClock(), record) as (served,):
        host = served.premises.host
        instrument = host.instruments[InstrumentId(f"BTC/USDT@{served.venue}")]
        (ask, _), *_ = host.ladders[instrument.id].levels(Side.SELL, 1)
        venue = ccxt_venue(
            served.venue,
            Access(dialect, url=served.rest),
            [instrument],
            PLAY,
            SystemClock(),
            own,
            patience,
        )
        yield CcxtStage(
            venue, served, record, instrument, Ticks(ask * 21 // 20), Ticks(ask * 9 // 10)
        )
