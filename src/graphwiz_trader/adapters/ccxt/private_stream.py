"""
PrivateStream: what a venue tells of our orders and fills, as long as it does.

ccxt keeps orders and fills in caches whose entries it changes later, and wakes only who awaits at
that moment. So the caches are our own: whatever ccxt puts in is copied, there and then.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from ccxt.async_support.base.ws.cache import ArrayCacheBySymbolById
from ccxt.base.errors import NetworkError
from typing_extensions import override

from graphwiz_trader.adapters.ccxt.asking import hang_up
from graphwiz_trader.adapters.ccxt.errors import Operation, translated, translation
from graphwiz_trader.adapters.ccxt.exchange import Client
from graphwiz_trader.adapters.ccxt.patience import OrderPatience, silence
from graphwiz_trader.adapters.ccxt.private_exchange import Fields, PrivateExchange
from graphwiz_trader.adapters.ccxt.quirk import Trading
from graphwiz_trader.adapters.ccxt.tap import Clean, tap
from graphwiz_trader.domain.errors import AccessDenied, Disconnected, Garbled, PortError, Transient
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.ports.clock import Clock

REMEMBERED = 1_000
"""How many orders and fills ccxt remembers, to make whole what some venues send in part."""


class Hearer(Protocol):
    """Who is told; nothing it does may raise."""

    def order(self, order: Fields) -> None:
        """Take news of an order; the fields are the hearer's own."""

    def fill(self, trade: Fields) -> None:
        """Take a fill; likewise."""

    def up(self) -> None:
        """Hear that whatever happens from now on is told."""

    def down(self, reason: str) -> None:
        """Hear that it no longer is."""


class PrivateStream:
    """Listens through *exchange*, whose sockets are for this alone."""

    def __init__(
        self,
        exchange: PrivateExchange,
        trading: Trading,
        clock: Clock,
        patience: OrderPatience,
        clean: Clean,
    ) -> None:
        self.is_up = False
        self._exchange = exchange
        self._trading = trading
        self._clock = clock
        self._patience = patience
        self._hearer: Hearer | None = None
        self._heard: dict[Client, Nanos] = {}
        self._frames = 0
        self._greeted = asyncio.Event()
        self._broken: asyncio.Future[PortError] | None = None
        ping = patience.stale // (3 * MILLISECOND)
        exchange.streaming = {**exchange.streaming, "keepAlive": ping}
        exchange.orders = _Cache(self._tell_order)
        exchange.myTrades = _Cache(self._tell_fill)
        tap(exchange, self, clean)

    async def run(self, hearer: Hearer, mend: Callable[[], Awaitable[None]]) -> None:
        """
        Tell *hearer* until canceled, and connect again, after *mend*, whenever the stream breaks.

        Raises:
            Transient: the budget is spent.
            PortError: it will not get better, as with a wrong key.
        """
        self._hearer = hearer
        failures = 0
        try:
            while True:
                began = self._clock.now()
                error = await self._listen()
                self._fall(str(error))
                if not isinstance(error, Transient | Garbled):
                    raise error
                retry = self._patience.retry
                failures = retry.failures(failures, Nanos(self._clock.now() - began))
                if retry.is_spent(failures):
                    raise Transient(f"gave up after {failures} attempts: {error}")
                await self._clock.sleep_until(Nanos(self._clock.now() + retry.wait(failures)))
                await mend()
        finally:
            self.is_up = False
            self._hearer = None

    def opened(self, client: Client) -> None:
        """Watch over a connection."""
        self._heard.setdefault(client, self._clock.now())

    def heard(self, client: Client, message: object) -> None:
        """Note that a connection lives, and count what is no ping."""
        if client not in self._heard:
            return
        self._heard[client] = self._clock.now()
        text = getattr(message, "data", None)
        if not isinstance(text, str) or (text.isascii() and text.isalpha()):
            return
        if not text.startswith(("{", "[")):
            # Some exchanges of ccxt pass over what they cannot read, and a fill with it.
            self._break(Garbled(f"found a frame that begins with {text[:8]!r}"))
        else:
            self._frames += 1
            if self._trading.hello_frames and self._frames >= self._trading.hello_frames:
                # Not before ccxt has read the greeting, which may be a refusal.
                asyncio.get_running_loop().call_soon(self._greeted.set)

    def resolved(self, client: Client, result: object, name: str) -> None:
        """Note nothing: the caches told."""

    def rejected(self, client: Client, error: BaseException, name: str | None) -> None:  # noqa: ARG002 # any will do
        """Take the stream for broken: one subscription is all there is."""
        if client in self._heard:
            ours = translation(error)
            # What comes over a stream is no final verdict, but for a key that is refused.
            is_known = isinstance(ours, Transient | AccessDenied)
            self._break(ours if is_known else Garbled(str(ours)))

    async def _listen(self) -> PortError:
        """Subscribe, tell, and return what ended it."""
        self._frames = 0
        self._greeted.clear()
        self._broken = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._ask(self._exchange.watch_orders))]
                if not self._trading.tells_fills and self._exchange.has.get("watchMyTrades"):
                    tasks.append(group.create_task(self._ask(self._exchange.watch_my_trades)))
                tasks += [group.create_task(self._greet()), group.create_task(self._guard())]
                error = await self._broken
                for task in tasks:
                    task.cancel()
        finally:
            await self._hang_up()
        return error

    async def _ask(self, watch: Callable[[], object]) -> None:
        """Subscribe; what comes is told by the caches, whoever awaits it."""
        try:
            with translated(Operation.ASK):
                await watch()  # type: ignore[misc] # a coroutine of ccxt's
        except PortError as error:
            self._break(error)

    async def _greet(self) -> None:
        """Tell that the stream is up once it is."""
        began = self._clock.now()
        waiting = self._greeted.wait() if self._trading.hello_frames else self._calm()
        try:
            await asyncio.wait_for(waiting, self._patience.first / SECOND)
        except TimeoutError:
            self._break(silence("no user stream", self._clock.now() - began))
            return
        if self._broken is not None and not self._broken.done() and self._hearer is not None:
            self.is_up = True
            self._hearer.up()

    async def _calm(self) -> None:
        """Return once a connection was open for a while without being refused."""
        while not any(not client.closed() for client in self._heard):
            await self._clock.sleep_until(Nanos(self._clock.now() + self._patience.quiet // 4))
        await self._clock.sleep_until(Nanos(self._clock.now() + self._patience.quiet))

    async def _guard(self) -> None:
        """Look after connections that say nothing."""
        while True:
            await self._clock.sleep_until(Nanos(self._clock.now() + self._patience.stale // 4))
            now = self._clock.now()
            for at in self._heard.values():
                if now - at > self._patience.stale:
                    self._break(silence("no frame", now - at))

    def _break(self, error: PortError) -> None:
        if self._broken is not None and not self._broken.done():
            self._broken.set_result(error)

    def _fall(self, reason: str) -> None:
        if self.is_up and self._hearer is not None:
            self.is_up = False
            self._hearer.down(reason)

    async def _hang_up(self) -> None:
        clients = tuple(self._heard)
        self._heard.clear()
        self._exchange.clients.clear()
        gone = Disconnected("the user stream is over")
        for client in clients:
            client.error = client.error or NetworkError(str(gone))
            client.reset(client.error)
            await hang_up(client)

    def _tell_order(self, order: Fields) -> None:
        if self._hearer is not None:
            self._hearer.order(order)

    def _tell_fill(self, trade: Fields) -> None:
        if self._hearer is not None:
            self._hearer.fill(trade)


class _Cache(ArrayCacheBySymbolById):  # type: ignore[misc] # ccxt is untyped
    """A cache of ccxt's that tells of what is put in."""

    def __init__(self, told: Callable[[Fields], None]) -> None:
        super().__init__(REMEMBERED)
        self._told = told

    @override
    def append(self, item: Mapping[str, object]) -> None:
        """Keep *item*, and tell a copy."""
        self._told(dict(item))
        super().append(item)
