"""Bounding: how one finds what a run lies between, whatever its places in queues were."""

from collections.abc import Mapping
from enum import Enum

from graphwiz_trader.application.simulate import Simulated
from graphwiz_trader.application.unrecorded import Forgetting
from graphwiz_trader.domain.bounds import Bound, Bounds
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.ports.journal import Journal

WORTH_COMPILING = 100_000
"""Messages of a run; of fewer, two more runs take less than loading the compiled loop may."""


class Way(Enum):
    """A way to find bounds, the quickest that there is."""

    ALIKE = "what only takes has no place in a queue"
    COMPILED = "two runs in the compiled loop"
    AGAIN = "two more runs of the reference engine"


class Unkept:
    """The folder of a run of which nothing is kept."""

    path = ""

    def __init__(self, run: RunId) -> None:
        self.run = run

    def journal(self) -> Journal:
        """Return one that forgets."""
        return Forgetting()

    def add_fill(self, fill: Mapping[str, object]) -> None:
        """Forget *fill*."""

    def add_order(self, order: Mapping[str, object]) -> None:
        """Forget *order*."""

    def finish(self, summary: Mapping[str, object]) -> None:
        """Forget *summary*."""


def bound_by(done: Simulated) -> Bound:
    """Return what *done* earned, as a bound."""
    return Bound(done.report.pnl.net, done.fills)


def alike(done: Simulated) -> Bounds:
    """Return the bounds of a run that only takes: itself."""
    return Bounds(bound_by(done), bound_by(done))
