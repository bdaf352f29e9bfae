"""Questions: what a venue is asked about our account over REST; nothing asked changes anything."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from graphwiz_trader.adapters.ccxt.blotter import Blotter
from graphwiz_trader.adapters.ccxt.errors import Operation, translated
from graphwiz_trader.adapters.ccxt.private_exchange import Fields, PrivateExchange
from graphwiz_trader.adapters.ccxt.private_session import PrivateSession
from graphwiz_trader.adapters.ccxt.private_translate import (
    FillTold,
    OrderTold,
    balances_told,
    fill_told,
    number,
    order_told,
    text_of,
)
from graphwiz_trader.adapters.ccxt.quirk import Trading
from graphwiz_trader.domain.errors import Garbled, OrderNotFound, Rejected, Transient, VenueDown
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    Venue,
)
from graphwiz_trader.domain.venue import Holding, OpenOrder, OrderRef, VenueSnapshot
from graphwiz_trader.ports.clock import Clock

PAGE = 100
"""How many fills are asked for at once."""

HORIZON = Nanos(7 * 86_400 * SECOND)
"""How far back fills are looked for at most."""

NAMED = 4_096
"""How many orders' ids are remembered, to tell whose a fill is."""

T = TypeVar("T")


class Questions:
    """Asks through *session* about *instruments*; *own* begins our ids."""

    def __init__(
        self,
        venue: Venue,
        session: PrivateSession,
        trading: Trading,
        instruments: dict[InstrumentId, Instrument],
        blotter: Blotter,
        clock: Clock,
        own: str,
    ) -> None:
        self._venue = venue
        self._session = session
        self._trading = trading
        self._instruments = instruments
        self._blotter = blotter
        self._clock = clock
        self._own = own
        self.by_symbol = {one.symbol: one for one in instruments.values()}
        self._names: dict[tuple[str, str], ClOrdId] = {}

    def regrid(self, instrument: Instrument) -> None:
        """Count *instrument*, of which nothing works, on its new grid from here on."""
        self._instruments[instrument.id] = self.by_symbol[instrument.symbol] = instrument
        self._blotter.regrid(instrument)
        self._session.regrid(instrument)

    async def order(self, ref: OrderRef) -> OrderTold | None:
        """
        Return the venue's word on one order, None if it knows none.

        Raises:
            Transient: no answer.
        """
        instrument = self._instruments[ref.instrument]
        by_our_id, order_id = self._trading.asks_by_our_id, ref.order_id
        if order_id is None and (ticket := self._blotter.find(ref.cl_ord_id)) is not None:
            order_id = ticket.order_id or None
        async with self._session.open() as exchange:
            if order_id is None and not by_our_id:
                return await self._searched(exchange, instrument, ref.cl_ord_id)
            name = None if by_our_id else order_id
            params = {"clientOrderId": ref.cl_ord_id} if by_our_id else {}
            try:
                answer = await _asked(lambda: exchange.fetch_order(name, instrument.symbol, params))
            except OrderNotFound:
                return None
            return self._told(instrument, answer, ref.cl_ord_id)

    async def fills(
        self, instrument: InstrumentId, since: Nanos
    ) -> tuple[tuple[ClOrdId, FillTold], ...]:
        """
        Return the fills matched at *since* or later, oldest first, each with our id of its order.

        Raises:
            Transient: no answer.
        """
        rules = self._instruments[instrument]
        async with self._session.open() as exchange:
            now = self._clock.now()
            told = {
                fill.exec_id: fill
                for trade in await self._trades(exchange, rules.symbol, since, now)
                for fill in [fill_told(rules, trade, now, signed_fee=False)]
            }
            ordered = sorted(told.values(), key=lambda fill: fill.ts_venue)
            found = [
                (await self._name(exchange, rules, fill.order_id), fill)
                for fill in ordered
                if fill.ts_venue >= since
            ]
            return tuple((name, fill) for name, fill in found if name)

    async def snapshot(self) -> VenueSnapshot:
        """
        Return open orders that carry an id of ours, balances and positions.

        Raises:
            Transient: no answer.
        """
        async with self._session.open() as exchange:
            opened = await self.open()
            balance = await _asked(exchange.fetch_balance)
            holdings = await self._holdings(exchange)
            now = self._clock.now()
            with _unread():
                balances = balances_told(self._venue, balance, now)
            return VenueSnapshot(now, tuple(order for order, _ in opened), balances, holdings)

    async def open(self) -> tuple[tuple[OpenOrder, Instrument], ...]:
        """Return our open orders; raise `Transient` if there is no answer."""
        async with self._session.open() as exchange:
            orders = await _asked(lambda: exchange.fetch_open_orders(None, None))
        now = self._clock.now()
        with _unread():
            found = [self._open(order, now) for order in orders]
        return tuple(
            (order, self._instruments[order.instrument]) for order in found if order is not None
        )

    async def time(self) -> Nanos:
        """Return the venue's clock; raise `Transient` if there is no answer."""
        async with self._session.open() as exchange:
            shown = await _asked(exchange.fetch_time)
        if not shown:
            raise Transient("found no time in the venue's answer")
        return Nanos(shown * MILLISECOND)

    async def _searched(
        self, exchange: PrivateExchange, instrument: Instrument, cl_ord_id: ClOrdId
    ) -> OrderTold | None:
        """Look for an order among all of its instrument, where it cannot be asked for by our id."""
        symbol = instrument.symbol
        since = (self._clock.now() - HORIZON) // MILLISECOND
        if exchange.has.get("fetchOrders"):
            asks = [exchange.fetch_orders]
        else:
            asks = [exchange.fetch_open_orders, exchange.fetch_closed_orders]
            if exchange.has.get("fetchCanceledOrders"):
                asks.append(exchange.fetch_canceled_orders)
        for ask in asks:
            for order in await _asked(lambda: ask(symbol, since)):  # noqa: B023 # asked at once
                if order.get("clientOrderId") == cl_ord_id:
                    return self._told(instrument, order, cl_ord_id)
        return None

    def _told(self, instrument: Instrument, answer: object, cl_ord_id: ClOrdId) -> OrderTold:
        with _unread():
            if not isinstance(answer, Mapping) or not answer.get("id"):
                raise Garbled(f"found no order in the answer about {cl_ord_id}")
            told = order_told(instrument, answer, self._clock.now())
            if told.cl_ord_id and told.cl_ord_id != cl_ord_id:
                raise Garbled(f"found order {told.cl_ord_id}, expected {cl_ord_id}")
            return told

    async def _trades(
        self, exchange: PrivateExchange, symbol: str, since: Nanos, now: Nanos
    ) -> list[Fields]:
        """Return all of ccxt's trades since then, page by page and span by span."""
        start = max(since, now - HORIZON) // MILLISECOND
        until = now // MILLISECOND + 60_000
        span = self._trading.fills_window // MILLISECOND
        found: list[Fields] = []
        while start < until:
            end = min(start + span, until) if span else until
            found += await self._pages(exchange, symbol, start, end)
            start = end
        return found

    async def _pages(
        self, exchange: PrivateExchange, symbol: str, start: int, end: int
    ) -> list[Fields]:
        found: dict[str, Fields] = {}
        while True:
            page = await _asked(
                lambda: exchange.fetch_my_trades(symbol, start, PAGE, {"until": end})  # noqa: B023 # asked at once
            )
            fresh = {text_of(trade.get("id")): trade for trade in page}
            stamps = [int(str(trade.get("timestamp"))) for trade in page]
            if not fresh.keys() - found.keys():
                return list(found.values())
            found |= fresh
            if len(page) < PAGE:
                return list(found.values())
            if self._trading.newest_first:
                end = min(stamps)
            else:
                start = max(stamps)

    async def _name(
        self, exchange: PrivateExchange, instrument: Instrument, order_id: str
    ) -> ClOrdId:
        """Return our id of the order the venue calls so; empty if it has none."""
        ticket = self._blotter.named(instrument, order_id)
        if ticket is not None:
            return ticket.cl_ord_id
        key = (instrument.id, order_id)
        if key not in self._names:
            try:
                order = await _asked(lambda: exchange.fetch_order(order_id, instrument.symbol, {}))
            except OrderNotFound:
                return ClOrdId("")
            named = order.get("clientOrderId") if isinstance(order, Mapping) else None
            self._names[key] = ClOrdId(text_of(named))
            while len(self._names) > NAMED:
                del self._names[next(iter(self._names))]
        return self._names[key]

    def _open(self, order: Fields, now: Nanos) -> OpenOrder | None:
        instrument = self.by_symbol.get(str(order.get("symbol")))
        if instrument is None:
            return None
        told = order_told(instrument, order, now)
        if not told.cl_ord_id.startswith(self._own) or told.side is None:
            return None
        return OpenOrder(
            instrument.id,
            told.cl_ord_id,
            told.order_id,
            told.side,
            told.price,
            told.order_qty,
            told.cum_qty or Lots(0),
        )

    async def _holdings(self, exchange: PrivateExchange) -> tuple[Holding, ...]:
        contracts = {s: i for s, i in self.by_symbol.items() if i.kind is not Kind.SPOT}
        if not contracts:
            return ()
        found = []
        positions = await _asked(lambda: exchange.fetch_positions(tuple(contracts)))
        with _unread():
            for position in positions:
                instrument = contracts.get(str(position.get("symbol")))
                size = number(position.get("contracts"))
                if instrument is not None and size:
                    sign = -1 if position.get("side") == "short" else 1
                    found.append(Holding(instrument.id, Lots(sign * instrument.lots(size))))
        return tuple(found)


async def _asked(ask: Callable[[], Awaitable[T]]) -> T:
    """
    Return what *ask* brings; an answer that cannot be read is none, and neither is a refusal.

    Raises:
        OrderNotFound: that is an answer.
        Transient: there is none.
    """
    try:
        with _unread(), translated(Operation.ASK):
            return await ask()
    except OrderNotFound:
        raise
    except Rejected as error:
        raise VenueDown(str(error)) from error


@contextmanager
def _unread() -> Iterator[None]:
    """Turn what cannot be read into no answer at all: the question may be asked again."""
    try:
        yield
    except Garbled as error:
        raise Transient(str(error)) from error
