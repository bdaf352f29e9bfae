"""Told: what we sent to a venue, and what was told of each order so far."""

from collections import OrderedDict
from collections.abc import Iterator

import attrs

from graphwiz_trader.adapters.direct.private_said import Terms
from graphwiz_trader.domain.units import ClOrdId, InstrumentId

KEPT = 4_096
"""How many orders that have ended are remembered, for what is told of them late."""
MOST = 65_536
"""How many orders are remembered at all; beyond it the oldest are forgotten, ended or not."""


@attrs.define
class Line:
    """
    One order: `terms` are None if it was sent by another process.

    `is_new_told`: that it works was told, or whatever came instead; `is_over`: that it ended.
    """

    cl_ord_id: ClOrdId
    instrument: InstrumentId
    terms: Terms | None = None
    order_id: str = ""
    last_fill: str = ""
    is_new_told: bool = False
    is_over: bool = False


class Told:
    """Orders by our id and by the venue's; bounded, the oldest that ended are forgotten."""

    def __init__(self) -> None:
        self._lines: OrderedDict[ClOrdId, Line] = OrderedDict()
        self._names: dict[tuple[InstrumentId, str], ClOrdId] = {}
        self._over: OrderedDict[ClOrdId, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._lines)

    def open(self, cl_ord_id: ClOrdId, instrument: InstrumentId, terms: Terms | None) -> None:
        """Remember an order that is about to be sent, unless its id is known already."""
        if cl_ord_id not in self._lines:
            self._add(Line(cl_ord_id, instrument, terms))

    def line(self, cl_ord_id: ClOrdId, instrument: InstrumentId) -> Line:
        """Return what is known of an order, which may be nothing yet."""
        found = self._lines.get(cl_ord_id)
        return self._add(Line(cl_ord_id, instrument)) if found is None else found

    def find(self, cl_ord_id: ClOrdId) -> Line | None:
        """Return what is known of an order, None if nothing is."""
        return self._lines.get(cl_ord_id)

    def number(self, line: Line, order_id: str) -> None:
        """Note the venue's id of an order."""
        if order_id and not line.order_id:
            line.order_id = order_id
            self._names[line.instrument, order_id] = line.cl_ord_id

    def named(self, instrument: InstrumentId, order_id: str) -> ClOrdId | None:
        """Return our id of the order that the venue calls *order_id*, None if it is forgotten."""
        return self._names.get((instrument, order_id))

    def end(self, line: Line) -> None:
        """Note that an order has ended; forget the oldest such."""
        line.is_new_told = line.is_over = True
        self._over[line.cl_ord_id] = None
        while len(self._over) > KEPT:
            oldest = next(iter(self._over))
            self._forget(oldest)

    def working(self) -> Iterator[Line]:
        """Yield what has not ended as far as we were told."""
        return (line for line in tuple(self._lines.values()) if not line.is_over)

    def _add(self, line: Line) -> Line:
        self._lines[line.cl_ord_id] = line
        if len(self._lines) > MOST:
            self._forget(next(iter(self._lines)))
        return line

    def _forget(self, cl_ord_id: ClOrdId) -> None:
        self._over.pop(cl_ord_id, None)
        gone = self._lines.pop(cl_ord_id, None)
        if gone is not None:
            self._names.pop((gone.instrument, gone.order_id), None)
