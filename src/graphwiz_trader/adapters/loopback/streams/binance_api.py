"""
Binance's socket for questions and orders, which also carries the user's own events.

Source: Binance spot API documentation, "WebSocket API".
"""

import json
from collections.abc import Mapping

from graphwiz_trader.adapters.loopback.account import Account, News
from graphwiz_trader.adapters.loopback.connection import Connection
from graphwiz_trader.adapters.loopback.faults import Fault, Kind, Stage
from graphwiz_trader.adapters.loopback.hub import compact
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.binance import check_params, check_time
from graphwiz_trader.adapters.loopback.rest.binance_meter import BinanceMeter
from graphwiz_trader.adapters.loopback.rest.binance_private import BinancePrivate
from graphwiz_trader.adapters.loopback.rest.binance_public import BinancePublic
from graphwiz_trader.adapters.loopback.rest.endpoint import Endpoint, Params, Refusal, constant
from graphwiz_trader.adapters.loopback.signing import binance_signature, same
from graphwiz_trader.adapters.loopback.wire import binance_orders as wire
from graphwiz_trader.domain.plain import Plain

USER = "user"
"""The topic of the user's own events."""

SUBSCRIBE = "userDataStream.subscribe.signature"
_USAGE = "returnRateLimits"
_ORDERS = ("order.place", "order.cancel", "order.cancelReplace", "openOrders.cancelAll")


class BinanceApi:
    """Answers requests on sockets; tells whoever has subscribed what happens to the account."""

    def __init__(
        self,
        premises: Premises,
        account: Account,
        public: BinancePublic,
        private: BinancePrivate,
        meter: BinanceMeter,
    ) -> None:
        self._premises = premises
        self._account = account
        self._meter = meter
        endpoints = (
            Endpoint("ping", lambda _: {}),
            Endpoint("time", public.time),
            Endpoint(
                SUBSCRIBE, lambda _: {"subscriptionId": 0}, weight=constant(2), is_signed=True
            ),
            *private.methods(),
        )
        self._methods = {endpoint.name: endpoint for endpoint in endpoints}
        account.watchers.append(self._tell)

    def take(self, connection: Connection, text: str) -> None:
        """Answer one request."""
        now = self._premises.now()
        request: Mapping[str, Plain] = {}
        try:
            request = _parsed(text)
            method = str(request.get("method"))
            fault = None
            if method in _ORDERS:
                fault = self._premises.faults.strike(Stage.ORDER, method, now)
            if fault is not None and fault.kind is Kind.DROP_BEFORE_ACCEPT:
                connection.abort()
                return
            result = self._answer(method, request, fault)
        except Refusal as no:
            reply: dict[str, Plain] = {
                "id": request.get("id"),
                "status": no.status,
                "error": no.told(),
            }
        else:
            reply = {"id": request.get("id"), "status": 200, "result": result}
            if fault is not None and fault.kind is Kind.DROP_AFTER_ACCEPT:
                connection.abort()
                return
            if fault is not None and fault.kind is Kind.NO_ACK:
                return
            if method == SUBSCRIBE:
                self._premises.hub.join(USER, connection)
        if _wants_usage(request):
            reply["rateLimits"] = self._usage()
        connection.reply(compact(reply))

    def _answer(self, method: str, request: Mapping[str, Plain], fault: Fault | None) -> Plain:
        wall = self._premises.pacing.clock.now()
        endpoint = self._methods.get(method)
        if endpoint is None:
            raise Refusal(400, -1000, f"Unknown method '{method}'.")
        params = _texts(request.get("params", {}))
        params.pop(_USAGE, None)
        self._meter.count(endpoint.weight(params), wall)
        if endpoint.is_signed:
            check_params(endpoint, {k: v for k, v in params.items() if k != "apiKey"})
            self._check_signature(_texts(request.get("params", {})))
        else:
            check_params(endpoint, params)
        if fault is not None and fault.kind is Kind.DUPLICATE_ID:
            raise Refusal(400, -2010, "Duplicate order sent.")
        if endpoint.orders:
            self._meter.count_orders(endpoint.orders, wall)
        return endpoint.answer(params)

    def _check_signature(self, params: Params) -> None:
        ours = self._premises.credentials
        if params.get("apiKey") != ours.key:
            raise Refusal(401, -2015, "Invalid API-key, IP, or permissions for action.")
        check_time(params, self._premises.clock())
        signed = "&".join(f"{k}={params[k]}" for k in sorted(params) if k != "signature")
        if not same(binance_signature(ours.secret, signed), params["signature"]):
            raise Refusal(400, -1022, "Signature for this request is not valid.")

    def _tell(self, news: News) -> None:
        """Publish what happened to an order, and the balances after it."""
        symbol = self._premises.symbols.by_id[news.order.wanted.instrument]
        now = self._premises.host.now
        publish = self._premises.hub.publish
        publish(USER, lambda: _event(wire.execution_report(symbol, news, now)), now)
        base, quote = symbol.instrument.base, symbol.instrument.quote
        owned = [
            report
            for report in self._premises.host.exchange.balances()
            if report.asset in (base, quote)
        ]
        publish(USER, lambda: _event(wire.position_update(owned, now)), now)

    def _usage(self) -> list[Plain]:
        weight, orders = self._meter.usage(self._premises.pacing.clock.now())
        limits = self._premises.limits
        return [
            _limit("REQUEST_WEIGHT", "MINUTE", 1, limits.weight, weight),
            _limit("ORDERS", "SECOND", 10, limits.orders, orders),
        ]


def _parsed(text: str) -> Mapping[str, Plain]:
    try:
        request = json.loads(text, parse_float=str)
    except json.JSONDecodeError:
        raise Refusal(400, -1135, "Invalid JSON Request") from None
    if not isinstance(request, dict) or request.keys() - {"id", "method", "params"}:
        raise Refusal(400, -1135, "Invalid JSON Request")
    return request


def _texts(params: Plain) -> dict[str, str]:
    """Return the values of *params* as the signature has them."""
    if not isinstance(params, dict):
        raise Refusal(400, -1135, "Invalid JSON Request")
    texts: dict[str, str] = {}
    for name, given in params.items():
        if isinstance(given, bool):
            texts[name] = "true" if given else "false"
        elif isinstance(given, int | str):
            texts[name] = str(given)
        else:
            raise Refusal(400, -1100, f"Illegal characters found in parameter '{name}'.")
    return texts


def _wants_usage(request: Mapping[str, Plain]) -> bool:
    params = request.get("params")
    return not (isinstance(params, dict) and params.get(_USAGE) is False)


def _event(event: dict[str, Plain]) -> dict[str, Plain]:
    return {"subscriptionId": 0, "event": event}


def _limit(kind: str, interval: str, number: int, limit: int, used: int) -> dict[str, Plain]:
    return {
        "rateLimitType": kind,
        "interval": interval,
        "intervalNum": number,
        "limit": limit,
        "count": used,
    }
