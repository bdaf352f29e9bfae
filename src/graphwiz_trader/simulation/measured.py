"""Measured: a venue as quick as it was in a session, request by request and answer by answer."""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Sequence

import attrs

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value


@value
class Way:
    """One message that went one way: when it set out, and how long it took, ≥ 0."""

    since: Nanos
    took: Nanos

    def __attrs_post_init__(self) -> None:
        if self.took < 0:
            raise DomainError(f"a message took {self.took} ns, expected 0 or more")


@value
class Ways:
    """
    What a session measured at one venue.

    `requests` reached the venue; `answers` came back from it; `lost` are requests that it turned
    away or never took, and how long until that was known.
    """

    requests: tuple[Way, ...] = ()
    answers: tuple[Way, ...] = ()
    lost: tuple[Way, ...] = ()


class MeasuredLatency:
    """
    A `LatencyModel` that repeats a session.

    What sets out at an instant at which something did in the session takes what that took, one
    after another where several did; anything else takes what its nearest neighbor took.
    Nothing measured is *usual*.
    """

    def __init__(self, ways: Ways, usual: Nanos) -> None:
        self._requests = _Measured(ways.requests, usual)
        self._answers = _Measured(ways.answers, usual)
        self._lost = _by_instant(ways.lost)

    def entry(self, sent: Nanos) -> Nanos:
        """Return the time to the venue."""
        return self._requests.take(sent)

    def response(self, matched: Nanos) -> Nanos:
        """Return the time back."""
        return self._answers.take(matched)

    def refusal(self, sent: Nanos) -> Nanos | None:
        """Return the time to a refusal of what was lost in the session."""
        waiting = self._lost.get(sent)
        return waiting.popleft() if waiting else None


@attrs.define(init=False)
class _Measured:
    """One direction."""

    _since: list[int]
    _took: list[Nanos]
    _exact: dict[Nanos, deque[Nanos]]
    _usual: Nanos

    def __init__(self, ways: Sequence[Way], usual: Nanos) -> None:
        ordered = sorted(ways, key=lambda way: way.since)
        self._since = [way.since for way in ordered]
        self._took = [way.took for way in ordered]
        self._exact = _by_instant(ordered)
        self._usual = usual

    def take(self, at: Nanos) -> Nanos:
        exact = self._exact.get(at)
        if exact:
            return exact.popleft()
        if not self._since:
            return self._usual
        after = bisect_left(self._since, at)
        beside = range(max(after - 1, 0), min(after + 1, len(self._since)))
        return self._took[min(beside, key=lambda place: abs(self._since[place] - at))]


def _by_instant(ways: Iterable[Way]) -> dict[Nanos, deque[Nanos]]:
    found: dict[Nanos, deque[Nanos]] = {}
    for way in ways:
        found.setdefault(way.since, deque()).append(way.took)
    return found
