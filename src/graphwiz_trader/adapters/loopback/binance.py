"""Binance: a venue that speaks Binance's spot dialect."""

from functools import partial

from aiohttp import web

from graphwiz_trader.adapters.loopback.account import Account
from graphwiz_trader.adapters.loopback.connection import Connection, Style
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.binance import BinanceRest
from graphwiz_trader.adapters.loopback.rest.binance_meter import BinanceMeter
from graphwiz_trader.adapters.loopback.rest.binance_private import BinancePrivate
from graphwiz_trader.adapters.loopback.rest.binance_public import BinancePublic
from graphwiz_trader.adapters.loopback.rest.door import RestDoor
from graphwiz_trader.adapters.loopback.streams.binance import (
    COMBINED,
    RAW,
    BinanceStreams,
    message_rate,
)
from graphwiz_trader.adapters.loopback.streams.binance_api import BinanceApi
from graphwiz_trader.adapters.loopback.streams.door import serve


class Binance:
    """All doors of the venue."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        meter = BinanceMeter(premises.limits)
        public = BinancePublic(premises)
        account = Account(premises)
        private = BinancePrivate(premises, account, public)
        endpoints = (*public.endpoints(), *private.endpoints())
        self._rest = RestDoor(premises, BinanceRest(premises, endpoints, meter))
        self._api = BinanceApi(premises, account, public, private, meter)
        self._streams = BinanceStreams(premises)
        premises.host.listeners += [account, self._streams]

    def routes(self) -> list[web.RouteDef]:
        """Return the addresses of all doors."""
        return [
            web.route("*", "/api/v3/{rest:.*}", self._rest.handle),
            web.get("/ws", self._raw),
            web.get("/ws/{names}", self._raw),
            web.get("/stream", self._combined),
            web.get("/stream/ws", self._combined),
            web.get("/ws-api/v3", self._questions),
            web.get("/stream/ws/{number}", self._combined),
        ]

    async def _raw(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info.get("names", "")
        # ccxt numbers its sockets, /ws/0, /ws/1; Binance takes that for a stream that says nothing.
        return await self._market(request, RAW, [name] if name and not name.isdigit() else [])

    async def _combined(self, request: web.Request) -> web.StreamResponse:
        names = request.query.get("streams", "")
        return await self._market(request, COMBINED, names.split("/") if names else [])

    async def _questions(self, request: web.Request) -> web.StreamResponse:
        return await serve(self._premises, request, RAW, _nothing, self._api.take, "ws-api")

    async def _market(
        self, request: web.Request, style: Style, names: list[str]
    ) -> web.StreamResponse:
        streams, rate = self._streams, message_rate(self._premises)
        if any(name not in streams.names for name in names):
            return web.Response(status=404)

        def opened(connection: Connection) -> None:
            streams.join(connection, names)

        take = partial(streams.take, rate=rate)
        return await serve(self._premises, request, style, opened, take, "market")


def _nothing(_: Connection) -> None:
    """Nothing to do when a client connects."""
