"""
Binance questions: orders, fills and balances over HTTP.

Source: Binance spot API documentation, "Account endpoints", "Trading endpoints", "General
endpoints".
"""

from collections.abc import Mapping

from graphwiz_trader.adapters.direct import binance_words as words
from graphwiz_trader.adapters.direct.binance_feed import symbol
from graphwiz_trader.adapters.direct.binance_refusals import http_refusal
from graphwiz_trader.adapters.direct.binance_reports import STATUSES
from graphwiz_trader.adapters.direct.binance_requests import BinanceRequests
from graphwiz_trader.adapters.direct.grids import amount_of, fee_of, lots_of, ticks_of
from graphwiz_trader.adapters.direct.http_call import HttpAnswer, HttpCall
from graphwiz_trader.adapters.direct.private_said import Refusal
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import BalanceReport
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, Liquidity, OrdStatus
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    DAY,
    MILLISECOND,
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    Venue,
)
from graphwiz_trader.domain.venue import OpenOrder, OrderRef

PAGE = 1_000
_SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
_USED = "X-MBX-USED-WEIGHT-1M"


class BinanceQuestions:
    """Asks of one account, signed as *requests* signs."""

    def __init__(
        self,
        venue: Venue,
        instruments: Mapping[InstrumentId, Instrument],
        requests: BinanceRequests,
    ) -> None:
        self._venue, self._instruments, self._requests = venue, dict(instruments), requests
        self._named = {symbol(one): one for one in instruments.values()}
        self.naming = BinanceNames(instruments, requests)
        self.countdown = None

    def regrid(self, instrument: Instrument) -> None:
        """Read answers about *instrument* on its new grid."""
        self._instruments[instrument.id] = self._named[symbol(instrument)] = instrument

    def refusal(self, answer: HttpAnswer, now: Nanos) -> Refusal | None:
        """Return why a question was not answered, None if it was."""
        return http_refusal(answer, now)

    def used(self, answer: HttpAnswer) -> int:
        """Return the weight used in this minute."""
        used = answer.headers.get(_USED, "")
        return int(used) if used.isdecimal() else -1

    def time_call(self) -> HttpCall:
        """Ask for the time."""
        return HttpCall("GET", "/api/v3/time", {})

    def time(self, body: bytes) -> Nanos:
        """Return it."""
        return Nanos(words.read_time(body).server_time * MILLISECOND)

    def query_call(self, order: OrderRef, at: Nanos) -> HttpCall:
        """Ask for one order by our own id."""
        params = {
            "symbol": symbol(self._instruments[order.instrument]),
            "origClientOrderId": order.cl_ord_id,
        }
        return self._requests.signed("GET", "/api/v3/order", params, at)

    def status(self, body: bytes, order: OrderRef, now: Nanos) -> ExecutionReport:
        """Return how it is."""
        found = words.read_order(body)
        return ExecutionReport(
            now,
            Nanos(found.update_time * MILLISECOND),
            order.cl_ord_id,
            str(found.order_id),
            "",
            ExecType.STATUS,
            _status(found),
            order.instrument,
            cum_qty=lots_of(self._instruments[order.instrument], found.executed_qty),
        )

    def open_call(self, at: Nanos, after: str) -> HttpCall:  # noqa: ARG002 # all on one page
        """Ask for all that works."""
        return self._requests.signed("GET", "/api/v3/openOrders", {}, at)

    def open_orders(self, body: bytes) -> tuple[tuple[OpenOrder, ...], str]:
        """Return what works in our instruments."""
        found = [(self._named.get(order.symbol), order) for order in words.read_orders(body)]
        return tuple(_open(one, order) for one, order in found if one is not None), ""

    def balance_call(self, at: Nanos) -> HttpCall:
        """Ask for what we own."""
        return self._requests.signed("GET", "/api/v3/account", {"omitZeroBalances": "true"}, at)

    def balances(self, body: bytes, now: Nanos) -> tuple[BalanceReport, ...]:
        """Return it."""
        found = []
        for one in words.read_account(body).balances:
            free, locked = amount_of(one.free), amount_of(one.locked)
            found.append(BalanceReport(now, self._venue, Asset(one.asset), free + locked, free))
        return tuple(found)

    def fills_call(self, name: InstrumentId, since: Nanos, at: Nanos, after: str) -> HttpCall:
        """
        Ask for fills from a time, or after a fill; Binance takes one or the other.

        A time is good for a day at most: for more, the latest `PAGE` are asked for.
        """
        params = {"symbol": symbol(self._instruments[name]), "limit": str(PAGE)}
        if after:
            params["fromId"] = str(int(after) + 1)
        elif at - since < DAY:
            params["startTime"] = str(since // MILLISECOND)
        return self._requests.signed("GET", "/api/v3/myTrades", params, at)

    def fills(
        self, body: bytes, name: InstrumentId, now: Nanos
    ) -> tuple[tuple[ExecutionReport, ...], str]:
        """Return a page of fills; Binance names their orders by its own ids only."""
        instrument, trades = self._instruments[name], words.read_trades(body)
        after = str(trades[-1].id) if len(trades) == PAGE else ""
        return tuple(_fill(instrument, trade, now) for trade in trades), after


class BinanceNames:
    """Asks for our ids of orders that are named by Binance's."""

    def __init__(
        self, instruments: Mapping[InstrumentId, Instrument], requests: BinanceRequests
    ) -> None:
        self._instruments, self._requests = instruments, requests

    def call(self, name: InstrumentId, order_id: str, at: Nanos) -> HttpCall:
        """Ask for one order by Binance's id."""
        params = {"symbol": symbol(self._instruments[name]), "orderId": order_id}
        return self._requests.signed("GET", "/api/v3/order", params, at)

    def read(self, body: bytes) -> str:
        """Return our id of it."""
        return words.read_order(body).client_order_id


def _open(instrument: Instrument, order: words.Order) -> OpenOrder:
    return OpenOrder(
        instrument.id,
        ClOrdId(order.client_order_id),
        str(order.order_id),
        _side(order.side),
        ticks_of(instrument, order.price),
        lots_of(instrument, order.orig_qty),
        lots_of(instrument, order.executed_qty),
    )


def _fill(instrument: Instrument, trade: words.Trade, now: Nanos) -> ExecutionReport:
    return ExecutionReport(
        now,
        Nanos(trade.time * MILLISECOND),
        ClOrdId(""),
        str(trade.order_id),
        str(trade.id),
        ExecType.TRADE,
        OrdStatus.PARTIALLY_FILLED,
        instrument.id,
        ticks_of(instrument, trade.price),
        lots_of(instrument, trade.qty),
        Lots(-1),
        Liquidity.MAKER if trade.is_maker else Liquidity.TAKER,
        fee_of(instrument, trade.commission, trade.commission_asset),
    )


def _status(order: words.Order) -> OrdStatus:
    status = STATUSES.get(order.status)
    if status is None:
        raise Garbled(f"order {order.client_order_id}: status {order.status!r}")
    return status


def _side(text: str) -> Side:
    side = _SIDES.get(text)
    if side is None:
        raise Garbled(f"side {text!r}")
    return side
