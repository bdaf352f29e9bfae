"""What the tests of the simulated exchange share: unmodified ccxt clients, made both ways."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import ccxt.pro

from graphwiz_trader.adapters.loopback.faults import Fault
from graphwiz_trader.adapters.loopback.resolver import loopback_session, make_authority
from graphwiz_trader.adapters.loopback.running import RunningExchange, running_exchange
from graphwiz_trader.adapters.loopback.server import Served
from graphwiz_trader.adapters.loopback.signing import Credentials

NAMES = ("binance", "okx")
WAYS = ("production", "override")
PATIENCE_S = 30.0

Drive = Callable[[Any, RunningExchange], Awaitable[None]]


def settings() -> dict[str, Any]:
    """What a ccxt client of one account is made with."""
    ours = Credentials()
    return {
        "apiKey": ours.key,
        "secret": ours.secret,
        "password": ours.passphrase,
        "enableRateLimit": False,
        "options": {
            "defaultType": "spot",
            "fetchMarkets": {"types": ["spot"]},
            "fetchCurrencies": False,
            "fetchMargins": False,
        },
    }


def overridden(served: Served) -> Any:
    """A client whose addresses are the venue's here."""
    client = getattr(ccxt.pro, served.dialect)(settings())
    if served.dialect == "okx":
        client.urls["api"] = {"rest": served.rest, "ws": f"{served.ws}/ws/v5"}
        return client
    rest = f"{served.rest}/api/v3"
    client.urls["api"] |= {"public": rest, "private": rest}
    client.urls["api"]["ws"] |= {
        "spot": f"{served.ws}/stream/ws",
        "ws-api": {"spot": f"{served.ws}/ws-api/v3"},
    }
    return client


@asynccontextmanager
async def client_of(
    name: str, way: str, folder: Path, faults: Sequence[Fault] = ()
) -> AsyncIterator[tuple[Any, RunningExchange]]:
    """A client of the venue *name*, on its production addresses or on overridden ones."""
    authority = make_authority(folder)
    async with running_exchange((name,), faults=faults, tls=authority.server()) as exchange:
        served = exchange[name]
        if way == "override":
            client = overridden(served)
            try:
                yield client, exchange
            finally:
                await client.close()
            return
        async with loopback_session(served.tls_port or 0, authority) as session:
            client = getattr(ccxt.pro, name)({**settings(), "session": session})
            try:
                yield client, exchange
            finally:
                await client.close()
