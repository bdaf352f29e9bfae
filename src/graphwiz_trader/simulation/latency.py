"""
Latency: how long a request takes to the venue, and its answer back.

Whoever uses a model clamps arrivals on one connection (`line.Line`), so that no draw reorders.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Protocol

import attrs

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value


class LatencyModel(Protocol):
    """How long the two ways take."""

    def entry(self, sent: Nanos) -> Nanos:
        """Return how long a request sent at *sent* takes to reach the venue, ≥ 0."""

    def response(self, matched: Nanos) -> Nanos:
        """Return how long the venue's word of *matched* takes to reach us, ≥ 0."""

    def refusal(self, sent: Nanos) -> Nanos | None:
        """
        Return how long until we learn that the venue refused what was sent at *sent*.

        None when it takes requests, which is the rule.
        """


@value
class ConstantLatency:
    """Always the same, in nanoseconds."""

    entry_ns: Nanos
    response_ns: Nanos

    def __attrs_post_init__(self) -> None:
        if self.entry_ns < 0 or self.response_ns < 0:
            raise DomainError(f"latency {self.entry_ns}, {self.response_ns} ns is negative")

    def entry(self, sent: Nanos) -> Nanos:  # noqa: ARG002 # a constant
        """Return the constant."""
        return self.entry_ns

    def response(self, matched: Nanos) -> Nanos:  # noqa: ARG002 # a constant
        """Return the constant."""
        return self.response_ns

    def refusal(self, sent: Nanos) -> Nanos | None:  # noqa: ARG002 # it never refuses
        """Return None."""
        return None


@value
class Trip:
    """One measured request: when it was sent, when the venue had it, when the answer came."""

    sent: Nanos
    matched: Nanos
    answered: Nanos


@attrs.define(init=False)
class EmpiricalLatency:
    """
    Measured trips: linear between the times they were sent, flat outside.

    A trip whose `matched` is ≤ 0 was refused by the venue: so is every request between it and
    the trip before or after.

    Raises:
        DomainError: no trip was answered, the trips are not in order, or one ends before it
            began.
    """

    _trips: tuple[Trip, ...]
    _sent: list[int]
    _entry: tuple[list[int], list[int]]
    _response: tuple[list[int], list[int]]

    def __init__(self, trips: Sequence[Trip]) -> None:
        answered = [trip for trip in trips if trip.matched > 0]
        reached: list[int] = [trip.matched for trip in answered]
        self._trips = tuple(trips)
        self._sent = [trip.sent for trip in trips]
        self._entry = [t.sent for t in answered], [t.matched - t.sent for t in answered]
        self._response = reached, [t.answered - t.matched for t in answered]
        if not answered:
            raise DomainError("no measured trip reached the venue")
        if self._sent != sorted(self._sent) or reached != sorted(reached):
            raise DomainError("measured trips are not in order of time")
        for trip in self._trips:
            middle = trip.matched if trip.matched > 0 else trip.sent
            if not trip.sent <= middle <= trip.answered:
                raise DomainError(f"{trip} ends before it began")

    def entry(self, sent: Nanos) -> Nanos:
        """Return the time to the venue, interpolated at the time of sending."""
        return _between(*self._entry, sent)

    def response(self, matched: Nanos) -> Nanos:
        """Return the time back, interpolated at the venue's time."""
        return _between(*self._response, matched)

    def refusal(self, sent: Nanos) -> Nanos | None:
        """Return the time to a refusal if a neighboring trip was refused."""
        after = bisect_right(self._sent, sent)
        beside = self._trips[max(after - 1, 0) : after + 1]
        if all(trip.matched > 0 for trip in beside):
            return None
        return _between(
            [trip.sent for trip in beside], [trip.answered - trip.sent for trip in beside], sent
        )


@attrs.define
class JitteredLatency:
    """
    A constant and, on top, an even draw of at most *jitter_ns*, each way.

    *unit* yields numbers in [0, 1): pass the `unit` of a seeded `Chance`.
    """

    entry_ns: Nanos
    response_ns: Nanos
    jitter_ns: Nanos
    unit: Callable[[], float]

    def __attrs_post_init__(self) -> None:
        if min(self.entry_ns, self.response_ns, self.jitter_ns) < 0:
            raise DomainError("a latency or its jitter is negative")

    def entry(self, sent: Nanos) -> Nanos:  # noqa: ARG002 # drawn, not a function of time
        """Return a draw."""
        return Nanos(self.entry_ns + int(self.unit() * self.jitter_ns))

    def response(self, matched: Nanos) -> Nanos:  # noqa: ARG002 # drawn, not a function of time
        """Return a draw."""
        return Nanos(self.response_ns + int(self.unit() * self.jitter_ns))

    def refusal(self, sent: Nanos) -> Nanos | None:  # noqa: ARG002 # it never refuses
        """Return None."""
        return None


def _between(times: Sequence[int], values: Sequence[int], at: int) -> Nanos:
    """Return *values* interpolated at *at*, flat outside; whole nanoseconds, exactly."""
    after = bisect_right(times, at)
    if after == 0:
        return Nanos(values[0])
    if after == len(times):
        return Nanos(values[-1])
    start, stop = times[after - 1], times[after]
    first, last = values[after - 1], values[after]
    return Nanos(first + (last - first) * (at - start) // (stop - start))
