"""Dashboard: what a page is told and may ask, and what nobody else may."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.application.ask import Ask
from graphwiz_trader.application.operate import Operate
from graphwiz_trader.domain.alerting import Alert, News
from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import OperatorOrder
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, RunId
from graphwiz_trader.entrypoints.dashboard.guard import Guard, is_loopback
from graphwiz_trader.entrypoints.dashboard.hub import TURN, Hub
from graphwiz_trader.entrypoints.dashboard.server import IN_FLIGHT, LONGEST, Server
from graphwiz_trader.testing.control import MemoryControl
from graphwiz_trader.testing.graph import MemoryGraph
from graphwiz_trader.testing.runs import MemoryRuns
from tests.unit.application.test_replica import Watched
from tests.unit.application.test_trade import rest

pytestmark = pytest.mark.contract

TOKEN = "a-token-of-many-letters"  # of a test
SECRET = "sk-never-to-be-seen"  # of a test
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ORDER = {"X-Graphwiz": "order", **BEARER}
RUN = "paper-0001"
HALT = {"run": RUN, "action": "halt", "scope": "", "reason": "maintenance", "confirm": RUN}


class Page:
    """A dashboard over one live run, and a browser that can pretend."""

    def __init__(self, session: aiohttp.ClientSession, origin: str, scene: Watched) -> None:
        self.session = session
        self.origin = origin
        self.scene = scene

    async def get(self, path: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
        async with self.session.get(f"{self.origin}{path}", headers=headers) as answer:
            return answer.status, await answer.text(), dict(answer.headers)

    async def order(
        self, said: object, headers: Mapping[str, str] = ORDER, origin: str | None = None
    ) -> tuple[int, str]:
        sent = {"Origin": origin or self.origin, **headers}
        async with self.session.post(f"{self.origin}/order", json=said, headers=sent) as answer:
            return answer.status, await answer.text()

    async def live(
        self, token: str = TOKEN, frames: int = 30, origin: str | None = None, **wanted: str
    ) -> dict[str, dict[str, Any]]:
        """What a page knows after some frames."""
        rows: dict[str, dict[str, Any]] = {}
        async with self.session.ws_connect(
            f"{self.origin}/live",
            headers={"Origin": origin or self.origin},
            protocols=("graphwiz", f"token.{token}"),
        ) as wire:
            await wire.send_json(wanted)
            for _ in range(frames):
                said = json.loads((await wire.receive(10)).data)
                await wire.send_json({"seen": said["n"]})
                for section, told in said["rows"].items():
                    rows.setdefault(section, {}).update(told)
                if "ladder" in rows or ("orders" in rows and "ladder" not in wanted):
                    break
        return rows

    def journaled(self) -> list[OperatorOrder]:
        entries = self.scene.floor.journal.entries()
        return [e.event for e in entries if isinstance(e.event, OperatorOrder)]


def drawn(run: RunId) -> str:
    if run != RUN:
        raise DataError("no such report")
    return f"<!doctype html><script>1</script>report of {run}"


async def compared(run: RunId) -> Mapping[str, object]:
    if run != RUN:
        raise DataError("no such journal")
    return {"run": run, "clean": True}


def observed(_: int) -> tuple[Alert, ...]:
    """What an observer told of: a moment of an engine, and a condition that lasts."""
    about = (Severity.CRITICAL, "ENGINE_DEAD", RUN, "its process is gone")
    return (Alert(Nanos(1_000_000), News.RAISED, *about), Alert(Nanos(2), News.NOTED, *about))


def play(
    act: Callable[[Page], Awaitable[None]],
    host: str = "127.0.0.1",
    *,
    read_only: bool = False,
    is_running: bool = True,
) -> Watched:
    """Let *act* look at a dashboard that was told to bind *host*."""
    scene = Watched()

    async def played() -> None:
        await scene.begin()
        assert scene.floor.trade is not None
        await scene.want(rest())
        await scene.pass_time(SECOND)
        runs, control = MemoryRuns(), MemoryControl(RunId(RUN))
        runs.create("paper").kept = scene.floor.journal
        operate = Operate(scene.floor.trade, ("puppet",), lambda: {"run": RUN})
        clock = SystemClock()
        hub = Hub(runs, lambda _: scene.replica(), observed, control, clock)
        guard = Guard(host, TOKEN, clock, read_only=read_only)
        server = Server(hub, guard, Ask(MemoryGraph()), drawn, compared, control, clock)
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(hub.run())]
            if is_running:
                beside.append(group.create_task(control.serve(operate.answer)))
            async with served(server.application()) as page:
                page.scene = scene
                while RUN not in hub.listing:  # noqa: ASYNC110 # another thread
                    await asyncio.sleep(0.01)
                await act(page)
            for task in beside:
                task.cancel()
        await scene.floor.abandon()

    asyncio.run(played())
    return scene


class served:  # noqa: N801 # read as a verb
    """Serve an application on a free port of this machine."""

    def __init__(self, application: web.Application) -> None:
        self.runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        self.session = aiohttp.ClientSession()

    async def __aenter__(self) -> Page:
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        port = self.runner.addresses[0][1]
        return Page(self.session, f"http://127.0.0.1:{port}", Watched())

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()
        await self.runner.cleanup()


def test_a_page_is_told_what_the_engine_would_answer() -> None:
    async def act(page: Page) -> None:
        rows = await page.live(ladder="BTC/USDT@alpha")
        [order] = rows["orders"].values()
        assert (order["ord_status"], order["venue"]) == ("NEW", "alpha")
        assert (rows["head"]["state"], rows["head"]["open_orders"]) == ("ACTIVE", 1)
        assert rows["runs"] == {RUN: {"live": True, "ended": False}}
        assert rows["may"] == {"orders": True, "read_only": False}
        assert rows["ladder"]["bid0"] == ["BTC/USDT@alpha", "99.8", "1.0000"]

    play(act)


def test_a_page_is_told_what_the_observer_alerted_of() -> None:
    async def act(page: Page) -> None:
        rows = (await page.live())["observer"]
        assert list(rows.values()) == [
            [1.0, "CRITICAL", "ENGINE_DEAD: its process is gone", RUN, "RAISED"]
        ]

    play(act)


def test_a_page_that_does_not_keep_up_is_told_less_often_and_nothing_old() -> None:
    async def act(page: Page) -> None:
        async with page.session.ws_connect(
            f"{page.origin}/live", headers={"Origin": page.origin}
        ) as wire:
            # It takes nothing in for a while, and says so by saying nothing.
            held = [json.loads((await wire.receive(10)).data) for _ in range(IN_FLIGHT)]
            with pytest.raises(TimeoutError):
                await wire.receive(10 * TURN / SECOND)
            await wire.send_json({"seen": held[-1]["n"]})
            said = json.loads((await wire.receive(10)).data)
            assert said["n"] == IN_FLIGHT + 1
            assert said["now_ms"] - held[-1]["now_ms"] >= 9 * TURN / MILLISECOND

    play(act)


def test_an_order_is_journaled_with_who_and_why() -> None:
    async def act(page: Page) -> None:
        status, said = await page.order(HALT)
        assert (status, json.loads(said)["state"]) == (200, "HALTED")
        [entered] = page.journaled()
        assert (entered.action.value, entered.reason, entered.who) == ("halt", "maintenance", "ann")
        assert (await page.live())["head"]["why"] == "maintenance"

    play(act)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Graphwiz": "order"},
        {"X-Graphwiz": "order", "Authorization": "Bearer wrong"},
        BEARER,
        {**ORDER, "Origin": "http://evil.example"},
        {**ORDER, "Origin": "null"},
        {**ORDER, "Host": "evil.example"},
    ],
    ids=["bare", "no-token", "bad-token", "no-header", "foreign", "opaque", "renamed"],
)
def test_no_order_without_token_header_and_own_origin(headers: dict[str, str]) -> None:
    async def act(page: Page) -> None:
        status, _ = await page.order(HALT, headers)
        assert (status, page.journaled()) == (403, [])

    play(act)


@pytest.mark.parametrize(
    "wrong",
    [
        {"confirm": ""},
        {"confirm": "paper-0002"},
        {"run": "../../etc", "confirm": "../../etc"},
        {"reason": "no"},
        {"reason": "x" * 301},
        {"reason": "fine\nERROR forged line"},
        {"reason": ["a", "list"]},
        {"action": "adopt"},
        {"action": "stop"},
        {"scope": "venue:nowhere"},
    ],
    ids=str,
)
def test_no_order_without_confirmation_reason_and_known_words(wrong: dict[str, object]) -> None:
    async def act(page: Page) -> None:
        status, said = await page.order({**HALT, **wrong})
        assert (status, page.journaled()) == (400, [])
        assert json.loads(said)["error"]

    play(act)


def test_an_order_that_is_no_json_or_too_long_is_refused() -> None:
    async def act(page: Page) -> None:
        sent = {"Origin": page.origin, **ORDER}
        for body, kind in (("{", "application/json"), ("run=x", "text/plain")):
            about = {**sent, "Content-Type": kind}
            async with page.session.post(
                f"{page.origin}/order", data=body, headers=about
            ) as answer:
                assert answer.status in (400, 415)
        status, _ = await page.order({**HALT, "reason": "x" * LONGEST})
        assert (status, page.journaled()) == (413, [])

    play(act)


def test_read_only_obeys_nobody() -> None:
    async def act(page: Page) -> None:
        assert (await page.order(HALT))[0] == 403
        assert (await page.live())["may"] == {"orders": False, "read_only": True}

    play(act, read_only=True)


def test_another_page_cannot_listen() -> None:
    async def act(page: Page) -> None:
        for origin in ("http://evil.example", f"{page.origin}.evil.example", "null"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await page.live(origin=origin)
            assert refused.value.status == 403

    play(act)


def test_a_socket_without_an_origin_is_refused() -> None:
    async def act(page: Page) -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await page.session.ws_connect(f"{page.origin}/live")
        assert refused.value.status == 403

    play(act)


def test_a_name_that_was_bent_to_this_machine_is_refused() -> None:
    async def act(page: Page) -> None:
        for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "[", ""):
            status, _, _ = await page.get("/", Host=host)
            assert status in (400, 403), host
        assert (await page.get("/", Host="localhost:1"))[0] == 200

    play(act)


def test_on_another_address_everything_but_the_bare_page_asks_for_the_token() -> None:
    async def act(page: Page) -> None:
        # What is bound elsewhere is reached here by the name it was given.
        port = page.origin.rpartition(":")[2]
        own = {"Host": f"trader.lan:{port}", "Origin": f"http://trader.lan:{port}"}
        assert (await page.get("/", **own))[0] == 200
        assert (await page.get("/ask/stats", **own))[0] == 403
        assert (await page.get("/ask/stats", **own, **BEARER))[0] == 200
        assert (await page.get("/ask/stats", **BEARER))[0] == 403
        live = f"{page.origin}/live"
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await page.session.ws_connect(live, headers=own, protocols=("graphwiz", "token.wrong"))
        assert refused.value.status == 403
        protocols = ("graphwiz", f"token.{TOKEN}")
        async with page.session.ws_connect(live, headers=own, protocols=protocols) as wire:
            assert wire.protocol == "graphwiz"

    play(act, "trader.lan")


@pytest.mark.parametrize(
    "path",
    [
        "/page/..%2f..%2f..%2fserver.py",
        "/page/../server.py",
        "/page/%2e%2e/server.py",
        "/page//etc/passwd",
        "/page/guard.py",
        "/report/..%2f..%2fsecrets?ticket=x",
        "/ask/../order",
        "/ask/nothing",
    ],
)
def test_no_path_leads_anywhere_else(path: str) -> None:
    async def act(page: Page) -> None:
        _, _, port = page.origin.rpartition(":")
        reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
        line = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        writer.write(line.encode())
        said = await reader.read()
        writer.close()
        assert said.split()[1] in (b"404", b"403", b"405")
        assert b"import" not in said

    play(act)


def test_a_name_cannot_smuggle_headers_in() -> None:
    async def act(page: Page) -> None:
        evil = "paper-0001%0d%0aSet-Cookie:%20a=b"
        sent = {"Origin": page.origin, "X-Graphwiz": "ticket"}
        async with page.session.post(f"{page.origin}/ticket/{evil}", headers=sent) as answer:
            assert answer.status == 404
            assert "Set-Cookie" not in answer.headers

    play(act)


def test_a_report_opens_by_a_ticket_once_and_can_reach_nothing() -> None:
    async def act(page: Page) -> None:
        assert (await page.get(f"/report/{RUN}"))[0] == 403
        sent = {"Origin": page.origin}
        async with page.session.post(f"{page.origin}/ticket/{RUN}", headers=sent) as answer:
            assert answer.status == 403
        sent["X-Graphwiz"] = "ticket"
        async with page.session.post(f"{page.origin}/ticket/{RUN}", headers=sent) as answer:
            href = (await answer.json())["href"]
        status, text, headers = await page.get(href)
        assert (status, f"report of {RUN}" in text) == (200, True)
        policy = headers["Content-Security-Policy"]
        assert "sandbox allow-scripts" in policy
        assert "allow-same-origin" not in policy
        assert (await page.get(href))[0] == 403

    play(act)


def test_the_graph_is_asked_for_patterns_and_for_likeness() -> None:
    async def act(page: Page) -> None:
        status, said, _ = await page.get(f"/ask/patterns?run={RUN}")
        assert (status, json.loads(said)) == (200, {"tables": []})
        status, said, _ = await page.get(f"/ask/similar?run={RUN}&id=nothing")
        assert status == 404
        assert "nothing" in json.loads(said)["error"]

    play(act)


def test_a_run_is_compared_for_the_page_itself_only() -> None:
    async def act(page: Page) -> None:
        async def ask(run: str, **sent: str) -> tuple[int, str]:
            path = f"{page.origin}/parity/{run}"
            async with page.session.post(path, headers=sent) as answer:
                return answer.status, await answer.text()

        own = {"Origin": page.origin, "X-Graphwiz": "parity", **BEARER}
        assert await ask(RUN, **own) == (200, '{"run": "paper-0001", "clean": true}')
        assert (await ask(RUN, Origin=page.origin, **BEARER))[0] == 403
        assert (await ask(RUN, **{**own, "Authorization": "Bearer wrong"}))[0] == 403
        assert (await ask(RUN, **{**own, "Origin": "http://evil.example"}))[0] == 403
        assert (await ask("paper-0002", **own))[0] == 404

    play(act)


def test_every_answer_forbids_what_the_page_does_not_need() -> None:
    async def act(page: Page) -> None:
        for path in ("/", "/page/main.js", "/ask/stats", "/nowhere"):
            _, _, headers = await page.get(path)
            assert "script-src 'self'" in headers["Content-Security-Policy"]
            assert "'unsafe-inline'" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["Cache-Control"] == "no-store"

    play(act)


def test_no_secret_is_in_any_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHWIZ_TEST_SECRET", SECRET)

    async def act(page: Page) -> None:
        told = json.dumps(await page.live())
        for path in ("/", "/page/wire.js", "/ask/stats", "/ask/trades"):
            told += (await page.get(path))[1]
        assert SECRET not in told
        assert TOKEN not in told

    play(act)


def test_what_a_page_says_cannot_end_the_dashboard() -> None:
    async def act(page: Page) -> None:
        async with page.session.ws_connect(
            f"{page.origin}/live", headers={"Origin": page.origin}
        ) as wire:
            for said in ("{", "[]", '{"run": "nothing"}', '{"ladder": 5}', "[" * 10_000):
                await wire.send_str(said)
            assert json.loads((await wire.receive(10)).data)["now_ms"] > 0
        assert (await page.live())["head"]["state"] == "ACTIVE"

    play(act)


def test_a_run_whose_engine_is_gone_is_told_apart() -> None:
    async def act(page: Page) -> None:
        status, said = await page.order(HALT)
        assert (status, page.journaled()) == (409, [])
        assert "does not answer" in json.loads(said)["error"]
        assert (await page.live())["runs"][RUN]["live"] is False

    play(act, is_running=False)


def test_loopback_is_told_from_the_rest() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "127.3.4.5")] == [
        True
    ] * 4
    others = ("0.0.0.0", "::", "192.168.1.5", "trader.lan", "")  # not bound
    assert not any(map(is_loopback, others))


def test_a_taken_port_is_said(tmp_path: Any) -> None:
    import subprocess
    import sys

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        words = ("-m", "graphwiz_trader", "dashboard", "--home", str(tmp_path), "--port", port)
        done = subprocess.run(
            (sys.executable, *words), capture_output=True, text=True, timeout=180, check=False
        )

    assert done.returncode == 2
    assert "cannot be bound" in done.stderr
