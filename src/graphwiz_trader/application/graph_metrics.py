"""Graph metrics: what each second of a run held, counted."""

from collections.abc import Mapping, Sequence

from graphwiz_trader.application.graph_draft import GraphDraft
from graphwiz_trader.application.graph_step import GraphStep
from graphwiz_trader.domain.commands import RaiseAlert, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import BookUpdate, Trade
from graphwiz_trader.domain.facts import FillBooked, OrderRefused, SignalApproved, SignalRefused
from graphwiz_trader.domain.graph import Relation
from graphwiz_trader.domain.graph_watch import MetricSample
from graphwiz_trader.domain.setting import fields_of
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.vitals import VitalsSampled

COUNTED: Mapping[type, str] = {
    BookUpdate: "books",
    Trade: "trades",
    SignalApproved: "approved",
    SignalRefused: "refused",
    OrderRefused: "refused",
    SubmitOrder: "orders",
    ReplaceOrder: "orders",
    FillBooked: "fills",
    RaiseAlert: "alerts",
}
"""What is counted → as what."""

NAMES = ("entries", *dict.fromkeys(COUNTED.values()))

VITALS = tuple(field.name for field in fields_of(VitalsSampled) if field.name != "ts")
"""What a sample says of the process and its machine, the last of the second."""


class GraphMetrics:
    """Counts; a second is told when it ends, and so far as it went by `tell`."""

    def __init__(self, draft: GraphDraft) -> None:
        self._draft = draft
        self._second: int | None = None
        self._run, self._seq = "", 0
        self._counts = dict.fromkeys(NAMES, 0)
        self._vitals: VitalsSampled | None = None
        self._is_told = True

    def feed(self, step: GraphStep) -> None:
        """Count *step*."""
        second = step.ts // SECOND
        if second != self._second:
            self.tell()
            self._counts = dict.fromkeys(NAMES, 0)
            self._vitals = None
            self._second, self._run, self._seq = second, step.run, step.seq
        self._is_told = False
        counts, event, outcome = self._counts, step.event, step.outcome
        counts["entries"] += 1
        if type(event) is BookUpdate:
            counts[COUNTED[BookUpdate]] += 1
        else:
            self._count((event,))
            if isinstance(event, VitalsSampled):
                self._vitals = event
        if outcome.facts:
            self._count(outcome.facts)
        if outcome.commands:
            self._count(outcome.commands)

    def _count(self, what: Sequence[object]) -> None:
        for one in what:
            name = COUNTED.get(type(one))
            if name is not None:
                self._counts[name] += 1

    def tell(self) -> None:
        """Write the second that is being counted, as far as it went."""
        if self._is_told or self._second is None:
            return
        self._is_told = True
        key = f"{self._run}:{self._seq}:second"
        ts = Nanos(self._second * SECOND)
        told: dict[str, object] = {**self._counts}
        if self._vitals is not None:
            told |= {name: getattr(self._vitals, name) for name in VITALS}
        nothing = MetricSample(key, self._run, self._seq, ts, 0, 0, 0, 0, 0, 0, 0, 0)
        self._draft.put(evolve(nothing, **told))
        self._draft.link(key, Relation.OF_RUN, self._run)
