"""
OKX's REST door: checks what it is asked.

Source: OKX API guide v5, "REST authentication", "Rate limit", "Error code".
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from aiohttp import web

from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.adapters.loopback.hub import compact
from graphwiz_trader.adapters.loopback.limits import Sliding
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.endpoint import Endpoint, Params, Refusal
from graphwiz_trader.adapters.loopback.signing import okx_signature, same
from graphwiz_trader.adapters.loopback.wire import okx
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import SECOND, Nanos

TWO_SECONDS = Nanos(2 * SECOND)
OLDEST_S = 30.0
BATCH = "orders"
"""The name under which a body that is a list reaches its endpoint, as JSON."""


class OkxRest:
    """Answers HTTP requests to the endpoints it was given; a `Respondent`."""

    too_many: Plain = okx.refusal("50011", "Too Many Requests")

    def __init__(self, premises: Premises, endpoints: Iterable[Endpoint]) -> None:
        self._premises = premises
        self._endpoints = {endpoint.name: endpoint for endpoint in endpoints}
        scale = premises.limits.okx_scale
        self._rates = {
            name: Sliding(max(1, int(endpoint.per_2s * scale)), TWO_SECONDS)
            for name, endpoint in self._endpoints.items()
        }

    def is_order(self, name: str) -> bool:
        """Whether the request *name* places or cancels orders."""
        endpoint = self._endpoints.get(name)
        return endpoint is not None and endpoint.orders > 0

    def respond(
        self, request: web.Request, name: str, body: str, fault: Fault | None
    ) -> web.Response:
        """Return the answer or the refusal."""
        try:
            answer, status = _enveloped(self._answer(request, name, body, fault)), 200
        except Refusal as no:
            answer, status = okx.refusal(str(no.code), no.text), no.status
        return web.json_response(answer, status=status, dumps=compact)

    def _answer(self, request: web.Request, name: str, body: str, fault: Fault | None) -> Plain:
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            raise Refusal(404, 404, f"Invalid request path {request.path}")
        if not self._rates[name].take(1, self._premises.pacing.clock.now()):
            raise Refusal(429, 50011, "Too Many Requests")
        if endpoint.is_signed:
            self._check_signature(request, body)
        if fault is not None and fault.kind is Kind.DUPLICATE_ID:
            raise Refusal(200, 51016, "Client order ID already exists.")
        params = _params(request, body)
        check_params(endpoint, params)
        return endpoint.answer(params)

    def _check_signature(self, request: web.Request, body: str) -> None:
        ours = self._premises.credentials
        headers = request.headers
        for name, code in (("KEY", 50103), ("SIGN", 50103), ("TIMESTAMP", 50107)):
            if not headers.get(f"OK-ACCESS-{name}"):
                raise Refusal(401, code, f'Request header "OK-ACCESS-{name}" can not be empty.')
        if headers["OK-ACCESS-KEY"] != ours.key:
            raise Refusal(401, 50111, "Invalid OK-ACCESS-KEY.")
        if headers.get("OK-ACCESS-PASSPHRASE") != ours.passphrase:
            raise Refusal(401, 50105, 'Request header "OK-ACCESS-PASSPHRASE" incorrect.')
        timestamp = headers["OK-ACCESS-TIMESTAMP"]
        check_time(_seconds(timestamp), self._premises.clock())
        right = okx_signature(ours.secret, timestamp, request.method, request.path_qs, body)
        if not same(right, headers["OK-ACCESS-SIGN"]):
            raise Refusal(401, 50113, "Invalid Sign")


def check_time(seconds: float, clock: Nanos) -> None:
    """Refuse requests from too long ago, or from the future."""
    if abs(clock / SECOND - seconds) > OLDEST_S:
        raise Refusal(401, 50102, "Timestamp request expired")


def check_params(endpoint: Endpoint, params: Params) -> None:
    """Refuse missing, empty and unknown parameters; OKX itself is silent about the latter."""
    for name in endpoint.required:
        if not params.get(name):
            raise Refusal(400, 50014, f"Parameter {name} can not be empty")
    unknown = [name for name in params if name not in (*endpoint.required, *endpoint.optional)]
    if unknown:
        raise Refusal(400, 51000, f"Parameter {unknown[0]} error")


def texts(found: object) -> dict[str, str]:
    """Return a JSON object whose values are texts, or refuse: OKX quotes its numbers."""
    if not isinstance(found, dict):
        raise Refusal(400, 50002, "JSON syntax error")
    for name, text in found.items():
        if not isinstance(text, str):
            raise Refusal(400, 51000, f"Parameter {name} error")
    return found


def _params(request: web.Request, body: str) -> Mapping[str, str]:
    if request.method == "GET":
        pairs = parse_qsl(request.query_string, keep_blank_values=True)
        if len(dict(pairs)) != len(pairs):
            raise Refusal(400, 51000, "Parameter given twice")
        return dict(pairs)
    try:
        found = json.loads(body)
    except json.JSONDecodeError:
        raise Refusal(400, 50002, "JSON syntax error") from None
    return {BATCH: body} if isinstance(found, list) else texts(found)


def _enveloped(answer: Plain) -> Plain:
    """Return *answer* as it is if it is an envelope already, else as the data of one."""
    return okx.answer(answer) if isinstance(answer, list) else answer


def _seconds(timestamp: str) -> float:
    try:
        return datetime.fromisoformat(timestamp).timestamp()
    except ValueError:
        raise Refusal(401, 50112, "Invalid OK-ACCESS-TIMESTAMP.") from None
