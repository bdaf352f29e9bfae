"""Latencies: how long each stage of an order took, in histograms that do not grow."""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Mapping
from itertools import accumulate

from graphwiz_trader.domain.events import BookUpdate, Event, Trade
from graphwiz_trader.domain.orders import ExecType, ExecutionReport
from graphwiz_trader.domain.units import ClOrdId, Nanos
from graphwiz_trader.ports.clock import Clock

UNDER_WAY = 4_096
"""Orders whose answers are awaited at once; older ones are forgotten."""

_FINE = 6
_MOST = 44 << _FINE
BOUNDS_US = (
    *(50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000),
    *(250_000, 500_000, 1_000_000, 2_500_000, 5_000_000),
)
"""Upper bounds of the buckets that are told; they stay, so that they can be summed over time."""

_BOUNDS = tuple(1_000 * us for us in BOUNDS_US)
_SHARES = {"p50": 500, "p99": 990, "p99_9": 999}


class Histogram:
    """
    Counts of durations, each kept to within 1.6 % of itself.

    >>> taken = Histogram()
    >>> taken.add(1_000)
    >>> taken.us()["p50"]
    1.0
    """

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0
        self._counts = [0] * _MOST
        self._buckets = [0] * (len(_BOUNDS) + 1)

    def add(self, ns: int) -> None:
        """Count a duration; a negative one counts as 0, one above 4 hours as 4 hours."""
        ns = max(ns, 0)
        shift = max(ns.bit_length() - _FINE - 1, 0)
        self._counts[min((shift << _FINE) + (ns >> shift), _MOST - 1)] += 1
        self._buckets[bisect_left(_BOUNDS, ns)] += 1
        self._sum += ns
        self.count += 1

    def buckets(self) -> Mapping[str, object]:
        """Return how many there are, their sum, and how many are at most each of the bounds."""
        totals = accumulate(self._buckets[:-1])
        return {
            "count": self.count,
            "sum_us": self._sum / 1_000,
            "le_us": {str(us): total for us, total in zip(BOUNDS_US, totals, strict=True)},
        }

    def us(self) -> Mapping[str, float]:
        """Return percentiles in microseconds, by nearest rank; none without a duration."""
        return {name: self._rank(share) / 1_000 for name, share in _SHARES.items() if self.count}

    def _rank(self, per_mille: int) -> int:
        left = -(-self.count * per_mille // 1_000)
        for place, number in enumerate(self._counts):
            left -= number
            if left <= 0:
                shift = max((place >> _FINE) - 1, 0)
                return (place - (shift << _FINE)) << shift
        return 0


class Latencies:
    """
    The stages of our orders since this process began.

    `tick_to_order`: from the receipt of the market message to the order handed to its socket;
    `decision`: the part of it up to the journaled step. `send` is of that order alone. `ack` and
    `first_fill` run from the decision to the venue's word.
    """

    def __init__(self, clock: Clock) -> None:
        stages = ("tick_to_order", "decision", "send", "ack", "first_fill")
        self.stages = {stage: Histogram() for stage in stages}
        self._clock = clock
        self._began = Nanos(0)
        self._sent: list[tuple[ClOrdId, Nanos]] = []
        self._decided: OrderedDict[ClOrdId, Nanos] = OrderedDict()
        self._filled: OrderedDict[ClOrdId, Nanos] = OrderedDict()

    def decided(self) -> None:
        """Note that a step was journaled whose commands leave next."""
        self._began = self._clock.now()

    def sent(self, cl_ord_id: ClOrdId) -> None:
        """Note that an order was handed over just now."""
        self._sent.append((cl_ord_id, self._clock.now()))

    def done(self, event: Event, ts: Nanos) -> None:
        """Count what became of *event*, received at *ts*: none of its commands waits any more."""
        if self._sent:
            self._count(event, ts)
        if isinstance(event, ExecutionReport):
            self._answered(event)

    def us(self) -> Mapping[str, Mapping[str, float]]:
        """Return every stage that has durations, with its percentiles in microseconds."""
        return {name: stage.us() for name, stage in self.stages.items() if stage.count}

    def buckets(self) -> Mapping[str, Mapping[str, object]]:
        """Return every stage that has durations, as cumulative counts."""
        return {name: stage.buckets() for name, stage in self.stages.items() if stage.count}

    def _count(self, event: Event, ts: Nanos) -> None:
        began, sent = self._began, self._sent
        self._sent = []
        for cl_ord_id, now in sent:
            self.stages["send"].add(now - began)
            if isinstance(event, BookUpdate | Trade):
                self.stages["decision"].add(began - ts)
                self.stages["tick_to_order"].add(now - ts)
            began = now
            for waiting in (self._decided, self._filled):
                waiting[cl_ord_id] = ts
                if len(waiting) > UNDER_WAY:
                    waiting.popitem(last=False)

    def _answered(self, report: ExecutionReport) -> None:
        decided = self._decided.pop(report.cl_ord_id, None)
        if decided is not None:
            self.stages["ack"].add(report.ts - decided)
        if report.exec_type is ExecType.TRADE:
            since = self._filled.pop(report.cl_ord_id, None)
            if since is not None:
                self.stages["first_fill"].add(report.ts - since)
