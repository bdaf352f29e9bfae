"""
OrderWire: orders and cancels on their way to a venue, over a socket where it is open, else REST.

Nothing is ever sent twice, and nothing waits to be sent: an order that met a socket on its way
up could leave long after it was given up. What ccxt cannot read on the socket of orders, or an
error that names no request, leaves the fate of all that is in flight open.
"""

import asyncio
import re
from collections.abc import Mapping

from ccxt.base.errors import ExchangeError, NetworkError

from graphwiz_trader.adapters.ccxt.asking import hang_up
from graphwiz_trader.adapters.ccxt.errors import Operation, translated
from graphwiz_trader.adapters.ccxt.exchange import Client
from graphwiz_trader.adapters.ccxt.patience import OrderPatience
from graphwiz_trader.adapters.ccxt.private_exchange import Fields, PrivateExchange
from graphwiz_trader.adapters.ccxt.quirk import Trading
from graphwiz_trader.adapters.ccxt.tap import Clean, tap
from graphwiz_trader.domain.errors import OutcomeUnknown, PortError
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import SECOND, ClOrdId, Lots, Nanos, Ticks
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.clock import Clock

WORN = 5_000
"""After how many requests the socket is replaced: ccxt remembers each as a subscription."""


@value
class Wanted:
    """An order to send."""

    cl_ord_id: ClOrdId
    instrument: Instrument
    side: Side
    ord_type: OrdType
    time_in_force: TimeInForce
    price: Ticks
    qty: Lots


class OrderWire:
    """Sends through *exchange*, whose sockets are for orders only; *own* marks them as ours."""

    def __init__(
        self,
        exchange: PrivateExchange,
        trading: Trading,
        clock: Clock,
        patience: OrderPatience,
        clean: Clean,
        own: str,
    ) -> None:
        self._exchange = exchange
        self._marked = {trading.mark: own} if trading.mark else {}
        self._trading = trading
        self._clock = clock
        self._patience = patience
        self._client: Client | None = None
        self._lost = asyncio.Event()
        self._sent = 0
        self._group: asyncio.TaskGroup | None = None
        streams = exchange.has.get("createOrderWs") and exchange.has.get("cancelOrderWs")
        self._has_socket = bool(trading.order_socket and streams)
        tap(exchange, self, clean)

    @property
    def is_socket(self) -> bool:
        """Whether the next order leaves over a socket."""
        client = self._client
        return client is not None and not client.closed() and client.error is None

    async def submit(self, wanted: Wanted) -> Fields:
        """
        Send a new order and return the venue's answer.

        Raises:
            OutcomeUnknown: no answer, or none that can be understood: the order may live.
            PortError: any other is a definite no.
        """
        over_socket = self._take_socket()
        instrument = wanted.instrument
        kind, params = self._kind(wanted)
        name = self._trading.ws_order_id if over_socket else "clientOrderId"
        params |= {name: wanted.cl_ord_id, **self._marked}
        price = None
        if wanted.ord_type is not OrdType.MARKET:
            price = format(instrument.price(wanted.price), "f")
        create = self._exchange.create_order_ws if over_socket else self._exchange.create_order
        side = wanted.side.name.lower()
        qty = format(instrument.qty(wanted.qty), "f")
        with translated(Operation.ORDER):
            answer = await self._answered(create(instrument.symbol, kind, side, qty, price, params))
        order = _understood(answer, wanted.cl_ord_id)
        named = order.get("clientOrderId")
        if named and named != wanted.cl_ord_id:
            raise OutcomeUnknown(f"found an answer to {named}, expected {wanted.cl_ord_id}")
        return order

    async def cancel(self, cl_ord_id: ClOrdId, order_id: str, instrument: Instrument) -> None:
        """
        Cancel an order and return once the venue agreed; `submit` tells what it raises.

        Raises:
            OrderNotFound: it does not work, or never did.
        """
        over_socket = self._take_socket()
        cancel = self._exchange.cancel_order_ws if over_socket else self._exchange.cancel_order
        by_our_id = self._trading.asks_by_our_id or not order_id
        params = {"clientOrderId": cl_ord_id} if by_our_id else {}
        name = None if by_our_id else order_id
        with translated(Operation.CANCEL):
            # Its id is not compared with ours: Binance gives a cancel one of its own.
            _understood(await self._answered(cancel(name, instrument.symbol, params)), cl_ord_id)

    async def keep(self, symbol: str) -> None:
        """Keep the socket open, and fresh, until canceled; *symbol* is any that trades."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                await self._kept(symbol)
        finally:
            self._client = self._group = None

    def opened(self, client: Client) -> None:
        """Note nothing: a client counts once it was greeted."""

    def heard(self, client: Client, message: object) -> None:
        """Note nothing: silence is for the requests to notice."""

    def resolved(self, client: Client, result: object, name: str) -> None:
        """Note nothing: an answer goes to who asked."""

    def rejected(self, client: Client, error: BaseException, name: str | None) -> None:
        """Give the socket up where an error names no request; all in flight is open then."""
        if name is None and self._exchange.clients.get(client.url) is client:
            self._drop()
            self._give_up(client, str(error))

    async def _kept(self, symbol: str) -> None:
        failures = 0
        while self._has_socket:
            began = self._clock.now()
            try:
                await self._open(symbol)
                await self._lost.wait()
            except PortError as error:
                for client in tuple(self._exchange.clients.values()):
                    self._give_up(client, str(error))
            failures = self._patience.retry.failures(failures, Nanos(self._clock.now() - began))
            wait = self._patience.retry.wait(failures)
            await self._clock.sleep_until(Nanos(self._clock.now() + wait))

    async def _open(self, symbol: str) -> None:
        self._lost.clear()
        self._exchange.clients.clear()
        self._sent = 0
        opener = getattr(self._exchange, self._trading.order_socket)
        arguments = (symbol,) if self._trading.order_socket.startswith("fetch") else ()
        with translated(Operation.ASK):
            await asyncio.wait_for(opener(*arguments), self._patience.first / SECOND)
        self._client = next(iter(self._exchange.clients.values()), None)

    def _take_socket(self) -> bool:
        """Return whether the socket takes another request; a worn one retires with its last."""
        client = self._client
        if client is None:
            return False
        if not self.is_socket:
            self._drop()
            return False
        self._sent += 1
        if self._sent > WORN:
            self._replace(client)
        return self._client is not None

    def _replace(self, client: Client) -> None:
        """Take no more requests over a socket; those under way still get their answers."""
        self._drop()
        self._exchange.clients.pop(client.url, None)
        if self._group is not None:
            self._group.create_task(self._retire(client))

    def _drop(self) -> None:
        self._client = None
        self._lost.set()

    async def _retire(self, client: Client) -> None:
        """Close a worn socket once its last answers must have come."""
        await self._clock.sleep_until(Nanos(self._clock.now() + 2 * self._patience.ack))
        self._give_up(client, "replaced")

    def _give_up(self, client: Client, text: str) -> None:
        if self._exchange.clients.get(client.url) is client:
            del self._exchange.clients[client.url]
        client.error = client.error or NetworkError(text)
        client.reset(NetworkError(text))
        if self._group is not None:
            self._group.create_task(hang_up(client))

    async def _answered(self, asking: object) -> object:
        client = self._client
        try:
            return await asyncio.wait_for(asking, self._patience.ack / SECOND)  # type: ignore[arg-type] # a coroutine of ccxt's
        except ExchangeError as error:
            raise self._named(error) from error
        except TimeoutError:
            # A socket that swallowed one answer may swallow all: ccxt would notice in 15 s.
            if client is not None and client is self._client:
                self._replace(client)
            raise

    def _named(self, error: ExchangeError) -> Exception:
        """Return the error that a code in the text stands for, where ccxt did not look."""
        pattern, text = self._trading.code_in_text, str(error)
        found = re.search(pattern, text) if pattern and type(error) is ExchangeError else None
        kind = self._exchange.exceptions["exact"].get(found.group(1)) if found else None
        return (kind or type(error))(text)

    def _kind(self, wanted: Wanted) -> tuple[str, dict[str, object]]:
        """Return the type and the parameters that go with it."""
        if wanted.ord_type is OrdType.MARKET:
            return "market", {}
        if wanted.ord_type is OrdType.LIMIT_MAKER:
            maker = self._trading.maker_type
            return (maker, {}) if maker else ("limit", {"postOnly": True})
        return "limit", {"timeInForce": wanted.time_in_force.value}


def _understood(answer: object, cl_ord_id: ClOrdId) -> Fields:
    """Return *answer* if it is about that order; a broken body makes an order without an id."""
    if not isinstance(answer, Mapping) or not answer.get("id"):
        raise OutcomeUnknown(f"found an answer to {cl_ord_id} without an id of the venue's")
    return answer
