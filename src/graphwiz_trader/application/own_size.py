"""OwnSize: what of a session's recorded books was ours; nobody queues behind himself."""

from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from graphwiz_trader.domain.commands import ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import Event, LevelRows
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.orders import ExecType, ExecutionReport
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import TRADE, Tape
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Int64s, Nanos
from graphwiz_trader.domain.value import value

_ENDS = (ExecType.CANCELED, ExecType.EXPIRED, ExecType.REJECTED)


@value
class Stay:
    """So many lots of ours stood at one level from *since* to *until*, by the venue's clock."""

    instrument: InstrumentId
    side: Side
    price: int
    lots: int
    since: Nanos
    until: Nanos


@attrs.define
class _Resting:
    """One order of ours: how much of it stands since when, None before it is accepted."""

    instrument: InstrumentId
    side: Side
    price: int
    lots: int
    replaces: ClOrdId | None = None
    since: Nanos | None = None


class OwnSize:
    """Gathers, from the steps of a session, how long our orders stood in its venues' books."""

    def __init__(self) -> None:
        self.stays: list[Stay] = []
        self._orders: dict[ClOrdId, _Resting] = {}

    def feed(self, event: Event, outcome: Outcome) -> None:
        """Take in a step."""
        if isinstance(event, ExecutionReport):
            self._hear(event)
        for command in outcome.commands:
            if isinstance(command, SubmitOrder):
                self._orders[command.cl_ord_id] = _Resting(
                    command.instrument, command.side, command.price, command.order_qty
                )
            elif isinstance(command, ReplaceOrder) and command.orig_cl_ord_id in self._orders:
                old = self._orders[command.orig_cl_ord_id]
                self._orders[command.cl_ord_id] = _Resting(
                    old.instrument,
                    old.side,
                    command.price,
                    command.order_qty,
                    command.orig_cl_ord_id,
                )

    def taken_out(self, tapes: Sequence[Tape]) -> tuple[Tape, ...]:
        """Return *tapes*, one a venue, without what was ours."""
        stays: dict[InstrumentId, list[Stay]] = {}
        for stay in self.stays:
            stays.setdefault(stay.instrument, []).append(stay)
        return tuple(without(tape, stays) for tape in tapes)

    def _hear(self, report: ExecutionReport) -> None:
        order, at = self._orders.get(report.cl_ord_id), report.ts_venue
        if order is None:
            return
        if report.exec_type in (ExecType.NEW, ExecType.REPLACED) and order.since is None:
            order.since = at
            if order.replaces is not None:
                self._leave(order.replaces, at)
        elif report.exec_type is ExecType.TRADE:
            if order.since is not None:
                self._stay(order, at)
                order.since = at
            order.lots -= report.last_qty
            if order.lots <= 0:
                del self._orders[report.cl_ord_id]
        elif report.exec_type in _ENDS:
            self._leave(report.cl_ord_id, at)

    def _leave(self, name: ClOrdId, at: Nanos) -> None:
        order = self._orders.pop(name, None)
        if order is not None and order.since is not None:
            self._stay(order, at)

    def _stay(self, order: _Resting, until: Nanos) -> None:
        if order.since is not None and until > order.since:
            self.stays.append(
                Stay(order.instrument, order.side, order.price, order.lots, order.since, until)
            )


def without(tape: Tape, stays: Mapping[InstrumentId, Sequence[Stay]]) -> Tape:
    """
    Return *tape*, of one venue, without what was ours in its books.

    A level that shows less than we had shows nothing; trades are as they were.
    """
    lots = tape.rows.lots.copy()
    last = np.append(tape.first_row[1:], len(tape.rows.side))
    for place, instrument in enumerate(tape.instruments):
        ours = stays.get(instrument.id, ())
        if ours:
            mine = (tape.instrument == place) & (tape.flags != TRADE)
            _take_out(tape, np.flatnonzero(mine), last, ours, lots)
    return attrs.evolve(tape, rows=LevelRows(tape.rows.side, tape.rows.ticks, lots))


def _take_out(
    tape: Tape, messages: Int64s, last: Int64s, stays: Sequence[Stay], lots: Int64s
) -> None:
    sizes = (last - tape.first_row)[messages]
    ends = np.cumsum(sizes)
    rows = np.arange(ends[-1] if len(ends) else 0) + np.repeat(
        tape.first_row[messages] - (ends - sizes), sizes
    )
    when = np.repeat(tape.ts_venue[messages], sizes)
    level = tape.rows.ticks[rows] * 2 + (tape.rows.side[rows] > 0)
    order = np.lexsort((when, level))
    rows, when, level = rows[order], when[order], level[order]
    for stay in stays:
        name = stay.price * 2 + (stay.side > 0)
        start, stop = np.searchsorted(level, [name, name + 1])
        first, end = start + np.searchsorted(when[start:stop], [stay.since, stay.until])
        shown = rows[first:end]
        lots[shown] = np.maximum(lots[shown] - stay.lots, 0)
