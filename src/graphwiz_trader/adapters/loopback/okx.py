"""Okx: a venue that speaks OKX's v5 dialect."""

from aiohttp import web

from graphwiz_trader.adapters.loopback.account import Account
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.door import RestDoor
from graphwiz_trader.adapters.loopback.rest.okx import OkxRest
from graphwiz_trader.adapters.loopback.rest.okx_countdowns import OkxCountdowns
from graphwiz_trader.adapters.loopback.rest.okx_orders import OkxOrders
from graphwiz_trader.adapters.loopback.rest.okx_private import OkxPrivate
from graphwiz_trader.adapters.loopback.rest.okx_public import OkxPublic
from graphwiz_trader.adapters.loopback.streams.door import serve
from graphwiz_trader.adapters.loopback.streams.okx import OkxChannels
from graphwiz_trader.adapters.loopback.streams.okx_private import OkxNews, OkxPrivateSocket
from graphwiz_trader.adapters.loopback.streams.okx_socket import STYLE, OkxPublicSocket


class Okx:
    """All doors of the venue."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        account = Account(premises)
        self._orders = OkxOrders(premises, account)
        private = OkxPrivate(premises, account, self._orders)
        countdowns = OkxCountdowns(premises, account)
        public = OkxPublic(premises).endpoints()
        endpoints = (*public, *private.endpoints(), countdowns.endpoint())
        self._rest = RestDoor(premises, OkxRest(premises, endpoints))
        self._channels = OkxChannels(premises)
        self._news = OkxNews(premises, account)
        premises.host.listeners += [account, self._channels, countdowns]

    def routes(self) -> list[web.RouteDef]:
        """Return the addresses of all doors."""
        return [
            web.route("*", "/api/v5/{rest:.*}", self._rest.handle),
            web.get("/ws/v5/public", self._public),
            web.get("/ws/v5/private", self._private),
        ]

    async def _public(self, request: web.Request) -> web.StreamResponse:
        socket = OkxPublicSocket(self._premises, self._channels)
        return await serve(self._premises, request, STYLE, lambda _: None, socket.take, "public")

    async def _private(self, request: web.Request) -> web.StreamResponse:
        socket = OkxPrivateSocket(self._premises, self._news, self._orders)
        return await serve(self._premises, request, STYLE, lambda _: None, socket.take, "private")
