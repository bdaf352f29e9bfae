"""
Binance's private questions, asked over HTTP or a socket.

Source: Binance spot API documentation, "Trading endpoints", "Account endpoints", "Error codes".
"""

from itertools import count

from graphwiz_trader.adapters.loopback.account import Account, Declined, PlacedOrder
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.binance_public import BinancePublic, whole
from graphwiz_trader.adapters.loopback.rest.binance_wanted import (
    illegal,
    new_id,
    placed,
    wanted_order,
)
from graphwiz_trader.adapters.loopback.rest.endpoint import Endpoint, Params, Refusal, constant
from graphwiz_trader.adapters.loopback.wire import binance_orders as wire
from graphwiz_trader.adapters.loopback.wire.symbol import Symbol
from graphwiz_trader.adapters.loopback.wire.text import fixed
from graphwiz_trader.domain.plain import Plain

_PLACE = (
    "timeInForce",
    "quantity",
    "price",
    "newClientOrderId",
    "newOrderRespType",
    "selfTradePreventionMode",
)
_WHICH = ("orderId", "origClientOrderId")
_MODE = "cancelReplaceMode"
_OLD = {
    "cancelOrderId": "orderId",
    "cancelOrigClientOrderId": "origClientOrderId",
    "cancelNewClientOrderId": "newClientOrderId",
}
"""How a replacement names what a cancel names otherwise."""


class BinancePrivate:
    """Answers what only the account's owner may ask."""

    def __init__(self, premises: Premises, account: Account, public: BinancePublic) -> None:
        self._premises = premises
        self._account = account
        self._public = public
        self._made = count(1)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return every question over HTTP."""
        return (
            self._place("POST /api/v3/order"),
            self._cancel("DELETE /api/v3/order"),
            self._replace("POST /api/v3/order/cancelReplace"),
            self._status("GET /api/v3/order"),
            self._open("GET /api/v3/openOrders"),
            self._cancel_all("DELETE /api/v3/openOrders"),
            Endpoint(
                "GET /api/v3/allOrders",
                self.all_orders,
                ("symbol",),
                ("orderId", "limit", "startTime", "endTime"),
                constant(20),
                is_signed=True,
            ),
            self._account_status("GET /api/v3/account"),
            self._trades("GET /api/v3/myTrades"),
        )

    def methods(self) -> tuple[Endpoint, ...]:
        """Return every question over a socket."""
        return (
            self._place("order.place"),
            self._cancel("order.cancel"),
            self._replace("order.cancelReplace"),
            self._status("order.status"),
            self._open("openOrders.status"),
            self._cancel_all("openOrders.cancelAll"),
            self._account_status("account.status"),
            self._trades("myTrades"),
        )

    def place(self, params: Params) -> Plain:
        """Place an order."""
        symbol = self._public.symbol(params["symbol"])
        style = params.get("newOrderRespType", "FULL")
        answers = {"ACK": wire.ack, "RESULT": wire.result, "FULL": wire.full}
        if style not in answers:
            raise illegal("newOrderRespType")
        if params.get("selfTradePreventionMode", wire.STP) != wire.STP:
            raise Refusal(400, -1013, "This symbol does not allow that self-trade prevention.")
        order = placed(self._account, wanted_order(symbol, params, self._fresh_id()))
        return answers[style](symbol, order)

    def cancel(self, params: Params) -> Plain:
        """Cancel one order."""
        symbol, order = self._found(params, -2011, "Unknown order sent.")
        cancel_id = new_id(params, self._fresh_id())
        try:
            self._account.cancel(order, cancel_id)
        except Declined:
            raise Refusal(400, -2011, "Unknown order sent.") from None
        return wire.canceled(symbol, order, cancel_id)

    def replace(self, params: Params) -> Plain:
        """Cancel one order and place another, which is not tried if the cancel fails."""
        if params["cancelReplaceMode"] != "STOP_ON_FAILURE":
            raise illegal("cancelReplaceMode")
        old = {"symbol": params["symbol"]}
        for theirs, name in _OLD.items():
            if theirs in params:
                old[name] = params[theirs]
        new = {name: text for name, text in params.items() if name not in (*_OLD, _MODE)}
        told: dict[str, Plain] = {"cancelResult": "SUCCESS", "newOrderResult": "SUCCESS"}
        try:
            told["cancelResponse"] = self.cancel(old)
        except Refusal as no:
            told |= {"cancelResult": "FAILURE", "newOrderResult": "NOT_ATTEMPTED"}
            told |= {"cancelResponse": no.told(), "newOrderResponse": None}
            raise Refusal(400, -2022, "Order cancel-replace failed.", told) from no
        try:
            told["newOrderResponse"] = self.place(new)
        except Refusal as no:
            told |= {"newOrderResult": "FAILURE", "newOrderResponse": no.told()}
            text = "Order cancel-replace partially failed."
            raise Refusal(409, -2021, text, told) from no
        return told

    def status(self, params: Params) -> Plain:
        """Return one order."""
        symbol, order = self._found(params, -2013, "Order does not exist.")
        return wire.described(symbol, order)

    def open_orders(self, params: Params) -> Plain:
        """Return the working orders."""
        return [self._described(order) for order in self._orders(params) if order.is_working]

    def cancel_all(self, params: Params) -> Plain:
        """Cancel the working orders of one symbol."""
        symbol = self._public.symbol(params["symbol"])
        working = [order for order in self._orders(params) if order.is_working]
        if not working:
            raise Refusal(400, -2011, "Unknown order sent.")
        answers: list[Plain] = []
        for order in working:
            cancel_id = self._fresh_id()
            self._account.cancel(order, cancel_id)
            answers.append(wire.canceled(symbol, order, cancel_id))
        return answers

    def all_orders(self, params: Params) -> Plain:
        """Return the last orders, or those from an id or a time on."""
        limit = whole(params, "limit", 500, 1, 1_000)
        since = whole(params, "startTime", 0, 0, 1 << 53) * 1_000_000
        until = whole(params, "endTime", 1 << 53, 0, 1 << 53) * 1_000_000
        first = whole(params, "orderId", 0, 0, 1 << 63)
        found = [
            order
            for order in self._orders(params)
            if since <= order.created <= until and int(order.number) >= first
        ]
        is_from_start = "orderId" in params or "startTime" in params
        chosen = found[:limit] if is_from_start else found[-limit:]
        return [self._described(order) for order in chosen]

    def account(self, params: Params) -> Plain:
        """Return the balances."""
        terms = self._premises.terms
        owned = self._account.balances()
        if params.get("omitZeroBalances") == "true":
            owned = tuple(report for report in owned if report.total)
        return wire.account(
            owned, fixed(terms.maker_fee), fixed(terms.taker_fee), self._premises.host.now
        )

    def my_trades(self, params: Params) -> Plain:
        """Return the last fills of one symbol, or those from an id or a time on."""
        symbol = self._public.symbol(params["symbol"])
        limit = whole(params, "limit", 500, 1, 1_000)
        since = whole(params, "startTime", 0, 0, 1 << 53)
        until = whole(params, "endTime", 1 << 53, 0, 1 << 53)
        first = whole(params, "fromId", 0, 0, 1 << 63)
        trades = [
            (number, trade)
            for order in self._orders(params)
            if params.get("orderId", order.number) == order.number
            for fill, trade in zip(order.fills, wire.my_trades(symbol, order), strict=True)
            for number in [int(fill.exec_id)]
            if since <= fill.ts_venue // 1_000_000 <= until and number >= first
        ]
        trades.sort(key=lambda pair: pair[0])
        is_from_start = "fromId" in params or "startTime" in params
        chosen = trades[:limit] if is_from_start else trades[-limit:]
        return [trade for _, trade in chosen]

    def _found(self, params: Params, code: int, text: str) -> tuple[Symbol, PlacedOrder]:
        symbol = self._public.symbol(params["symbol"])
        if not any(name in params for name in _WHICH):
            raise Refusal(
                400,
                -1102,
                "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
            )
        by_number = self._account.by_number(params.get("orderId", ""))
        by_id = self._account.by_id(params.get("origClientOrderId", ""))
        order = by_number or by_id
        both = "orderId" in params and "origClientOrderId" in params
        if order is None or (both and by_number is not by_id):
            raise Refusal(400, code, text)
        if order.wanted.instrument != symbol.instrument.id:
            raise Refusal(400, code, text)
        return symbol, order

    def _orders(self, params: Params) -> tuple[PlacedOrder, ...]:
        name = params.get("symbol")
        return self._account.orders(
            None if name is None else self._public.symbol(name).instrument.id
        )

    def _described(self, order: PlacedOrder) -> Plain:
        return wire.described(self._premises.symbols.by_id[order.wanted.instrument], order)

    def _fresh_id(self) -> str:
        return f"venue{next(self._made)}"

    def _place(self, name: str) -> Endpoint:
        return Endpoint(
            name, self.place, ("symbol", "side", "type"), _PLACE, is_signed=True, orders=1
        )

    def _cancel(self, name: str) -> Endpoint:
        optional = (*_WHICH, "newClientOrderId")
        return Endpoint(name, self.cancel, ("symbol",), optional, is_signed=True)

    def _replace(self, name: str) -> Endpoint:
        required = ("symbol", "side", "type", _MODE)
        optional = (*_PLACE, *_OLD)
        return Endpoint(name, self.replace, required, optional, is_signed=True, orders=1)

    def _status(self, name: str) -> Endpoint:
        return Endpoint(name, self.status, ("symbol",), _WHICH, constant(4), is_signed=True)

    def _open(self, name: str) -> Endpoint:
        return Endpoint(name, self.open_orders, (), ("symbol",), _open_weight, is_signed=True)

    def _cancel_all(self, name: str) -> Endpoint:
        return Endpoint(name, self.cancel_all, ("symbol",), is_signed=True)

    def _account_status(self, name: str) -> Endpoint:
        return Endpoint(name, self.account, (), ("omitZeroBalances",), constant(20), is_signed=True)

    def _trades(self, name: str) -> Endpoint:
        optional = ("orderId", "startTime", "endTime", "fromId", "limit")
        return Endpoint(name, self.my_trades, ("symbol",), optional, constant(20), is_signed=True)


def _open_weight(params: Params) -> int:
    return 6 if "symbol" in params else 80
