"""
OKX's private sockets: login, orders, and what happens to them.

Source: OKX API guide v5, "WebSocket: Login", "Order channel", "Account channel",
"WS / Place order".
"""

from collections.abc import Mapping, Sequence
from functools import partial

from graphwiz_trader.adapters.loopback.account import Account, News
from graphwiz_trader.adapters.loopback.connection import Connection
from graphwiz_trader.adapters.loopback.faults import Kind, Stage
from graphwiz_trader.adapters.loopback.hub import compact
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.endpoint import Refusal
from graphwiz_trader.adapters.loopback.rest.okx import check_time
from graphwiz_trader.adapters.loopback.rest.okx_orders import OkxOrders, Request
from graphwiz_trader.adapters.loopback.signing import okx_signature, same
from graphwiz_trader.adapters.loopback.streams.okx_socket import (
    CONNECTION,
    Arg,
    listed,
    serve,
    told,
)
from graphwiz_trader.adapters.loopback.wire import okx_orders as wire
from graphwiz_trader.adapters.loopback.wire.symbol import Symbol
from graphwiz_trader.domain.plain import Plain

_OPERATIONS = {
    "order": "order",
    "batch-orders": "order",
    "cancel-order": "cancel-order",
    "batch-cancel-orders": "cancel-order",
    "amend-order": "amend-order",
    "batch-amend-orders": "amend-order",
}
_TYPES = ("ANY", "SPOT")


class OkxNews:
    """Publishes what happens to the account to whoever has subscribed."""

    def __init__(self, premises: Premises, account: Account) -> None:
        self._premises = premises
        self._account = account
        account.watchers.append(self._tell)

    def check(self, arg: Arg) -> str:
        """Return the topic of a subscription to a private channel, or refuse."""
        channel = arg.get("channel", "")
        if channel == "account" and arg.keys() <= {"channel", "ccy"}:
            return _topic(arg)
        name = arg.get("instId")
        if (
            channel == "orders"
            and arg.keys() <= {"channel", "instType", "instId"}
            and arg.get("instType") in _TYPES
            and (name is None or name in self._premises.symbols.by_name)
        ):
            return _topic(arg)
        raise Refusal(400, 60018, f"Wrong URL or channel:{channel}, instId:{name} doesn't exist.")

    def first(self, arg: Arg) -> str | None:
        """Return what a new subscriber is told first: the balances."""
        if arg["channel"] != "account":
            return None
        return compact(self._owned(arg))

    def _tell(self, news: News) -> None:
        symbol = self._premises.symbols.by_id[news.order.wanted.instrument]
        publish, now = self._premises.hub.publish, self._premises.host.now
        for kind in _TYPES:
            for named in ({}, {"instId": symbol.name}):
                arg: Arg = {"channel": "orders", **named, "instType": kind}
                publish(_topic(arg), partial(self._update, arg, symbol, news), now)
        account: Arg = {"channel": "account"}
        publish(_topic(account), partial(self._owned, account), now)
        for asset in (symbol.instrument.base, symbol.instrument.quote):
            one: Arg = {"channel": "account", "ccy": str(asset)}
            publish(_topic(one), partial(self._owned, one), now)

    def _update(self, arg: Arg, symbol: Symbol, news: News) -> Plain:
        return _message(arg, [wire.update(symbol, news)])

    def _owned(self, arg: Arg) -> Plain:
        owned = [
            report
            for report in self._premises.host.exchange.balances()
            if arg.get("ccy", report.asset) == report.asset
        ]
        return _message(arg, [wire.balance(owned, self._premises.host.now)])


class OkxPrivateSocket:
    """One connection to `/ws/v5/private`, which must log in first."""

    def __init__(self, premises: Premises, news: OkxNews, orders: OkxOrders) -> None:
        self._premises = premises
        self._news = news
        self._orders = orders
        self._is_known = False

    def take(self, connection: Connection, text: str) -> None:
        """Answer a message of the client."""
        serve(self._premises, connection, text, self._serve)

    def _serve(self, connection: Connection, request: Mapping[str, Plain]) -> None:
        op = str(request["op"])
        if op == "login":
            self._log_in(listed(request)[0])
            connection.reply(
                compact({"event": "login", "code": "0", "msg": "", "connId": CONNECTION})
            )
        elif not self._is_known:
            raise Refusal(400, 60011, "Please log in")
        elif op in ("subscribe", "unsubscribe"):
            for arg in listed(request):
                self._change(connection, op, arg, request)
        elif op in _OPERATIONS:
            self._order(connection, op, request)
        else:
            raise Refusal(400, 60012, f"Invalid request: {compact(dict(request))}")

    def _log_in(self, arg: Arg) -> None:
        ours = self._premises.credentials
        timestamp = arg.get("timestamp", "")
        if arg.get("apiKey") != ours.key:
            raise Refusal(400, 60005, "Invalid apiKey")
        if arg.get("passphrase") != ours.passphrase:
            raise Refusal(400, 60024, "Wrong passphrase")
        if not timestamp.isdecimal():
            raise Refusal(400, 60004, "Invalid timestamp")
        try:
            check_time(float(timestamp), self._premises.clock())
        except Refusal:
            raise Refusal(400, 60006, "Timestamp request expired") from None
        right = okx_signature(ours.secret, timestamp, "GET", "/users/self/verify", "")
        if not same(right, arg.get("sign", "")):
            raise Refusal(400, 60007, "Invalid sign")
        self._is_known = True

    def _change(
        self, connection: Connection, op: str, arg: Arg, request: Mapping[str, Plain]
    ) -> None:
        topic = self._news.check(arg)
        if op == "unsubscribe":
            self._premises.hub.leave(topic, connection)
            connection.reply(told(op, arg, request))
            return
        now = self._premises.host.now
        if self._premises.faults.strike(Stage.SUBSCRIBE, arg["channel"], now) is None:
            self._premises.hub.join(topic, connection)
            connection.reply(told(op, arg, request))
            first = self._news.first(arg)
            if first is not None:
                connection.publish(topic, first, now)

    def _order(self, connection: Connection, op: str, request: Mapping[str, Plain]) -> None:
        if request.keys() - {"id", "op", "args", "expTime"}:
            raise Refusal(400, 60012, f"Illegal request: {compact(dict(request))}")
        requests = _requests(request)
        fault = self._premises.faults.strike(Stage.ORDER, op, self._premises.now())
        kind = None if fault is None else fault.kind
        if kind is Kind.DROP_BEFORE_ACCEPT:
            connection.abort()
            return
        named: dict[str, Plain] = {"id": request.get("id", ""), "op": op}
        if kind is Kind.DUPLICATE_ID:
            row: Plain = {"sCode": "51016", "sMsg": "Client order ID already exists."}
            connection.reply(compact({**named, "code": "1", "msg": "", "data": [row]}))
            return
        answer = self._orders.carry_out(_OPERATIONS[op], requests)
        if kind is Kind.DROP_AFTER_ACCEPT:
            connection.abort()
        elif kind is not Kind.NO_ACK:
            connection.reply(compact({**named, **answer}))


def _requests(request: Mapping[str, Plain]) -> Sequence[Request]:
    args = request.get("args")
    found = [arg for arg in args if isinstance(arg, dict)] if isinstance(args, list) else []
    if not isinstance(args, list) or not args or len(found) != len(args):
        raise Refusal(400, 60012, f"Illegal request: {compact(dict(request))}")
    return found


def _topic(arg: Arg) -> str:
    return compact(dict(sorted(arg.items())))


def _message(arg: Arg, rows: list[Plain]) -> dict[str, Plain]:
    return {"arg": dict(arg), "data": rows}
