"""PrivateSession: the two exchanges of one account, open while anybody needs them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from graphwiz_trader.adapters.ccxt.errors import Operation, translated
from graphwiz_trader.adapters.ccxt.private_exchange import PrivateExchange
from graphwiz_trader.adapters.ccxt.translate import precision_of
from graphwiz_trader.domain.errors import Garbled, PortError, Transient
from graphwiz_trader.domain.instrument import Instrument

FAREWELL_S = 2.0
"""How long closing may take; a peer that does not answer is left alone."""


class PrivateSession:
    """
    Lends *asking*, for orders and questions, and *listening*, for the user's stream.

    They are apart, as ccxt looks through all requests of a socket at each balance it is told.
    """

    def __init__(self, asking: PrivateExchange, listening: PrivateExchange) -> None:
        self.asking = asking
        self.listening = listening
        self._sessions = (asking.session, listening.session)
        self._users = 0
        self._gate = asyncio.Lock()

    @property
    def is_open(self) -> bool:
        """Whether anybody needs them."""
        return self._users > 0

    def regrid(self, instrument: Instrument) -> None:
        """Have ccxt, which rounds what it sends, know the new grid of *instrument*."""
        for exchange in (self.asking, self.listening):
            market = (exchange.markets or {}).get(instrument.symbol)
            if isinstance(market, dict):
                mode = exchange.precisionMode
                grid = {"price": instrument.tick_size, "amount": instrument.lot_size}
                precision = {name: precision_of(step, mode) for name, step in grid.items()}
                market["precision"] = {**market["precision"], **precision}

    @asynccontextmanager
    async def open(self) -> AsyncIterator[PrivateExchange]:
        """
        Keep both open, their instruments' rules loaded, and lend the one to ask.

        Raises:
            Transient: the rules could not be loaded.
        """
        async with self._gate:
            self._users += 1
            self.asking.open()
            self.listening.open()
            if self.asking.session is not None:
                # aiohttp sends a DELETE again whose connection broke: a cancel at Binance.
                self.asking.session._retry_connection = False  # noqa: SLF001 # no other way
        try:
            await self._load()
            yield self.asking
        finally:
            self._users -= 1
            async with self._gate:
                if not self._users:
                    await self._close()

    async def _load(self) -> None:
        if self.asking.markets:
            return
        try:
            with translated(Operation.ASK):
                await self.asking.load_markets()
                self.listening.set_markets_from_exchange(self.asking)
        except Garbled as error:
            raise Transient(str(error)) from error
        # ccxt computes with the rules' numbers while it loads them; from here on they are text.
        self.asking.number = self.listening.number = str

    async def _close(self) -> None:
        for exchange, given in zip((self.asking, self.listening), self._sessions, strict=True):
            with suppress(TimeoutError, PortError), translated(Operation.ASK):
                await asyncio.wait_for(exchange.close(), FAREWELL_S)
            exchange.clients.clear()
            # ccxt forgets a session it was given, and would open one of its own.
            exchange.session = given
