"""What every way to a person promises."""

import asyncio
from collections.abc import Callable

import pytest

from graphwiz_trader.domain.alerting import Alert, News
from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.ports.alerts import AlertSink

ALERT = Alert(
    Nanos(1), News.RAISED, Severity.CRITICAL, "ENGINE_DEAD", "paper-0001", "{gone} <b>&</b>"
)
Told = Callable[[], str]
"""Everything that arrived, as text."""


class AlertsContract:
    """Subclasses offer `sink`, and `told`."""

    @pytest.fixture
    def sink(self) -> AlertSink:
        raise NotImplementedError

    @pytest.fixture
    def told(self) -> Told:
        raise NotImplementedError

    def test_what_was_sent_arrives(self, sink: AlertSink, told: Told) -> None:
        asyncio.run(sink.send(ALERT))

        arrived = told()
        assert all(part in arrived for part in ("CRITICAL", "ENGINE_DEAD", "paper-0001", "{gone}"))

    def test_sending_twice_is_harmless(self, sink: AlertSink, told: Told) -> None:
        asyncio.run(sink.send(ALERT))
        asyncio.run(sink.send(ALERT))

        assert told().count("{gone}") >= 2
