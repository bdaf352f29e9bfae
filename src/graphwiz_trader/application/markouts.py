"""Markouts: where the mid went after our fills."""

import heapq
from collections.abc import Sequence
from math import fsum

import attrs

from graphwiz_trader.application.prices import Prices
from graphwiz_trader.domain.facts import FillBooked
from graphwiz_trader.domain.report import Markout
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, InstrumentId, Nanos

HORIZONS_MS = (100, 1_000, 10_000, 60_000)


@attrs.define(order=True)
class _Pending:
    due: Nanos
    number: int
    horizon: int
    instrument: InstrumentId = attrs.field(order=False)
    side: Side = attrs.field(order=False)
    price: int = attrs.field(order=False)
    weight: float = attrs.field(order=False)


class Markouts:
    """
    Watches every fill for each horizon; a fill whose horizon the run did not reach is left out.

    The horizon counts from the receipt of the fill's report, the only clock all venues share.
    """

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._pending: list[_Pending] = []
        self._number = 0
        self._seen: dict[int, list[tuple[float, float]]] = {ms: [] for ms in HORIZONS_MS}

    def watch(self, fill: FillBooked, now: Nanos, notional: float) -> None:
        """Begin to watch *fill*, received *now*, weighing *notional* in the mean."""
        for horizon in HORIZONS_MS:
            self._number += 1
            due = Nanos(now + horizon * MILLISECOND)
            pending = _Pending(
                due, self._number, horizon, fill.instrument, fill.side, fill.price, notional
            )
            heapq.heappush(self._pending, pending)

    @property
    def due(self) -> Nanos | None:
        """The earliest horizon still ahead; `advance` settles it once time is past it."""
        return self._pending[0].due if self._pending else None

    def advance(self, now: Nanos) -> None:
        """Settle what fell due before *now*, at the mids that were last known before *now*."""
        while self._pending and self._pending[0].due < now:
            due = heapq.heappop(self._pending)
            book = self._prices.books[due.instrument]
            if book.is_two_sided and due.price:
                moved = due.side * (book.mid - due.price) / due.price * 1e4
                self._seen[due.horizon].append((moved, due.weight))

    def results(self) -> tuple[Markout, ...]:
        """Return the horizons that were reached by any fill."""
        return tuple(
            Markout(horizon, len(seen), mean)
            for horizon, seen in self._seen.items()
            if (mean := weighted_mean(seen)) is not None
        )


def weighted_mean(seen: Sequence[tuple[float, float]]) -> float | None:
    """Return the mean of (value, weight) pairs, None without weight."""
    weight = fsum(w for _, w in seen)
    return fsum(x * w for x, w in seen) / weight if weight else None
