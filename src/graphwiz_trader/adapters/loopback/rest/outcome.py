"""Outcome: how an HTTP request ends when it does not end well."""

from aiohttp import web

from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.domain.plain import Plain

_STATUS = {Kind.HTTP_429: 429, Kind.HTTP_418: 418, Kind.HTTP_403: 403}


def broken(fault: Fault, told: Plain) -> web.Response:
    """Return the answer of a venue with a *fault*; *told* is its body for too many requests."""
    status = _STATUS.get(fault.kind, fault.status)
    if status in (418, 429):
        headers = {"Retry-After": str(max(1, int(fault.seconds))), **fault.headers}
        return web.json_response(told, status=status, headers=headers)
    return web.Response(
        status=status,
        text="<html><body>fault</body></html>",
        content_type="text/html",
        headers=fault.headers,
    )


def cut(request: web.Request) -> web.Response:
    """End the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)
