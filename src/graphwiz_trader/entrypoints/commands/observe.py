"""`graphwiz observe`: the process that follows the journals into the knowledge graph."""

import asyncio
import os
import signal
from typing import TYPE_CHECKING

import click

from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.entrypoints.niceness import keep_off, step_back
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import ExitCode, emit

if TYPE_CHECKING:
    from graphwiz_trader.adapters.files.lock import FileLock
    from graphwiz_trader.application.observe import Observed
    from graphwiz_trader.ports.clock import Clock

_TURN = SECOND // 2


@click.command()
@click.option("--beside", type=int, metavar="PID", help="End after its parent, process PID.")
@common_options
def observe(options: Options, beside: int | None) -> None:
    """
    Follow every journal of the home into the knowledge graph, until interrupted.

    It watches the machine and the engines, too: alerts go to the sinks of `alerts:`, metrics to
    the port `monitoring.prometheus_port`.
    It only reads journals and writes the graph: kill it and start it again at will. A signal ends
    it once it has read to where the journals end; a second one at once. One observer writes the
    graph of a home; another waits for its turn. Ends with 5 when the store stayed away, so that
    the graph is behind the journals.
    """
    from graphwiz_trader.application.supervise import first_of
    from graphwiz_trader.entrypoints.loop import run

    step_back()
    try:
        done = run(_observed(options, beside))
    except BaseExceptionGroup as failed:
        raise first_of(failed) from None
    result = {
        "runs": done.runs,
        "entries": done.entries,
        "rows": done.rows,
        "unread": dict(done.unread),
        "behind": done.behind,
    }
    text = f"{done.rows} rows of {done.entries} entries of {done.runs} runs"
    if done.behind:
        text += f"; the graph is behind the journals: {done.behind}"
    emit(result, text, ExitCode.LEFT_OPEN if done.behind else ExitCode.DONE)


async def _observed(options: Options, beside: int | None) -> "Observed":
    from graphwiz_trader.adapters.clock import SystemClock
    from graphwiz_trader.adapters.files.lock import FileLock
    from graphwiz_trader.application.observe import Observe, Observed, ObserveOptions
    from graphwiz_trader.application.pattern_links import PatternLinks
    from graphwiz_trader.application.squeeze import Squeeze
    from graphwiz_trader.bootstrap.container import live_app
    from graphwiz_trader.bootstrap.graphs import LOCK
    from graphwiz_trader.bootstrap.warmup import settle_beside
    from graphwiz_trader.domain.graph_keep import keep_of
    from graphwiz_trader.entrypoints.fact_log import fact_log
    from graphwiz_trader.entrypoints.loop import stop_signal
    from graphwiz_trader.entrypoints.watching import watching

    clock, settings = SystemClock(), options.settings()
    keep_off(settings.engine.core)
    app, chosen = live_app(settings, options.home), ObserveOptions(keep=keep_of(settings.graph))
    sink, lock = app.gateways.graph(), FileLock(options.home / LOCK)
    async with asyncio.TaskGroup() as group:
        with stop_signal() as stop:
            tasks = [group.create_task(_obey_at_once_after(stop))]
            if beside is not None:
                tasks.append(group.create_task(_end_after(beside, clock, stop)))
            try:
                if not await _turn(lock, clock, stop, options):
                    return Observed(0, 0, 0)
                options.say(f"observing {options.home}")
                runs = app.gateways.runs()
                tasks.append(group.create_task(Squeeze(runs, clock, options.say).run()))
                with fact_log(settings.monitoring, options.home) as hear:
                    tails, links = app.tails(heard=hear), PatternLinks(sink)
                    async with watching(options, settings, runs, sink, clock) as heard:
                        follow = Observe(tails, heard, links, clock, options.say, chosen)
                        settle_beside()
                        return await follow.run(stop)
            finally:
                for task in tasks:
                    task.cancel()
                await sink.close()
                lock.free()


async def _turn(lock: "FileLock", clock: "Clock", stop: asyncio.Event, options: Options) -> bool:
    """Return whether the lock was got before *stop*."""
    is_told = False
    while not lock.take():
        if not is_told:
            options.say(f"another process writes the graph of {options.home}; waiting for it")
            is_told = True
        if stop.is_set():
            return False
        await clock.sleep_until(Nanos(clock.now() + _TURN))
    return True


async def _end_after(parent: int, clock: "Clock", stop: asyncio.Event) -> None:
    """Set *stop* once process *parent* is no longer ours."""
    while os.getppid() == parent:
        await clock.sleep_until(Nanos(clock.now() + SECOND))
    stop.set()


async def _obey_at_once_after(stop: asyncio.Event) -> None:
    """Let a second signal end the process, whatever it does."""
    await stop.wait()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(number)
