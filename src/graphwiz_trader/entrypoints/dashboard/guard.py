"""Guard: who may see the page, and who may give orders."""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from graphwiz_trader.domain.units import SECOND, Nanos, RunId
from graphwiz_trader.ports.clock import Clock

ORDER_HEADER = "X-Graphwiz"
"""A header of ours: no page of another origin can send it without asking first."""

PROTOCOL = "graphwiz"
"""The WebSocket's subprotocol; the token travels in a second one, `token.…`."""

ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 # compared with, not bound
TICKET_NS = 30 * SECOND

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Guard:
    """
    Looks at every request before it is answered.

    Host must name this machine as it was bound, and Origin, where there is one, the same page:
    so no other site can read through a visitor's browser, not even by renaming itself. Orders
    need the token, wherever they come from; anything but the bare page needs it when *host* is
    not a loopback address.
    """

    def __init__(self, host: str, token: str, clock: Clock, *, read_only: bool) -> None:
        self.is_loopback = is_loopback(host)
        self.read_only = read_only
        self._names = _names(host)
        self._token = token.encode()
        self._clock = clock
        self._tickets: dict[str, tuple[RunId, Nanos]] = {}

    @web.middleware
    async def watch(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Refuse what comes from elsewhere; give every answer its headers."""
        self._check_names(request)
        try:
            answer = await handler(request)
        except web.HTTPException as refused:
            refused.headers.update(_HEADERS)
            raise
        if not answer.prepared:
            for name, text in _HEADERS.items():
                answer.headers.setdefault(name, text)
        return answer

    def check_reader(self, request: web.Request) -> None:
        """Raise `HTTPForbidden` unless *request* may read."""
        if not self.is_loopback:
            self._check_token(request)

    def check_owner(self, request: web.Request) -> None:
        """Raise `HTTPForbidden` unless *request* may have this machine work: it has the token."""
        self._check_token(request)

    def check_writer(self, request: web.Request) -> None:
        """Raise `HTTPForbidden` unless *request* may give orders."""
        if self.read_only:
            raise web.HTTPForbidden(text="this dashboard is read-only")
        if request.headers.get(ORDER_HEADER) != "order" or hdrs.ORIGIN not in request.headers:
            raise web.HTTPForbidden(text="orders come from the page itself")
        self._check_token(request)

    def is_writer(self, request: web.Request) -> bool:
        """Whether *request* carries what an order needs."""
        return not self.read_only and self._has_token(request)

    def ticket(self, run: RunId) -> str:
        """Return what opens the report of *run*, once and soon: a link cannot carry a header."""
        now = self._clock.now()
        self._tickets = {t: held for t, held in self._tickets.items() if held[1] > now}
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = run, Nanos(now + TICKET_NS)
        return ticket

    def check_ticket(self, run: RunId, ticket: str) -> None:
        """Raise `HTTPForbidden` unless *ticket* opens the report of *run*."""
        held, until = self._tickets.pop(ticket, (None, Nanos(0)))
        if held != run or until <= self._clock.now():
            raise web.HTTPForbidden(text="this link has been used or is too old")

    def _check_names(self, request: web.Request) -> None:
        hosts = request.headers.getall(hdrs.HOST, [])
        name = _name(hosts[0]) if len(hosts) == 1 else None
        if name is None or (self._names and name not in self._names):
            raise web.HTTPForbidden(text="no such host here")
        origins = request.headers.getall(hdrs.ORIGIN, [])
        if any(urlsplit(origin).netloc.lower() != hosts[0].lower() for origin in origins):
            raise web.HTTPForbidden(text="another page asks")

    def _check_token(self, request: web.Request) -> None:
        if not self._has_token(request):
            raise web.HTTPForbidden(text="the token is missing or wrong")

    def _has_token(self, request: web.Request) -> bool:
        given = request.headers.get(hdrs.AUTHORIZATION, "").removeprefix("Bearer ")
        for protocol in request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "").split(","):
            if protocol.strip().startswith("token."):
                given = protocol.strip().removeprefix("token.")
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._token)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what is bound to *host*."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _names(host: str) -> frozenset[str]:
    """Return the names a request may have for *host*, none for any."""
    if host in ANYWHERE:
        return frozenset()
    own = host.lower()
    return frozenset({"localhost", "127.0.0.1", "::1", own} if is_loopback(host) else {own})


def _name(host: str) -> str | None:
    """Return the name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
