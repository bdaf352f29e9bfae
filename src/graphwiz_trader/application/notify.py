"""Notify: alerts on their way to every sink, none of which holds up another."""

import asyncio
from collections.abc import Callable, Mapping

from graphwiz_trader.domain.alerting import Alert, rank
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.errors import PortError, Transient
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.alerts import AlertSink
from graphwiz_trader.ports.clock import Clock

QUEUED = 200
"""Alerts that may wait for one sink; of more, the newest are dropped and a person is told."""

PATIENCE = Backoff(SECOND, Nanos(30 * SECOND), 5, Nanos(60 * SECOND))


@value
class Way:
    """A sink, and how urgent a thing must be to be sent there."""

    sink: AlertSink
    least: Severity = Severity.INFO


class Notify:
    """Hands alerts to *ways*; *say* tells whoever looks what could not be delivered."""

    def __init__(
        self,
        ways: Mapping[str, Way],
        clock: Clock,
        say: Callable[[str], None],
        patience: Backoff = PATIENCE,
    ) -> None:
        self._ways = ways
        self._clock = clock
        self._say = say
        self._patience = patience
        self._queues = {name: asyncio.Queue[Alert](QUEUED) for name in ways}

    def tell(self, alert: Alert) -> None:
        """Send *alert* wherever it is urgent enough."""
        for name, way in self._ways.items():
            if rank(alert.severity) < rank(way.least):
                continue
            try:
                self._queues[name].put_nowait(alert)
            except asyncio.QueueFull:
                self._say(f"alert {alert.code} is not sent to {name}: {QUEUED} wait already")

    async def run(self) -> None:
        """Deliver until canceled."""
        async with asyncio.TaskGroup() as group:
            for name in self._ways:
                group.create_task(self._serve(name))

    async def settle(self) -> None:
        """Return once everything told was delivered or given up."""
        for queue in self._queues.values():
            await queue.join()

    async def _serve(self, name: str) -> None:
        queue = self._queues[name]
        while True:
            alert = await queue.get()
            try:
                await self._deliver(name, alert)
            finally:
                queue.task_done()

    async def _deliver(self, name: str, alert: Alert) -> None:
        failures = 0
        while True:
            try:
                await self._ways[name].sink.send(alert)
            except Transient as error:
                failures += 1
                if self._patience.is_spent(failures):
                    self._say(f"alert {alert.code} is not sent to {name}: {error}")
                    return
            except PortError as error:
                self._say(f"alert {alert.code} is not sent to {name}: {error}")
                return
            else:
                return
            wait = self._patience.wait(failures)
            await self._clock.sleep_until(Nanos(self._clock.now() + wait))
