"""`graphwiz alerts`: whether alerts reach a person."""

import asyncio
import os
import time

import click

from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import ExitCode, emit


@click.group()
def alerts() -> None:
    """Try out the ways by which a person is told of what is wrong."""


@alerts.command()
@common_options
def test(options: Options) -> None:
    """
    Send a test alert to every sink of `alerts.sinks`, whatever its severity and the hour.

    Ends with 1 when one was not delivered. Success is recorded for `doctor --deploy`.
    """
    from graphwiz_trader.adapters.files.statements import FileStatements
    from graphwiz_trader.domain.deployment import TESTED, Statement
    from graphwiz_trader.domain.monitoring import LEAVING
    from graphwiz_trader.domain.units import Nanos
    from graphwiz_trader.entrypoints.loop import run

    settings = options.settings()
    now = Nanos(time.time_ns())
    outcomes = run(_sent(options, now))
    failed = {name: why for name, why in outcomes.items() if why}
    leaving = [name for name, sink in settings.alerts.sinks.items() if sink.use in LEAVING]
    if leaving and not failed:
        statement = Statement(TESTED, "graphwiz", ", ".join(leaving), now)
        FileStatements(options.home).add(statement)
    text = "\n".join(f"{name}: {why or 'delivered'}" for name, why in outcomes.items())
    result = {"delivered": [name for name in outcomes if name not in failed], "failed": failed}
    emit(result, text, ExitCode.FAILED if failed else ExitCode.DONE)


async def _sent(options: Options, now: int) -> dict[str, str]:
    """Return, of every sink, why the test alert did not get there; empty if it did."""
    from graphwiz_trader.adapters.secrets import EnvironmentSecrets
    from graphwiz_trader.bootstrap.sinks import ways_of
    from graphwiz_trader.domain.alerting import Alert, News
    from graphwiz_trader.domain.commands import Severity
    from graphwiz_trader.domain.errors import PortError
    from graphwiz_trader.domain.units import Nanos

    text = "this is a test of alerts by `graphwiz alerts test`; nothing is wrong"
    alert = Alert(Nanos(now), News.NOTED, Severity.INFO, "TEST", "", text)
    ways = ways_of(options.settings().alerts, EnvironmentSecrets(os.environ))
    outcomes = dict.fromkeys(ways, "")

    async def send(name: str) -> None:
        try:
            await ways[name].sink.send(alert)
        except PortError as error:
            outcomes[name] = str(error)

    async with asyncio.TaskGroup() as group:
        for name in ways:
            group.create_task(send(name))
    return outcomes
