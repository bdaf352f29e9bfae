"""
PrivateExchange: a ccxt exchange that may trade, opened with the guards that orders need.

A key goes nowhere but where it belongs: one for play never to a real venue, a real one never to
a simulated exchange. Numbers stay text, as they came.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Protocol, cast

from aiohttp import ClientSession

from graphwiz_trader.adapters.ccxt.exchange import Access, Exchange, exchange_of, hosts
from graphwiz_trader.adapters.ccxt.quirk import Quirks, quirks_of
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import AccessDenied
from graphwiz_trader.domain.units import MILLISECOND, Nanos

Fields = Mapping[str, object]
"""One of ccxt's orders, trades or balances."""


class PrivateExchange(Exchange, Protocol):
    """A ccxt exchange, as far as trading needs it; every method may raise what ccxt raises."""

    apiKey: str  # noqa: N815 # ccxt's spelling
    secret: str
    password: str
    options: dict[str, object]
    exceptions: Mapping[str, Mapping[str, type[Exception]]]
    markets: Mapping[str, Fields] | None
    timeout: int
    rateLimit: float  # noqa: N815 # ccxt's spelling
    session: ClientSession | None
    orders: object
    myTrades: object  # noqa: N815 # ccxt's spelling
    on_rest_response: Callable[..., object]
    request_id: Callable[[], str]

    def set_markets_from_exchange(self, source: "PrivateExchange") -> object:
        """Take over the rules that *source* loaded."""

    async def create_order(
        self, symbol: str, kind: str, side: str, amount: str, price: str | None, params: Fields, /
    ) -> object:
        """Place an order over REST."""

    async def create_order_ws(
        self, symbol: str, kind: str, side: str, amount: str, price: str | None, params: Fields, /
    ) -> object:
        """Place an order over a socket."""

    async def cancel_order(self, name: str | None, symbol: str, params: Fields, /) -> object:
        """Cancel an order over REST."""

    async def cancel_order_ws(self, name: str | None, symbol: str, params: Fields, /) -> object:
        """Cancel an order over a socket."""

    async def fetch_order(self, name: str | None, symbol: str, params: Fields, /) -> object:
        """Ask for one order."""

    async def fetch_open_orders(self, symbol: str | None, since: int | None, /) -> Sequence[Fields]:
        """Ask for the orders that work."""

    async def fetch_orders(self, symbol: str | None, since: int | None, /) -> Sequence[Fields]:
        """Ask for all orders."""

    async def fetch_closed_orders(
        self, symbol: str | None, since: int | None, /
    ) -> Sequence[Fields]:
        """Ask for the orders that have filled, or ended."""

    async def fetch_canceled_orders(
        self, symbol: str | None, since: int | None, /
    ) -> Sequence[Fields]:
        """Ask for the orders that were canceled, where those are told apart."""

    async def fetch_my_trades(
        self, symbol: str, since: int | None, limit: int, params: Fields, /
    ) -> Sequence[Fields]:
        """Ask for our fills."""

    async def fetch_balance(self) -> Fields:
        """Ask for what we own."""

    async def fetch_positions(self, symbols: Sequence[str], /) -> Sequence[Fields]:
        """Ask for the contracts we hold."""

    async def fetch_time(self) -> int | None:
        """Ask for the venue's clock, in ms."""

    async def cancel_all_orders_after(self, span: int, params: Fields, /) -> object:
        """Have orders canceled *span* ms from now."""

    async def watch_orders(self) -> object:
        """Wait for news of an order."""

    async def watch_my_trades(self) -> object:
        """Wait for a fill."""


def private_exchange_of(
    access: Access, credentials: Credentials, timeout: Nanos, session: ClientSession | None = None
) -> PrivateExchange:
    """
    Return a ccxt exchange that trades with *credentials* where *access* says.

    Args:
        access: Where.
        credentials: What proves who we are.
        timeout: How long an answer over REST may take.
        session: What it connects through, its own if none is given.

    Raises:
        AccessDenied: the key does not belong there, or an address is not where it should be.
        Unsupported: as `exchange_of` says.
    """
    quirks = quirks_of(access.exchange)
    exchange = cast("PrivateExchange", exchange_of(access, session))
    _guard(access, exchange, quirks, credentials)
    if quirks.trading.draws_request_ids:
        # Of two requests with one id only the first would be sent.
        exchange.request_id = map(str, count(1)).__next__
    exchange.apiKey = credentials.key
    exchange.secret = credentials.secret
    exchange.password = credentials.passphrase
    exchange.options["maxRetriesOnFailure"] = 0
    exchange.timeout = timeout // MILLISECOND
    exchange.timeout_on_exit = 0
    return exchange


def _guard(access: Access, exchange: Exchange, quirks: Quirks, credentials: Credentials) -> None:
    """Refuse a key of one kind at a venue of another."""
    where = ", ".join(hosts(exchange))
    if credentials.is_play and access.url is None:
        raise AccessDenied(f"{access.exchange}: found a key of a simulated exchange for {where}")
    if access.url is None:
        _check_headers(access, exchange, quirks)
        return
    if not credentials.is_play:
        raise AccessDenied(f"{access.exchange}: found a venue's own key for the simulated {where}")
    real = set(hosts(exchange_of(Access(access.exchange, contracts=access.contracts))))
    strangers = real.union(quirks.sandbox_hosts).intersection(hosts(exchange))
    if strangers:
        raise AccessDenied(
            f"{access.exchange}: found {', '.join(sorted(strangers))}, a venue's own,"
            " expected a simulated exchange"
        )


def _check_headers(access: Access, exchange: Exchange, quirks: Quirks) -> None:
    """Refuse a testnet without its headers, and production with them."""
    for name, wanted in quirks.sandbox_headers:
        found = exchange.headers.get(name)
        if (found == wanted) is not access.testnet:
            kind = "the testnet" if access.testnet else "production"
            raise AccessDenied(f"{access.exchange}: found header {name} {found!r} for {kind}")
