"""
Binance's REST door: checks what it is asked, in the order in which the venue does.

Source: Binance spot API documentation, "General information on endpoints", "Limits",
"Request security", "Error codes".
"""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from aiohttp import web

from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.adapters.loopback.hub import compact
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.binance_meter import BinanceMeter
from graphwiz_trader.adapters.loopback.rest.endpoint import Endpoint, Params, Refusal
from graphwiz_trader.adapters.loopback.signing import binance_signature, same
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import MILLISECOND, Nanos

SECURITY = ("timestamp", "recvWindow", "signature")
LONGEST_WINDOW = 60_000
USUAL_WINDOW = 5_000
AHEAD = 1_000
_TOO_MANY: Plain = {"code": -1003, "msg": "Too many requests; current limit is 0."}


class BinanceRest:
    """Answers HTTP requests to the endpoints it was given; a `Respondent`."""

    too_many: Plain = _TOO_MANY

    def __init__(
        self, premises: Premises, endpoints: Iterable[Endpoint], meter: BinanceMeter
    ) -> None:
        self._premises = premises
        self._endpoints = {endpoint.name: endpoint for endpoint in endpoints}
        self._meter = meter

    def is_order(self, name: str) -> bool:
        """Whether the request *name* places or cancels orders."""
        endpoint = self._endpoints.get(name)
        return endpoint is not None and (endpoint.orders > 0 or name.startswith("DELETE"))

    def respond(
        self, request: web.Request, name: str, body: str, fault: Fault | None
    ) -> web.Response:
        """Return the answer or the refusal; both say how much weight was used."""
        wall = self._premises.pacing.clock.now()
        endpoint = self._endpoints.get(name)
        headers: dict[str, str] = {}
        try:
            answer, status = self._answer(request, endpoint, body, fault), 200
        except Refusal as no:
            answer, status = no.told(), no.status
            if status in (418, 429):
                headers["Retry-After"] = str(self._meter.retry_after_s(status, wall))
        headers |= self._meter.headers(wall)
        if endpoint is not None and endpoint.orders:
            headers |= self._meter.order_headers(wall)
        return web.json_response(answer, status=status, headers=headers, dumps=compact)

    def _answer(
        self, request: web.Request, endpoint: Endpoint | None, body: str, fault: Fault | None
    ) -> Plain:
        if endpoint is None:
            raise Refusal(404, -1000, f"no such endpoint: {request.path}")
        if fault is not None and fault.kind is Kind.DUPLICATE_ID:
            raise Refusal(400, -2010, "Duplicate order sent.")
        wall = self._premises.pacing.clock.now()
        params = _params(request.query_string, body)
        self._meter.count(endpoint.weight(params), wall)
        check_params(endpoint, params)
        if endpoint.is_signed:
            self._check_key(request)
            check_time(params, self._premises.clock())
            self._check_signature(request.query_string, body, params)
        if endpoint.orders:
            self._meter.count_orders(endpoint.orders, wall)
        return endpoint.answer(params)

    def _check_key(self, request: web.Request) -> None:
        key = request.headers.get("X-MBX-APIKEY")
        if key is None:
            raise Refusal(401, -2014, "API-key format invalid.")
        if key != self._premises.credentials.key:
            raise Refusal(401, -2015, "Invalid API-key, IP, or permissions for action.")

    def _check_signature(self, query: str, body: str, params: Params) -> None:
        signed, separator, signature = f"{query}{body}".rpartition("signature=")
        right = binance_signature(self._premises.credentials.secret, signed.rstrip("&"))
        if not separator or not same(right, signature) or "signature" not in params:
            raise Refusal(400, -1022, "Signature for this request is not valid.")


def check_params(endpoint: Endpoint, params: Params) -> None:
    """Refuse missing, empty and unknown parameters."""
    security = SECURITY if endpoint.is_signed else ()
    missing = [name for name in endpoint.required if name not in params]
    empty = [name for name, text in params.items() if not text]
    if endpoint.is_signed:
        missing += [name for name in ("timestamp", "signature") if name not in params]
    if missing or empty:
        name = (missing + empty)[0]
        raise Refusal(
            400, -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
        )
    read = params.keys() & {*endpoint.required, *endpoint.optional, *security}
    if len(read) != len(params):
        raise Refusal(
            400,
            -1104,
            f"Not all sent parameters were read; read '{len(read)}' parameter(s) "
            f"but was sent '{len(params)}'.",
        )


def check_time(params: Params, clock: Nanos) -> None:
    """Refuse requests from too long ago, or from the future."""
    for name in ("timestamp", "recvWindow"):
        if name in params and not params[name].isdecimal():
            raise Refusal(400, -1100, f"Illegal characters found in parameter '{name}'.")
    window = int(params.get("recvWindow", USUAL_WINDOW))
    if window > LONGEST_WINDOW:
        raise Refusal(400, -1131, f"recvWindow must be less than {LONGEST_WINDOW}.")
    age = clock // MILLISECOND - int(params["timestamp"])
    if age > window:
        raise Refusal(400, -1021, "Timestamp for this request is outside of the recvWindow.")
    if age <= -AHEAD:
        raise Refusal(
            400,
            -1021,
            "Timestamp for this request was 1000ms ahead of the server's time.",
        )


def _params(query: str, body: str) -> Params:
    pairs = parse_qsl(query, keep_blank_values=True) + parse_qsl(body, keep_blank_values=True)
    params = dict(pairs)
    if len(params) != len(pairs):
        raise Refusal(400, -1101, "Too many parameters sent for this endpoint.")
    return params
