"""Notices: alerts from beside the engine, on their way into the journal."""

from collections.abc import Callable

from graphwiz_trader.application.writer import SingleWriter
from graphwiz_trader.domain.commands import RaiseAlert
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.noticed import Noticed
from graphwiz_trader.ports.clock import Clock


class Notices:
    """
    Hands alerts to the engine as events, so that they are on the record and reach every sink.

    Those from before its first step wait for it. Once nothing is journaled any more, *tell* tells
    a person directly.
    """

    def __init__(
        self, writer: SingleWriter, clock: Clock, tell: Callable[[RaiseAlert], None]
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._tell = tell
        self._waiting: list[RaiseAlert] | None = []

    def alert(self, alert: RaiseAlert) -> None:
        """Raise *alert*."""
        if self._waiting is not None:
            self._waiting.append(alert)
        elif self._writer.is_broken:
            self._tell(alert)
        else:
            noticed = Noticed(self._clock.now(), alert.severity, alert.code, alert.text)
            self._writer.deliver(noticed)

    def hear(self, event: Event, outcome: Outcome) -> None:  # noqa: ARG002 # as every watch
        """Take the first step for the sign that a run has begun."""
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            for alert in waiting:
                self.alert(alert)
