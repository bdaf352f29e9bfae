"""Server: the page, what it is told ten times a second, and what it may ask."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from importlib.resources import files

from aiohttp import WSMsgType, web

from graphwiz_trader.application import replica_view
from graphwiz_trader.application.ask import Ask
from graphwiz_trader.application.replica_view import LADDER, View
from graphwiz_trader.domain.errors import DataError, NotRunning, PortError, TraderError
from graphwiz_trader.domain.plain import Plain, plain
from graphwiz_trader.domain.units import MILLISECOND, InstrumentId, RunId
from graphwiz_trader.entrypoints.dashboard.guard import ORDER_HEADER, PROTOCOL, Guard
from graphwiz_trader.entrypoints.dashboard.hub import Followed, Hub
from graphwiz_trader.entrypoints.dashboard.memory import QUESTIONS
from graphwiz_trader.entrypoints.dashboard.orders import carry_out, pressed
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.control import ControlCaller

LONGEST = 16 * 1024
"""Bytes of anything a page may say."""

IN_FLIGHT = 3
"""Frames a page may not have seen yet; a slow one is told less often, not later and later."""

_KINDS = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
}
Compare = Callable[[RunId], Awaitable[Mapping[str, object]]]
"""Returns what `graphwiz parity --json` says of a run; raises `TraderError`."""

_REPORT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline';"
    " img-src data: blob:; sandbox allow-scripts allow-downloads"
)


class Server:
    """
    Answers pages for as long as its `hub` runs.

    *ask* puts questions to the graph; *report* draws a finished run's page, in another thread;
    *compare* sets a run beside its backtest, in another process.
    """

    def __init__(
        self,
        hub: Hub,
        guard: Guard,
        ask: Ask,
        report: Callable[[RunId], str],
        compare: Compare,
        caller: ControlCaller,
        clock: Clock,
    ) -> None:
        """Answer nobody yet."""
        self._hub = hub
        self._guard = guard
        self._ask = ask
        self._report = report
        self._compare = compare
        self._caller = caller
        self._clock = clock
        self._page = _page()
        self._drawing = asyncio.Lock()
        self._comparing = asyncio.Lock()

    def application(self) -> web.Application:
        """Return everything that is answered."""
        made = web.Application(middlewares=[self._guard.watch], client_max_size=LONGEST)
        made.router.add_get("/", self._file)
        made.router.add_get("/page/{name}", self._file)
        made.router.add_get("/live", self._live)
        made.router.add_get("/ask/{question}", self._answer)
        made.router.add_get("/report/{run}", self._draw)
        made.router.add_post("/ticket/{run}", self._ticket)
        made.router.add_post("/parity/{run}", self._parity)
        made.router.add_post("/order", self._order)
        return made

    async def _file(self, request: web.Request) -> web.Response:
        # Names are looked up, never joined to a path.
        name = request.match_info.get("name", "index.html")
        if name not in self._page:
            raise web.HTTPNotFound(text="there is no such page")
        kind, body = self._page[name]
        return web.Response(body=body, content_type=kind, charset="utf-8")

    async def _answer(self, request: web.Request) -> web.Response:
        self._guard.check_reader(request)
        question = QUESTIONS.get(request.match_info["question"])
        if question is None:
            raise web.HTTPNotFound(text="there is no such question")
        run, name = request.query.get("run", ""), request.query.get("id", "")
        try:
            return _said(await question(self._ask, run, name))
        except DataError as error:
            return _said({"error": str(error)}, web.HTTPNotFound.status_code)
        except PortError as error:
            return _said({"error": str(error)}, web.HTTPServiceUnavailable.status_code)

    async def _order(self, request: web.Request) -> web.Response:
        self._guard.check_writer(request)
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="an order is JSON")
        try:
            order = pressed(json.loads(await request.text()), self._hub.listing)
            answer = await carry_out(order, self._caller)
        except (DataError, ValueError, RecursionError) as error:
            return _said({"error": str(error)}, web.HTTPBadRequest.status_code)
        except NotRunning as error:
            return _said({"error": str(error)}, web.HTTPConflict.status_code)
        if answer.is_error:
            return _said({"error": answer.message}, web.HTTPBadRequest.status_code)
        return _said(answer.result)

    async def _ticket(self, request: web.Request) -> web.Response:
        self._guard.check_reader(request)
        self._check_page(request, "ticket")
        run = self._known(request.match_info["run"])
        return _said({"href": f"/report/{run}?ticket={self._guard.ticket(run)}"})

    async def _parity(self, request: web.Request) -> web.Response:
        self._guard.check_owner(request)
        self._check_page(request, "parity")
        run = self._known(request.match_info["run"])
        if self._comparing.locked():
            return _said({"error": "another run is being compared"}, web.HTTPConflict.status_code)
        async with self._comparing:
            try:
                return _said(await self._compare(run))
            except TraderError as error:
                return _said({"error": str(error)}, web.HTTPNotFound.status_code)

    async def _draw(self, request: web.Request) -> web.Response:
        run = self._known(request.match_info["run"])
        self._guard.check_ticket(run, request.query.get("ticket", ""))
        try:
            async with self._drawing:
                text = await asyncio.to_thread(self._report, run)
        except TraderError as error:
            raise web.HTTPNotFound(text=f"no report of {run}: {error}") from error
        policy = {"Content-Security-Policy": _REPORT_POLICY}
        return web.Response(text=text, content_type="text/html", headers=policy)

    def _check_page(self, request: web.Request, what: str) -> None:
        """Refuse what another page may have sent: it cannot send our header."""
        if request.headers.get(ORDER_HEADER) != what:
            raise web.HTTPForbidden(text=f"a {what} is for the page itself")

    def _known(self, name: str) -> RunId:
        if name not in self._hub.listing:
            raise web.HTTPNotFound(text="there is no such run")
        return RunId(name)

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        self._guard.check_reader(request)
        if "Origin" not in request.headers:
            raise web.HTTPForbidden(text="this is for the page itself")
        socket = web.WebSocketResponse(
            protocols=(PROTOCOL,), heartbeat=20.0, max_msg_size=LONGEST, compress=False
        )
        await socket.prepare(request)
        viewer = _Viewer(self._hub, socket, self._clock)
        may = {"orders": self._guard.is_writer(request), "read_only": self._guard.read_only}
        with suppress(ConnectionError, asyncio.CancelledError):
            async with asyncio.TaskGroup() as group:
                telling = group.create_task(viewer.tell(may))
                await viewer.listen()
                telling.cancel()
        viewer.leave()
        return socket


class _Viewer:
    """One open page: which run it watches, and what it was told."""

    def __init__(self, hub: Hub, socket: web.WebSocketResponse, clock: Clock) -> None:
        self._hub = hub
        self._socket = socket
        self._clock = clock
        self._followed: Followed | None = None
        self._ladder: InstrumentId | None = None
        self._told: View = {}
        self._chose = False
        self._sent = self._seen = 0
        self._read = asyncio.Event()

    async def listen(self) -> None:
        """Heed what the page wants to see, until it goes."""
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                continue
            with suppress(ValueError, KeyError, RecursionError):
                wanted = json.loads(message.data)
                self._want(wanted if isinstance(wanted, dict) else {})

    async def tell(self, may: Mapping[str, bool]) -> None:
        """Say what changed after each turn; a slow page is told less often, and misses nothing."""
        while not self._socket.closed:
            if self._followed is None and not self._chose and self._hub.latest is not None:
                self._watch(self._hub.latest)
            view = self._view(may)
            rows = dict(replica_view.changed(self._told, view))
            run = "" if self._followed is None else self._followed.run
            self._sent += 1
            now_ms = self._clock.now() / MILLISECOND
            said = {"n": self._sent, "now_ms": now_ms, "run": run, "rows": rows}
            with suppress(ConnectionResetError):
                await self._socket.send_str(json.dumps(said, separators=(",", ":")))
            self._told = view
            await self._hub.turned()
            while self._sent - self._seen >= IN_FLIGHT:
                self._read.clear()
                await self._read.wait()

    def leave(self) -> None:
        """Watch nothing more."""
        if self._followed is not None:
            self._followed.watchers -= 1
            self._show(None)
        self._followed = None

    def _want(self, wanted: Mapping[str, object]) -> None:
        run, ladder, seen = wanted.get("run"), wanted.get("ladder"), wanted.get("seen")
        if isinstance(seen, int):
            self._seen = min(seen, self._sent)
            self._read.set()
        if isinstance(run, str):
            self._watch(RunId(run))
            self._chose = True
        if isinstance(ladder, str):
            self._show(InstrumentId(ladder))

    def _watch(self, run: RunId) -> None:
        if self._followed is not None and self._followed.run == run:
            return
        followed = self._hub.watch(run)
        self.leave()
        self._followed = followed

    def _show(self, ladder: InstrumentId | None) -> None:
        if self._followed is None:
            return
        if self._ladder is not None:
            self._followed.ladders[self._ladder] -= 1
            self._followed.ladders += Counter()
        self._ladder = ladder
        if ladder is not None:
            self._followed.ladders[ladder] += 1

    def _view(self, may: Mapping[str, bool]) -> View:
        hub = self._hub
        view: View = {"runs": hub.listing, "observer": hub.observed, "may": dict(may)}
        if self._followed is None:
            return view
        wanted = f"{LADDER}{self._ladder}"
        for name, rows in self._followed.view.items():
            if name == wanted:
                view["ladder"] = rows
            elif not name.startswith(LADDER):
                view[name] = rows
        return view


def _said(answer: Mapping[str, object], status: int = 200) -> web.Response:
    said: dict[str, Plain] = {name: plain(item) for name, item in answer.items()}
    return web.json_response(said, status=status)


def _page() -> dict[str, tuple[str, bytes]]:
    """Return every file of the page by its name: its kind, and what is in it."""
    found: dict[str, tuple[str, bytes]] = {}
    for file in files("graphwiz_trader.entrypoints.dashboard").joinpath("page").iterdir():
        kind = _KINDS.get(file.name.rpartition(".")[2])
        if kind is not None:
            found[file.name] = kind, file.read_bytes()
    return found
