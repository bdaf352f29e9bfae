"""Server: simulated exchanges on sockets of this machine, around one fair price."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Protocol

import attrs
from aiohttp import web

from graphwiz_trader.adapters.loopback.binance import Binance
from graphwiz_trader.adapters.loopback.faults import Calendar, Fault, Faults
from graphwiz_trader.adapters.loopback.host import Host, Market
from graphwiz_trader.adapters.loopback.latency import Delays, Routes
from graphwiz_trader.adapters.loopback.limits import Limits
from graphwiz_trader.adapters.loopback.okx import Okx
from graphwiz_trader.adapters.loopback.pacing import Pacing
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.record import Record
from graphwiz_trader.adapters.loopback.signing import Credentials
from graphwiz_trader.adapters.loopback.tape_market import TapeMarket
from graphwiz_trader.adapters.loopback.transcript import Transcript
from graphwiz_trader.adapters.loopback.wire.symbol import binance_symbols, okx_symbols
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import MILLISECOND, Asset, Nanos, Venue
from graphwiz_trader.domain.value import evolve, value
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.simulation.exchange import Terms
from graphwiz_trader.simulation.market import (
    BTC,
    ETH,
    USDT,
    MarketSettings,
    VenueSpec,
    build_market,
)

HOST = "127.0.0.1"
_LAG = Nanos(20 * MILLISECOND)
_LATER = Nanos(100 * MILLISECOND)


class Dialect(Protocol):
    """A venue's doors."""

    def routes(self) -> list[web.RouteDef]:
        """Return their addresses."""


_DOORS: dict[str, Callable[[Premises], Dialect]] = {"binance": Binance, "okx": Okx}
_SYMBOLS = {"binance": binance_symbols, "okx": okx_symbols}
_NO_LEAST_NOTIONAL = ("okx",)
"""The dialects that have no word for a least notional: their venues know a least size only."""
DIALECTS = tuple(_DOORS)
"""The languages an exchange can speak."""


@value
class ServerSettings:
    """
    What to serve.

    `dialects` names one venue each; a dialect given twice makes `binance` and `binance2`.
    `port` is the first venue's, the others follow; 0 takes whatever is free.
    `tapes`, one for each dialect, are played in place of a seeded market.
    `calendar` says when the times of `faults` begin and end. `routes` is how far away each venue
    is, by its name; one that is not named is near. `balances` are what the account owns at every
    venue that `endowments` does not name.
    `tls`: a context for doors beside, as in production; None opens none.
    """

    dialects: tuple[str, ...] = DIALECTS
    seed: int = 7
    port: int = 0
    speed: float = 1.0
    faults: tuple[Fault, ...] = ()
    calendar: Calendar = Calendar()
    routes: Mapping[Venue, Routes] = attrs.field(factory=dict)
    limits: Limits = attrs.field(factory=Limits)
    credentials: Credentials = attrs.field(factory=Credentials)
    market: MarketSettings = attrs.field(factory=MarketSettings)
    terms: Terms = attrs.field(factory=Terms)
    balances: Mapping[Asset, Decimal] = attrs.field(
        factory=lambda: {USDT: Decimal(1_000_000), BTC: Decimal(20), ETH: Decimal(400)}
    )
    endowments: Mapping[Venue, Mapping[Asset, Decimal]] = attrs.field(factory=dict)
    tls: ssl.SSLContext | None = None
    tapes: tuple[Tape, ...] = ()

    def __attrs_post_init__(self) -> None:
        unknown = [name for name in self.dialects if name not in DIALECTS]
        if unknown or not self.dialects:
            raise DomainError(f"dialects are {self.dialects}, expected some of {DIALECTS}")
        if self.tapes and len(self.tapes) != len(self.dialects):
            raise DomainError(f"{len(self.tapes)} tapes for {len(self.dialects)} dialects")


@value
class Served:
    """One venue and where it is: `rest` and `ws` are addresses without a path."""

    venue: Venue
    dialect: str
    port: int
    tls_port: int | None
    premises: Premises

    @property
    def rest(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://{HOST}:{self.port}"

    @property
    def ws(self) -> str:
        """`ws://127.0.0.1:PORT`."""
        return f"ws://{HOST}:{self.port}"


@asynccontextmanager
async def serving(
    settings: ServerSettings, clock: Clock, record: Record
) -> AsyncIterator[tuple[Served, ...]]:
    """Serve *settings* until the context ends; *record* is told what is true."""
    began = clock.now()
    pacing = Pacing(clock, began, settings.speed)
    all_premises = premises_of(settings, pacing, record, began)
    runners: list[web.AppRunner] = []
    served: list[Served] = []
    try:
        for number, (dialect, premises) in enumerate(
            zip(settings.dialects, all_premises, strict=True)
        ):
            port = settings.port + number if settings.port else 0
            runner = await _runner(dialect, premises)
            runners.append(runner)
            served.append(await _opened(runner, dialect, premises, port, settings.tls))
        hosts = [premises.host for premises in all_premises]
        async with asyncio.TaskGroup() as group:
            running = group.create_task(pacing.run(hosts))
            yield tuple(served)
            running.cancel()
    except BaseExceptionGroup as failures:
        if len(failures.exceptions) == 1:
            raise failures.exceptions[0] from None
        raise
    finally:
        for runner in runners:
            await runner.cleanup()


def venue_names(dialects: Sequence[str]) -> list[Venue]:
    """Return what the venues of *dialects* are called: `binance`, `binance2`, `okx`."""
    names: list[Venue] = []
    for number, dialect in enumerate(dialects):
        earlier = dialects[:number].count(dialect)
        names.append(Venue(f"{dialect}{earlier + 1}" if earlier else dialect))
    return names


def premises_of(
    settings: ServerSettings, pacing: Pacing, record: Record, began: Nanos
) -> list[Premises]:
    """Return the premises of every venue of *settings*; no door is open yet."""
    made = []
    for dialect, market in zip(settings.dialects, _markets(settings, began), strict=True):
        host = Host(market)
        host.listeners.append(Transcript(host, record))
        made.append(
            Premises(
                host,
                pacing,
                _SYMBOLS[dialect](host.instruments.values()),
                Faults(host.venue, settings.faults, began, record, settings.calendar),
                record,
                settings.limits,
                settings.credentials,
                settings.terms,
                Delays(
                    settings.routes.get(host.venue, Routes()),
                    Chance(settings.seed).split(f"latency {host.venue}"),
                ),
            )
        )
    return made


def _markets(settings: ServerSettings, began: Nanos) -> Sequence[Market]:
    if settings.tapes:
        return [
            TapeMarket(tape, _owned(settings, tape.instruments[0].venue), began, settings.terms)
            for tape in settings.tapes
        ]
    made: list[Market] = []
    for number, name in enumerate(venue_names(settings.dialects)):
        spec = VenueSpec(name, Nanos(_LAG + number * _LATER), settings.terms)
        owned = _owned(settings, name)
        market = settings.market
        if settings.dialects[number] in _NO_LEAST_NOTIONAL:
            listings = (evolve(each, min_notional=Decimal(0)) for each in market.listings)
            market = evolve(market, listings=tuple(listings))
        made += build_market(settings.seed, [spec], began, owned, market)
    return made


def _owned(settings: ServerSettings, venue: Venue) -> Mapping[Asset, Decimal]:
    return settings.endowments.get(venue, settings.balances)


async def _runner(dialect: str, premises: Premises) -> web.AppRunner:
    doors: Dialect = _DOORS[dialect](premises)
    premises.now()
    application = web.Application()
    application.add_routes(doors.routes())
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    return runner


async def _opened(
    runner: web.AppRunner,
    dialect: str,
    premises: Premises,
    port: int,
    tls: ssl.SSLContext | None,
) -> Served:
    await web.TCPSite(runner, HOST, port).start()
    if tls is not None:
        await web.TCPSite(runner, HOST, 0, ssl_context=tls).start()
    ports = [address[1] for address in runner.addresses]
    secure = ports[1] if tls is not None else None
    return Served(premises.host.venue, dialect, ports[0], secure, premises)
