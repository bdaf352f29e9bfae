"""Loopback: a stage on a simulated exchange, whose time stands still unless the test moves it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.adapters.loopback.host import Host, Listener
from graphwiz_trader.adapters.loopback.ladder import Change
from graphwiz_trader.adapters.loopback.limits import GENEROUS
from graphwiz_trader.adapters.loopback.prints import Aggregate, Print
from graphwiz_trader.adapters.loopback.record import Record
from graphwiz_trader.adapters.loopback.server import Served, ServerSettings, serving
from graphwiz_trader.domain.events import Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, SECOND, InstrumentId
from graphwiz_trader.ports.feed import MarketFeed
from graphwiz_trader.testing.clock import ManualClock
from tests.contracts.feed import BAD_PRICES, Stage, Touch

BEGAN = 1_700_000_000 * SECOND
STEP = 10 * MILLISECOND

PATTERNS = {"binance": "{symbol}@depth*", "okx": "books:{name}"}
TRADES = {"binance": "{symbol}@trade", "okx": "trades:{name}"}
SNAPSHOTS = {"binance": "GET /api/v3/depth*", "okx": "books:*"}

KINDS: dict[str, tuple[Kind, ...]] = {
    "closed": (Kind.CLOSE,),
    "aborted": (Kind.ABORT,),
    "silent": (Kind.MUTE, Kind.SWALLOW_PONG),
    "lost subscribe": (Kind.CLOSE, Kind.LOST_SUBSCRIBE),
    "gap": (Kind.GAP,),
    "reorder": (Kind.REORDER,),
    "duplicate": (Kind.DUPLICATE,),
    "stale snapshot": (Kind.CLOSE, Kind.STALE_SNAPSHOT),
    "truncated": (Kind.TRUNCATED_FRAME,),
    "garbage": (Kind.GARBAGE,),
    "snapshot fails": (Kind.CLOSE, Kind.HTTP_5XX),
    "bad checksum": (Kind.BAD_CHECKSUM,),
    "zero checksum": (Kind.ZERO_CHECKSUM,),
    "stream terminated": (Kind.STREAM_TERMINATED,),
    "error without id": (Kind.IDLESS_ERROR,),
    "crossed": (Kind.CROSSED,),
    "unknown symbol": (Kind.UNKNOWN_SYMBOL,),
    **dict.fromkeys(BAD_PRICES, (Kind.BAD_PRICE,)),
}
"""What each fault of the contract is on this exchange."""


class _Ears(Listener):
    """Remembers what was told of books and trades."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.prints: list[Print] = []

    def on_change(self, change: Change) -> None:
        self.changed.set()

    def on_prints(self, prints: Sequence[Print], aggregates: Sequence[Aggregate]) -> None:
        self.prints.extend(prints)


class LoopbackStage:
    """A simulated exchange of one dialect, and a feed that listens to it."""

    def __init__(self, served: Served, clock: ManualClock, feed: MarketFeed) -> None:
        self.served = served
        self.feed = feed
        self.clock = clock
        self.host: Host = served.premises.host
        self.ears = _Ears()
        self.host.listeners.append(self.ears)
        names = [InstrumentId(f"{base}/USDT@{served.venue}") for base in ("BTC", "ETH")]
        self.instruments: tuple[Instrument, Instrument] = (
            self.host.instruments[names[0]],
            self.host.instruments[names[1]],
        )
        self.closing = asyncio.Event()
        self._living: asyncio.Task[None] | None = None

    async def move(self, instrument: Instrument) -> None:
        """Let time pass until the book of *instrument* was told anew."""
        before = self.host.ladders[instrument.id].seq
        while self.host.ladders[instrument.id].seq == before:
            if self._living is None:
                await self.clock.advance(STEP)
            else:
                await self.ears.changed.wait()
                self.ears.changed.clear()

    async def trade(self, instrument: Instrument) -> Trade:
        """Let time pass until one trade was printed."""
        topic = self._named(TRADES, instrument)
        while not self.served.premises.hub.is_heard(topic):
            await self.clock.advance(0)
        while not (made := [p for p in self.ears.prints if p.instrument == instrument.id]):
            await self.clock.advance(MILLISECOND)
        (only,) = made
        return Trade(only.ts, only.ts, instrument.id, only.side, only.price, only.qty)

    def touch(self, instrument: Instrument) -> Touch:
        """Return the best levels the venue has told of."""
        ladder = self.host.ladders[instrument.id]
        (bid, bid_lots), *_ = ladder.levels(Side.BUY, 1) or [(None, 0)]
        (ask, ask_lots), *_ = ladder.levels(Side.SELL, 1) or [(None, 0)]
        return bid, bid_lots, ask, ask_lots

    async def inject(self, fault: str, instrument: Instrument) -> None:
        """Let *fault* strike what comes next, and let time run from here on."""
        books = self._named(PATTERNS, instrument)
        faults = self.served.premises.faults
        for kind in KINDS[fault]:
            is_request = kind in {Kind.STALE_SNAPSHOT, Kind.HTTP_5XX}
            match = SNAPSHOTS[self.served.dialect] if is_request else books
            match = "*" if kind is Kind.SWALLOW_PONG else match
            count = 3 if kind is Kind.SWALLOW_PONG else 1
            price = BAD_PRICES.get(fault, "")
            entry = Fault(kind, match=match, count=count, seconds=5.0, price=price)
            faults.add(entry)
        if self._living is None:
            self._living = asyncio.create_task(self._live())

    async def leave(self) -> None:
        """Close for good."""
        self.closing.set()

    async def _live(self) -> None:
        """Let time pass, five times as fast as it does."""
        while True:
            await asyncio.sleep(0.01)
            await self.clock.advance(5 * STEP)

    async def end(self) -> None:
        """Let time stand still again."""
        if self._living is not None:
            self._living.cancel()
            await asyncio.wait([self._living])

    def _named(self, patterns: dict[str, str], instrument: Instrument) -> str:
        symbol = instrument.symbol
        plain, dashed = symbol.replace("/", "").lower(), symbol.replace("/", "-")
        return patterns[self.served.dialect].format(symbol=plain, name=dashed)


@asynccontextmanager
async def loopback(
    dialect: str,
    feed_of: Callable[[Served], MarketFeed],
    seed: int = 3,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Stage]:
    """Open a stage of *dialect* with the feed that *feed_of* makes for its address."""
    clock = ManualClock(BEGAN)
    settings = ServerSettings((dialect,), seed=seed, limits=GENEROUS, tls=tls)
    serving_it = serving(settings, clock, Record())
    (served,) = await serving_it.__aenter__()
    stage = LoopbackStage(served, clock, feed_of(served))

    async def close_when_told() -> None:
        await stage.closing.wait()
        await serving_it.__aexit__(None, None, None)

    closing = asyncio.create_task(close_when_told())
    try:
        yield stage
    finally:
        await stage.end()
        stage.closing.set()
        await closing
