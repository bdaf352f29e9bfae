"""Running: simulated exchanges for as long as a block of code lasts."""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.loopback.faults import Fault
from graphwiz_trader.adapters.loopback.limits import GENEROUS, Limits
from graphwiz_trader.adapters.loopback.record import Record
from graphwiz_trader.adapters.loopback.server import Served, ServerSettings, serving
from graphwiz_trader.domain.errors import UnknownInstrument
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId
from graphwiz_trader.domain.value import value


@value
class RunningExchange:
    """What runs: `venues` in the order of the dialects, and the true record of them all."""

    venues: tuple[Served, ...]
    record: Record

    def __getitem__(self, name: str) -> Served:
        """Return the venue called *name*: `exchange["binance"].rest`."""
        for served in self.venues:
            if served.venue == name:
                return served
        raise UnknownInstrument(f"no venue {name} runs, only {[s.venue for s in self.venues]}")

    def instrument(self, name: str) -> Instrument:
        """Return the instrument of an id such as `BTC/USDT@binance`."""
        venue = self[name.rpartition("@")[2]]
        return venue.premises.host.instruments[InstrumentId(name)]


@asynccontextmanager
async def running_exchange(
    dialects: Sequence[str] = ("binance", "okx"),
    seed: int = 7,
    faults: Sequence[Fault] = (),
    limits: Limits = GENEROUS,
    speed: float = 1.0,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[RunningExchange]:
    """
    Run one exchange for each of *dialects* on free ports, on the system's clock.

    >>> async def prices() -> None:
    ...     async with running_exchange(("binance",)) as exchange:
    ...         print(exchange["binance"].rest)
    """
    record = Record()
    settings = ServerSettings(
        tuple(dialects), seed=seed, faults=tuple(faults), limits=limits, speed=speed, tls=tls
    )
    async with serving(settings, SystemClock(), record) as venues:
        yield RunningExchange(venues, record)
