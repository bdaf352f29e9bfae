"""`graphwiz dashboard`: the web page of a home's runs, in a process of its own."""

import asyncio
import os
import secrets
from typing import TYPE_CHECKING

import click

from graphwiz_trader.domain.value import value
from graphwiz_trader.entrypoints.niceness import keep_off, step_back
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import emit

if TYPE_CHECKING:
    from aiohttp.web import TCPSite

    from graphwiz_trader.domain.units import RunId
    from graphwiz_trader.entrypoints.dashboard.hub import Hub

TOKEN = "GRAPHWIZ_DASHBOARD_TOKEN"  # noqa: S105 # the name of a variable
"""The environment variable that may hold the token."""

SHORTEST = 16
"""Characters of a token."""

_TOP_PORT = 65_535


@value
class Place:
    """Where the page is served, and under which token."""

    host: str
    port: int
    token: str
    read_only: bool


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to bind.")
@click.option(
    "--port",
    type=click.IntRange(0, _TOP_PORT),
    default=8420,
    show_default=True,
    help="0 takes a free one.",
)
@click.option("--read-only", is_flag=True, help="Show everything, obey nobody.")
@common_options
def dashboard(options: Options, host: str, port: int, read_only: bool) -> None:  # noqa: FBT001 # a flag on the command line
    """
    Serve the web page of the runs in the home, until interrupted.

    It reads the journals and asks the engines; orders go through the control socket and are
    journaled with their reason. The line it prints holds the token that orders need, and on any
    address but loopback everything else, too; GRAPHWIZ_DASHBOARD_TOKEN sets it.
    """
    from graphwiz_trader.entrypoints.loop import run

    given = os.environ.get(TOKEN, "")
    if given and len(given) < SHORTEST:
        raise click.UsageError(f"{TOKEN} is shorter than {SHORTEST} characters")
    step_back()
    url = run(_serve(options, Place(host, port, given or secrets.token_urlsafe(24), read_only)))
    emit({"url": url}, f"served {url}")


async def _serve(options: Options, place: Place) -> str:
    from aiohttp import web

    from graphwiz_trader.adapters.clock import SystemClock
    from graphwiz_trader.adapters.files.alerts import FileAlerts
    from graphwiz_trader.adapters.unix.control import SocketCaller
    from graphwiz_trader.bootstrap.container import live_app
    from graphwiz_trader.bootstrap.warmup import settle_beside
    from graphwiz_trader.entrypoints.commands.report import drawn
    from graphwiz_trader.entrypoints.dashboard.compare import Comparing
    from graphwiz_trader.entrypoints.dashboard.guard import Guard
    from graphwiz_trader.entrypoints.dashboard.hub import Hub
    from graphwiz_trader.entrypoints.dashboard.server import Server

    def report(run: "RunId") -> str:
        reports = app.report()
        return drawn(reports, reports.of(run), None)

    clock, settings = SystemClock(), options.settings()
    keep_off(settings.engine.core)
    app = live_app(settings, options.home)
    caller = SocketCaller(options.home)
    alerts = FileAlerts(options.home)
    hub = Hub(app.gateways.runs(), app.replicas().of, alerts.latest, caller, clock)
    guard = Guard(place.host, place.token, clock, read_only=place.read_only)
    comparing = Comparing(options.home)
    server = Server(hub, guard, app.ask(), report, comparing.of, caller, clock)
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        url = await _bound(web.TCPSite(runner, place.host, place.port))
        token = "" if os.environ.get(TOKEN) else f"#token={place.token}"
        click.echo(f"dashboard: {url}{token}", err=True)
        settle_beside()
        await _followed(hub)
    finally:
        await runner.cleanup()
        await app.gateways.graph().close()
    return url


async def _bound(site: "TCPSite") -> str:
    try:
        await site.start()
    except OSError as error:
        raise click.UsageError(f"{site.name} cannot be bound: {error.strerror}") from error
    return f"{site.name}/"


async def _followed(hub: "Hub") -> None:
    """Follow the runs until a signal ends it."""
    from graphwiz_trader.application.supervise import first_of
    from graphwiz_trader.entrypoints.loop import stop_signal

    try:
        async with asyncio.TaskGroup() as group:
            with stop_signal() as stop:
                following = group.create_task(hub.run())
                await stop.wait()
                following.cancel()
    except BaseExceptionGroup as failed:
        raise first_of(failed) from None
