"""Service: the engine under a process supervisor: one loop, signals, a summary, an exit code."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graphwiz_trader.domain.units import MILLISECOND, Nanos
from graphwiz_trader.entrypoints.options import Options
from graphwiz_trader.entrypoints.output import ExitCode, emit

if TYPE_CHECKING:
    from graphwiz_trader.application.live import Ended
    from graphwiz_trader.application.reload import Reload
    from graphwiz_trader.application.start import Identity
    from graphwiz_trader.domain.commands import RaiseAlert
    from graphwiz_trader.domain.events import RunStarted
    from graphwiz_trader.domain.settings import EngineSettings, Settings
    from graphwiz_trader.entrypoints.companion import Renew


def serve(
    options: Options,
    settings: "Settings",
    mode: str,
    seconds: float | None,
    companion: "AbstractAsyncContextManager[Renew]",
) -> None:
    """
    Run the engine in *mode* until a signal, an order to stop or *seconds* end it.

    *companion* lasts as long as the engine, and a little longer, and can be renewed.

    Ends with 0, or with 5 and the names of what could not be proven gone.
    """
    from graphwiz_trader.entrypoints.engine_text import end_flaws
    from graphwiz_trader.entrypoints.loop import run
    from graphwiz_trader.entrypoints.unblocked import unblocked_stderr

    async def served() -> "Ended":
        async with companion as renew:
            return await _served(options, settings, mode, seconds, renew)

    with unblocked_stderr():
        ended = run(served())
    summary = {**ended.summary, "pid": os.getpid()}
    left = ended.stopped.remaining
    text = f"{ended.folder.run}: {summary['orders']} orders, {summary['fills']} fills"
    flaws = end_flaws(left, summary["unreconciled"])
    if flaws:
        text = "; ".join((text, *flaws))
        click.echo(text, err=True)
    emit(summary, text, ExitCode.LEFT_OPEN if left else ExitCode.DONE)


def account_leases(environment: Mapping[str, str]) -> Path:
    """Return where this user's processes, of whatever home, keep the leases of accounts."""
    state = environment.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "graphwiz" / "accounts"


async def _served(
    options: Options,
    settings: "Settings",
    mode: str,
    seconds: float | None,
    renew: "Renew",
) -> "Ended":
    from graphwiz_trader.adapters.clock import SystemClock
    from graphwiz_trader.adapters.files.lease import FileLeases
    from graphwiz_trader.adapters.unix.control import SocketDoor
    from graphwiz_trader.application.live import Live
    from graphwiz_trader.bootstrap.container import live_app
    from graphwiz_trader.bootstrap.graphs import seeking
    from graphwiz_trader.bootstrap.places import places_of
    from graphwiz_trader.entrypoints.loop import hang_watch, hangup, stop_signal
    from graphwiz_trader.entrypoints.measuring import scales
    from graphwiz_trader.entrypoints.supervisor import ALIVE, tell_supervisor

    clock = SystemClock()
    identity = _identity(options, settings, mode)
    app = live_app(settings, options.home)
    own = (options.home, settings.monitoring, clock.now())
    beat = partial(tell_supervisor, ALIVE, os.environ)
    with stop_signal() as stop, hang_watch(beat=beat) as watch, scales(*own) as measured:
        live = Live(
            app.starter(),
            app.gateways.runs(),
            places_of(settings, identity, clock),
            clock,
            FileLeases(account_leases(os.environ)),
            partial(SocketDoor, options.home),
            partial(_ready, settings, watch, measured.settle),
            Nanos(int(settings.monitoring.loop_lag_ms * MILLISECOND)),
            measured.gauges,
            _Teller(options),
        )
        if seconds is not None:
            asyncio.get_running_loop().call_later(seconds, stop.set)
        with _awake(settings.engine, mode, options):
            async with seeking(settings, app.gateways.graph, clock) as seek:
                reload = _reload(options, settings, renew)
                with hangup(reload.asked.set, stop.set):
                    return await live.run(identity, stop, seek, reload)


def _identity(options: Options, settings: "Settings", mode: str) -> "Identity":
    """Return who this process is: one more incarnation of the installation."""
    from graphwiz_trader.adapters.files.home import Home
    from graphwiz_trader.application.start import Identity

    home = Home(options.home)
    installation = settings.engine.installation or home.installation()
    return Identity(mode, installation, home.next_incarnation(), options.seed or 0)


@contextmanager
def _awake(engine: "EngineSettings", mode: str, options: Options) -> Iterator[None]:
    """Keep the loop on its processor, and it, or all of them, awake as the settings say."""
    from graphwiz_trader.adapters.busy_loop import busy_loop
    from graphwiz_trader.adapters.own_core import own_core
    from graphwiz_trader.adapters.shallow_idle import shallow_idle

    with (
        nullcontext() if engine.core is None else own_core(engine.core, options.say),
        busy_loop() if engine.busy_spin else nullcontext(),
        shallow_idle(options.say) if keeps_awake(engine, mode) else nullcontext(),
    ):
        yield


def keeps_awake(engine: "EngineSettings", mode: str) -> bool:
    """Whether a run in *mode* keeps the machine's processors awake."""
    from graphwiz_trader.application.live_run import PAPER

    return mode != PAPER if engine.shallow_idle is None else engine.shallow_idle


def _reload(options: Options, settings: "Settings", renew: "Renew") -> "Reload":
    """Return what reads the configuration again."""
    from graphwiz_trader.application.reload import Configuration, Reload
    from graphwiz_trader.bootstrap.rendering import canonical

    async def reread() -> Configuration:
        found = await asyncio.to_thread(options.settings)
        return Configuration(found, canonical(found))

    return Reload(Configuration(settings, canonical(settings)), reread, renew, options.say)


def _ready(
    settings: "Settings",
    watch: Callable[[], None],
    settle: Callable[[], None],
    started: "RunStarted",
) -> None:
    """Warm up, and from now on let nothing hold the loop for long."""
    from graphwiz_trader.bootstrap.warmup import ready
    from graphwiz_trader.entrypoints.supervisor import READY, tell_supervisor

    ready(settings, started)
    settle()
    watch()
    tell_supervisor(READY, os.environ)


class _Teller:
    """Tells on stderr."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def say(self, line: str) -> None:
        self._options.say(line)

    def alert(self, alert: "RaiseAlert") -> None:
        self._options.say(f"{alert.severity.value} {alert.code}: {alert.text}")
