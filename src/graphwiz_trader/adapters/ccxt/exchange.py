"""
Exchange: a ccxt exchange, opened with the guards that market data needs.

Requests are not throttled by ccxt, whose queue adds 11 ms to each and signs before it waits;
`pace.py` spaces them. A failed switch to a testnet leaves production addresses in place, so that
every address is checked after it. Source: ccxt 4.5.90, measured.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Protocol, TypeAlias
from urllib.parse import urlsplit

import ccxt.pro
from aiohttp import ClientSession

from graphwiz_trader.adapters.ccxt.quirk import Option, Quirks, quirks_of
from graphwiz_trader.domain.errors import Unsupported
from graphwiz_trader.domain.value import value

Urls: TypeAlias = "str | Mapping[str, Urls]"
KEEP_ALIVE_MS = 5_000
"""How often a ping asks whether the venue still answers; ccxt's own is up to three minutes."""


class Client(Protocol):
    """One WebSocket connection of ccxt's, as far as it is used here."""

    url: str
    error: BaseException | None
    rejections: dict[str, BaseException]
    resolve: Callable[[object, str | None], object]
    reject: Callable[..., object]
    handle_message: Callable[[object], None]

    def reset(self, error: BaseException) -> None:
        """Fail everything that waits."""

    def closed(self) -> bool:
        """Whether the socket is not open."""

    async def aiohttp_close(self) -> None:
        """Close the socket."""


class Exchange(Protocol):
    """A ccxt exchange, as far as it is used here; every method may raise what ccxt raises."""

    id: str
    has: dict[str, object]
    urls: dict[str, Urls]
    headers: Mapping[str, str]
    hostname: str | None
    clients: dict[str, Client]
    client: Callable[[str], Client]
    streaming: Mapping[str, object]
    precisionMode: int  # noqa: N815 # ccxt's spelling
    number: type
    timeout_on_exit: int

    def set_sandbox_mode(self, enabled: bool) -> None:  # noqa: FBT001 # ccxt's spelling
        """Switch to the testnet."""

    async def load_markets(self, reload: bool = False) -> Mapping[str, Mapping[str, object]]:  # noqa: FBT001, FBT002 # ccxt's spelling
        """Ask for the rules of all instruments."""

    async def watch_order_book(self, symbol: str) -> object:
        """Wait for a message about a book; without a limit, which would truncate it for good."""

    async def fetch_order_book(self, symbol: str) -> Mapping[str, object]:
        """Ask for a book, as deep as the venue tells unasked."""

    async def watch_trades(self, symbol: str) -> object:
        """Wait for a trade."""

    async def watch_bids_asks(self, symbols: list[str]) -> object:
        """Wait for a best bid and ask; ccxt's tickers of Binance have none."""

    async def un_watch_order_book(self, symbol: str) -> object:
        """End the subscription to a book."""

    async def un_watch_trades(self, symbol: str) -> object:
        """End the subscription to trades."""

    async def un_watch_bids_asks(self, symbols: list[str]) -> object:
        """End the subscription to best bids and asks."""

    def open(self) -> None:
        """Allow connections again after `close`."""

    def close(self) -> Awaitable[None]:
        """Close all connections."""


@value
class Access:
    """
    How a venue is reached.

    `url`: a simulated exchange in the venue's place, as http://host:port.
    `testnet`: the venue's own testnet. `contracts`: futures and swaps are wanted, not only spot.
    """

    exchange: str
    url: str | None = None
    testnet: bool = False
    contracts: bool = False


def exchange_of(access: Access, session: ClientSession | None = None) -> Exchange:
    """
    Return a ccxt exchange that speaks to where *access* says, over *session* if one is given.

    Raises:
        Unsupported: ccxt has no such exchange, it has no testnet, or an address of it would
            still be production's; or nobody knows how it speaks to a simulated exchange.
    """
    maker = getattr(ccxt.pro, access.exchange, None)
    if access.exchange not in ccxt.pro.exchanges or maker is None:
        raise Unsupported(f"found {access.exchange}, expected an exchange that ccxt.pro streams")
    quirks = quirks_of(access.exchange)
    given: dict[str, object] = {"enableRateLimit": False, "options": _options(access, quirks)}
    if session is not None:
        given["session"] = session
    exchange: Exchange = maker(given)
    exchange.has["fetchCurrencies"] = False
    exchange.streaming = {**exchange.streaming, "keepAlive": KEEP_ALIVE_MS}
    if access.testnet:
        _switch(exchange, quirks)
    if access.url is not None:
        _redirect(exchange, quirks, access.url)
    return exchange


def hosts(exchange: Exchange) -> tuple[str, ...]:
    """Return every host *exchange* may speak to, sorted."""
    name = exchange.hostname or ""
    texts = (url.replace("{hostname}", name) for url in _leaves(exchange.urls["api"]))
    return tuple(sorted({urlsplit(text).hostname or text for text in texts}))


def _options(access: Access, quirks: Quirks) -> dict[str, Option]:
    return {**quirks.options, **(quirks.contracts if access.contracts else {})}


def _switch(exchange: Exchange, quirks: Quirks) -> None:
    """Switch to the testnet and prove that nothing of production is left."""
    if not quirks.sandbox_hosts:
        raise Unsupported(f"{exchange.id} has no testnet that is known here")
    exchange.set_sandbox_mode(True)
    strangers = [host for host in hosts(exchange) if host not in quirks.sandbox_hosts]
    if strangers:
        raise Unsupported(
            f"{exchange.id}: found {', '.join(strangers)} after the switch to the testnet, "
            f"expected only {', '.join(quirks.sandbox_hosts)}"
        )
    for name, wanted in quirks.sandbox_headers:
        if (found := exchange.headers.get(name)) != wanted:
            raise Unsupported(f"{exchange.id}: found header {name} {found!r}, expected {wanted!r}")


def _redirect(exchange: Exchange, quirks: Quirks, url: str) -> None:
    """Leave *exchange* no address but those of a simulated exchange at *url*."""
    if not quirks.urls:
        raise Unsupported(f"no simulated exchange speaks like {exchange.id}")
    rest = url.rstrip("/")
    ws = f"ws{rest.removeprefix('http')}"
    tree: dict[str, Urls] = {}
    for key, template in quirks.urls.items():
        *above, last = key.split(".")
        branch: dict[str, Urls] = tree
        for name in above:
            inner = branch.setdefault(name, {})
            if not isinstance(inner, dict):
                raise Unsupported(f"{exchange.id}: {name} is both an address and a section")
            branch = inner
        branch[last] = template.format(rest=rest, ws=ws)
    exchange.urls = {**exchange.urls, "api": tree}
    exchange.timeout_on_exit = 0


def _leaves(urls: Urls) -> Iterator[str]:
    if isinstance(urls, str):
        yield urls
    else:
        for inner in urls.values():
            yield from _leaves(inner)
