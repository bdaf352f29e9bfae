"""Session: the processes of a demo, from the first that starts to the last that ends."""

import asyncio
import secrets
import signal
from collections.abc import Callable, Mapping
from time import perf_counter

import attrs

from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.entrypoints.commands.dashboard import TOKEN
from graphwiz_trader.entrypoints.commands.exchange import READY
from graphwiz_trader.entrypoints.demo.child import Child, ChildFailed
from graphwiz_trader.entrypoints.demo.script import Script, keys
from graphwiz_trader.entrypoints.output import ExitCode

START_S = 180.0
"""How long a process may take to be ready, on a busy machine that compiles its kernels first."""
END_S = 60.0
"""How long it may take to end."""
RESTARTS = 20
"""How many engines may end of their own before the demo gives up."""

_ADDRESS = r"(?P<venue>[a-z0-9]+): (?P<rest>http://\S+) ws://\S+"
_READY = r"ready: (?P<run>\S+) in .+"
_PAGE = r"dashboard: (?P<url>http://\S+)"
_TICK_S = 0.05


@attrs.define
class Played:
    """
    What a session leaves behind.

    `runs` are the engine's, oldest first; `pids` all its processes; `crashes` what processes that
    ended of their own said. `engine` and `exchange` are the answers of the last of each.
    """

    runs: dict[RunId, None] = attrs.field(factory=dict)
    pids: list[int] = attrs.field(factory=list)
    crashes: list[str] = attrs.field(factory=list)
    engine: Mapping[str, Plain] = attrs.field(factory=dict)
    engine_code: int = 0
    exchange: Mapping[str, Plain] = attrs.field(factory=dict)
    seconds: float = 0.0
    interrupted: bool = False


class Session:
    """
    Runs an exchange, an engine that trades there, an observer of its journal, and a web page.

    Engine, observer and page are started again whenever they die. The engine ends before the
    exchange, so that it can prove that nothing is left open.
    """

    def __init__(
        self,
        script: Script,
        stop: asyncio.Event,
        progress: Callable[[float], None],
        say: Callable[[str], None],
    ) -> None:
        """
        Be ready to play.

        *stop* ends it early; *progress* is told the share of the time that is over, *say* what
        a person should know meanwhile.
        """
        self._script = script
        self._say = say
        self._stop = stop
        self._progress = progress
        self._kills = list(script.kill_times())
        self._played = Played()
        self._children: list[Child] = []

    async def play(self) -> Played:
        """
        Play the script.

        Raises:
            ChildFailed: a process did not start, or did not end as it should; all have ended.
        """
        try:
            async with asyncio.TaskGroup() as group:
                try:
                    await self._play(group)
                finally:
                    for child in self._children:
                        if child.code is None:
                            child.send(signal.SIGKILL)
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return self._played

    async def _play(self, group: asyncio.TaskGroup) -> None:
        script = self._script
        log = script.folder / "exchange.log"
        exchange = Child("exchange", script.exchange_words(), {}, log)
        await self._start(exchange, group)
        observer = await self._observer(group)
        dashboard = await self._dashboard(group)
        await exchange.line(READY, START_S)
        addresses = {found["venue"]: found["rest"] for found in exchange.lines(_ADDRESS)}
        self._say(", ".join(f"{venue} at {url}" for venue, url in addresses.items()))
        engine = await self._engine(addresses, group)
        await self._ready(engine)
        began = perf_counter()
        while not self._stop.is_set() and (perf_counter() - began < script.seconds or self._kills):
            await self._pause()
            self._progress(min(1.0, (perf_counter() - began) / script.seconds))
            await self._kill(engine, perf_counter() - began)
            if exchange.code is not None:
                raise exchange.failure(f"ended with {exchange.code} in the middle of the demo")
            if engine.code is not None:
                self._note(engine)
                engine = await self._engine(addresses, group)
            if observer.code is not None:
                self._lose(observer)
                observer = await self._observer(group)
            if dashboard is not None and dashboard.code is not None:
                self._lose(dashboard)
                dashboard = await self._dashboard(group)
        self._played.seconds = perf_counter() - began
        self._played.interrupted = self._stop.is_set()
        await self._end(await self._standing(engine, addresses, group), observer, exchange)
        if dashboard is not None:
            await dashboard.end(END_S)

    async def _engine(self, addresses: Mapping[str, str], group: asyncio.TaskGroup) -> Child:
        script = self._script
        log = script.folder / "engine.log"
        engine = Child("engine", script.engine_words(addresses), keys(), log)
        await self._start(engine, group)
        self._played.pids.append(engine.pid)
        self._say(f"engine {len(self._played.pids)} is process {engine.pid}")
        return engine

    async def _observer(self, group: asyncio.TaskGroup) -> Child:
        log = self._script.folder / "observer.log"
        observer = Child("observer", self._script.observer_words(), {}, log)
        await self._start(observer, group)
        return observer

    async def _dashboard(self, group: asyncio.TaskGroup) -> Child | None:
        """Start the web page, if there is to be one, and say where it is."""
        script, token = self._script, secrets.token_urlsafe(24)
        if not script.has_dashboard:
            return None
        log = script.folder / "dashboard.log"
        dashboard = Child("dashboard", script.dashboard_words(), {TOKEN: token}, log)
        await self._start(dashboard, group)
        found = await dashboard.line(_PAGE, START_S)
        self._say(f"dashboard: {found[-1]['url']}#token={token}")
        return dashboard

    async def _start(self, child: Child, group: asyncio.TaskGroup) -> None:
        self._children.append(child)
        await child.start(group)

    async def _ready(self, engine: Child) -> None:
        """Wait until an engine trades, and note its run."""
        for found in await engine.line(_READY, START_S):
            self._played.runs[RunId(found["run"])] = None

    async def _kill(self, engine: Child, elapsed: float) -> None:
        """Kill the engine if its time has come, wherever it is, and wait until it is dead."""
        if self._kills and elapsed >= self._kills[0] and engine.code is None:
            self._kills.pop(0)
            engine.send(signal.SIGKILL)
            self._say(f"killed process {engine.pid} after {elapsed:.1f} s")
            await engine.ended()

    def _note(self, engine: Child) -> None:
        """Note what an engine leaves that has ended in the middle."""
        for found in engine.lines(_READY):
            self._played.runs[RunId(found["run"])] = None
        if engine.code != -signal.SIGKILL:
            self._lose(engine)

    def _lose(self, child: Child) -> None:
        """Note a process that has ended of its own, and may be started again."""
        failure = child.failure(f"ended with {child.code} in the middle of the demo")
        self._played.crashes.append(str(failure))
        self._say(str(failure))
        if child.code == ExitCode.MISUSED or len(self._played.crashes) > RESTARTS:
            raise failure

    async def _standing(
        self, engine: Child, addresses: Mapping[str, str], group: asyncio.TaskGroup
    ) -> Child:
        """Return an engine that is ready: this one, or the one after it if it has died."""
        while True:
            try:
                await self._ready(engine)
            except ChildFailed:
                if engine.code is None:
                    raise
            if engine.code is None:
                return engine
            self._note(engine)
            engine = await self._engine(addresses, group)

    async def _end(self, engine: Child, observer: Child, exchange: Child) -> None:
        played = self._played
        played.engine_code = await engine.end(END_S)
        played.engine = engine.answer
        if played.engine_code not in (ExitCode.DONE, ExitCode.LEFT_OPEN):
            raise engine.failure(f"ended with {played.engine_code}")
        if await observer.end(END_S) != ExitCode.DONE:
            self._played.crashes.append(str(observer.failure(f"ended with {observer.code}")))
        code = await exchange.end(END_S)
        played.exchange = exchange.answer
        if code != ExitCode.DONE:
            raise exchange.failure(f"ended with {code}")

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(_TICK_S):
                await self._stop.wait()
        except TimeoutError:
            return
