"""Venues without sockets: premises whose clock stands still, and an ear for what they publish."""

import json
from collections.abc import Sequence
from typing import Any

from graphwiz_trader.adapters.loopback.faults import Fault
from graphwiz_trader.adapters.loopback.limits import GENEROUS, Limits
from graphwiz_trader.adapters.loopback.pacing import Pacing
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.record import Record
from graphwiz_trader.adapters.loopback.server import ServerSettings, premises_of
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.testing.clock import ManualClock

BEGAN = Nanos(1_767_225_600 * SECOND)


def premises(
    dialect: str, faults: Sequence[Fault] = (), limits: Limits = GENEROUS, seed: int = 7
) -> tuple[Premises, ManualClock]:
    """One venue that began at `BEGAN`, and its clock."""
    clock = ManualClock(BEGAN)
    settings = ServerSettings((dialect,), seed=seed, faults=tuple(faults), limits=limits)
    (made,) = premises_of(settings, Pacing(clock, BEGAN), Record(), BEGAN)
    made.now()
    return made, clock


def later(made: Premises, seconds: float) -> None:
    """Let *seconds* of the market go by; the clock on the wall stays."""
    made.host.advance(Nanos(made.host.now + int(seconds * SECOND)))


class Ear:
    """Stands where a connection would, and keeps what is published."""

    def __init__(self) -> None:
        self.topics: dict[str, None] = {}
        self.heard: list[tuple[str, Any]] = []

    def publish(self, topic: str, text: str, now: Nanos) -> None:
        """Keep a message."""
        self.heard.append((topic, json.loads(text)))

    def of(self, topic: str) -> list[Any]:
        """The messages of one topic."""
        return [message for name, message in self.heard if name == topic]
