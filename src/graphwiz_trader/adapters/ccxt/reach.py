"""Reach: whether a venue answers, what its clock shows, and what a key of it may do."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, cast

from graphwiz_trader.adapters.ccxt.errors import Operation, translated
from graphwiz_trader.adapters.ccxt.exchange import Access, Exchange, exchange_of
from graphwiz_trader.adapters.ccxt.private_exchange import private_exchange_of
from graphwiz_trader.domain.clock_reading import ClockReading, surest
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import AccessDenied
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.ports.clock import Clock

QUESTIONS = 3
_TIMEOUT = Nanos(5 * SECOND)


class _Told(Exchange, Protocol):
    """A ccxt exchange, as far as it tells of itself."""

    async def fetch_time(self) -> int | None: ...

    async def load_time_difference(self) -> object: ...

    async def sapi_get_account_apirestrictions(self) -> Mapping[str, object]: ...

    async def private_get_account_config(self) -> Mapping[str, object]: ...


async def clock_of(access: Access, clock: Clock) -> ClockReading | None:
    """
    Return what the venue's clock shows against *clock*, None where it does not tell its time.

    Raises:
        PortError: it cannot be reached, or did not answer.
    """
    exchange = cast("_Told", exchange_of(access))
    try:
        if not exchange.has.get("fetchTime"):
            with translated(Operation.ASK):
                await exchange.load_markets()
            return None
        found = []
        for _ in range(QUESTIONS):
            asked = clock.now()
            with translated(Operation.ASK):
                shown = await exchange.fetch_time()
            if shown is None:
                return None
            found.append(ClockReading.of(asked, Nanos(int(shown) * MILLISECOND), clock.now()))
        return surest(found)
    finally:
        await exchange.close()


async def rights_of(access: Access, credentials: Credentials) -> tuple[str, ...] | None:
    """
    Return what the key may do (`read`, `trade`, `withdraw`), None where the venue does not tell.

    Raises:
        AccessDenied: the venue does not take the key.
        PortError: it cannot be reached, or did not answer.
    """
    ask = _TELLERS.get(access.exchange)
    if ask is None or access.url is not None or access.testnet:
        return None
    exchange = cast("_Told", private_exchange_of(access, credentials, _TIMEOUT))
    try:
        if access.exchange.startswith("binance"):
            with translated(Operation.ASK):
                await exchange.load_time_difference()
        with translated(Operation.ASK):
            return await ask(exchange)
    except AccessDenied as refused:
        raise AccessDenied(credentials.hidden(str(refused))) from None
    finally:
        await exchange.close()


async def _binance(exchange: _Told) -> tuple[str, ...]:
    return binance_rights(await exchange.sapi_get_account_apirestrictions())


async def _okx(exchange: _Told) -> tuple[str, ...]:
    return okx_rights(await exchange.private_get_account_config())


def binance_rights(told: Mapping[str, object]) -> tuple[str, ...]:
    """
    Return the rights in Binance's answer to `GET /sapi/v1/account/apiRestrictions`.

    >>> binance_rights({"enableReading": True, "enableWithdrawals": False})
    ('read',)
    """
    names = (
        ("read", "enableReading"),
        ("trade", "enableSpotAndMarginTrading"),
        ("withdraw", "enableWithdrawals"),
        ("transfer", "enableInternalTransfer"),
    )
    return tuple(ours for ours, theirs in names if str(told.get(theirs)).lower() == "true")


def okx_rights(told: Mapping[str, object]) -> tuple[str, ...]:
    """
    Return the rights in OKX's answer to `GET /api/v5/account/config`.

    >>> okx_rights({"data": [{"perm": "read_only,trade"}]})
    ('read', 'trade')
    """
    rows = told.get("data")
    first = rows[0] if isinstance(rows, list) and rows else {}
    text = str(first.get("perm", "")) if isinstance(first, dict) else ""
    return tuple({"read_only": "read"}.get(name, name) for name in text.split(",") if name)


_TELLERS: Mapping[str, Callable[[_Told], Awaitable[tuple[str, ...]]]] = {
    "binance": _binance,
    "okx": _okx,
}
