"""Graph keep: how much of what happened a graph goes on knowing."""

from collections.abc import Mapping

from graphwiz_trader.domain.graph import (
    Alert,
    ArbitrageOpportunity,
    Fill,
    Node,
    Order,
    Signal,
    Trade,
)
from graphwiz_trader.domain.graph_watch import Case, MetricSample, Occurrence
from graphwiz_trader.domain.settings import GraphSettings
from graphwiz_trader.domain.units import DAY, Nanos
from graphwiz_trader.domain.value import value

MOMENTS: Mapping[type[Node], str] = {
    Signal: "ts",
    Order: "ts",
    Fill: "ts",
    Trade: "closed",
    ArbitrageOpportunity: "opened",
    Alert: "ts",
    Occurrence: "ts",
    Case: "ts",
    MetricSample: "ts",
}
"""The labels of what happens once, and the property that says when; the others last."""


@value
class Keep:
    """
    What of `MOMENTS` is kept; None: all.

    `age` is counted back from the newest entry of any run, so that a simulation of last year is
    kept as long as one of today; `most` counts nodes.
    """

    age: Nanos | None = None
    most: int | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is ever forgotten."""
        return self.age is None and self.most is None


def keep_of(settings: GraphSettings) -> Keep:
    """Return what *settings* ask for."""
    days = settings.keep_days
    return Keep(None if days is None else Nanos(int(days * DAY)), settings.keep_nodes)
