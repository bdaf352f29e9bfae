"""Okx: a venue that speaks OKX's v5 dialect."""

from aiohttp import web

from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.door import RestDoor
from graphwiz_trader.adapters.loopback.rest.okx import OkxRest
from graphwiz_trader.adapters.loopback.rest.okx_public import OkxPublic
from graphwiz_trader.adapters.loopback.streams.binance import raw
from graphwiz_trader.adapters.loopback.streams.door import serve
from graphwiz_trader.adapters.loopback.streams.okx import OkxChannels
from graphwiz_trader.adapters.loopback.streams.okx_socket import OkxPublicSocket


class Okx:
    """All doors of the venue."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        public = OkxPublic(premises)
        self._rest = RestDoor(premises, OkxRest(premises, public.endpoints()))
        self._channels = OkxChannels(premises)
        premises.host.listeners.append(self._channels)

    def routes(self) -> list[web.RouteDef]:
        """Return the addresses of all doors."""
        return [
            web.route("*", "/api/v5/{rest:.*}", self._rest.handle),
            web.get("/ws/v5/public", self._public),
        ]

    async def _public(self, request: web.Request) -> web.StreamResponse:
        socket = OkxPublicSocket(self._premises, self._channels)
        return await serve(self._premises, request, raw, lambda _: None, socket.take, "public")
