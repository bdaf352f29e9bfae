"""Watching: machine and engines looked after, in the process that observes them."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING

from graphwiz_trader.adapters.files.alerts import ALERTS, FileAlerts
from graphwiz_trader.adapters.files.holders import holders
from graphwiz_trader.adapters.psutil.probe import PsutilProbe
from graphwiz_trader.adapters.secrets import EnvironmentSecrets
from graphwiz_trader.adapters.unix.control import SocketCaller
from graphwiz_trader.application.heard import HeardSink
from graphwiz_trader.application.notify import Notify, Way
from graphwiz_trader.application.watch import Eyes, Watch
from graphwiz_trader.bootstrap.container import LEASES
from graphwiz_trader.bootstrap.sinks import ways_of
from graphwiz_trader.domain.alerting import Alerting, policy_of
from graphwiz_trader.domain.health import Limits, Sample
from graphwiz_trader.domain.metrics import readings, spreads
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.entrypoints.options import Options
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.graph import FactSink
from graphwiz_trader.ports.runs import Runs

if TYPE_CHECKING:
    from graphwiz_trader.adapters.prometheus.metrics import PrometheusMetrics

FAREWELL_S = 10.0
"""How long alerts that are under way may still take at the end."""


@asynccontextmanager
async def watching(
    options: Options, settings: Settings, runs: Runs, sink: FactSink, clock: Clock
) -> AsyncIterator[FactSink]:
    """
    Watch for as long as the block takes; yield *sink*, whose alerts are heard.

    Raises:
        ConfigError: an address of a sink is missing.
        DataError: the port of the metrics is taken.
    """
    ways = ways_of(settings.alerts, EnvironmentSecrets(os.environ))
    # A page shows them, wherever else they go.
    ways[ALERTS] = Way(FileAlerts(options.home))
    notify = Notify(ways, clock, options.say)
    listening = HeardSink(
        sink,
        clock,
        lambda symptom: watch.note(symptom),  # noqa: PLW0108 # it is made below
    )
    folder = options.home / LEASES
    eyes = Eyes(
        PsutilProbe(options.home),
        partial(holders, folder),
        SocketCaller(options.home),
        runs,
        listening.behind,
    )
    metrics, serving = _metrics(settings)

    def measured(sample: Sample) -> None:
        if metrics is not None:
            metrics.show(readings(sample), spreads(sample))

    limits = Limits(settings.monitoring, settings.hft.performance)
    alerting = Alerting(policy_of(settings.alerts))
    watch = Watch(eyes, clock, limits, alerting, notify.tell, measured)
    with serving:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(notify.run()), group.create_task(watch.run())]
            try:
                yield listening
                await watch.turn()
                async with asyncio.timeout(FAREWELL_S):
                    await notify.settle()
            except TimeoutError:
                options.say("alerts that were under way are not sent")
            finally:
                for task in tasks:
                    task.cancel()


def _metrics(settings: Settings) -> "tuple[PrometheusMetrics | None, AbstractContextManager[None]]":
    """Return where readings are shown, and what serves them; nothing where no port is named."""
    port = settings.monitoring.prometheus_port
    if port is None:
        return None, nullcontext()
    from graphwiz_trader.adapters.prometheus.metrics import PrometheusMetrics, served

    metrics = PrometheusMetrics()
    return metrics, served(metrics, port)
