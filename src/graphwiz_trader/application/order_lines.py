"""Order lines: every order and every fill of a run, as users read them, from its journal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from graphwiz_trader.application.simulate import fill_line
from graphwiz_trader.domain.commands import ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import InstrumentUpdated, RunStarted
from graphwiz_trader.domain.facts import Entry, FillBooked, OrderChanged
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, RunId


@attrs.define
class _Line:
    """One order so far; quantities are of `instrument` as it was when they were told."""

    intent: str
    instrument: InstrumentId
    ord_status: OrdStatus = OrdStatus.PENDING_NEW
    cum_qty: str = "0"


def order_lines(
    entries: Iterable[Entry], instruments: Sequence[Instrument]
) -> Iterator[Mapping[str, object]]:
    """
    Yield `{venue, cl_ord_id, intent, ord_status, cum_qty}` of every order, oldest first.

    `intent` is `run:seq:index` of the command that created it; an order that another replaced
    ended CANCELED, and what replaced it is an order of its own. `cum_qty` is in base units.
    """
    grid = {instrument.id: instrument for instrument in instruments}
    lines: dict[ClOrdId, _Line] = {}
    run = RunId("")
    for entry in entries:
        event, outcome = entry.event, entry.outcome
        if isinstance(event, RunStarted):
            run = event.run
        elif isinstance(event, InstrumentUpdated):
            grid[event.instrument.id] = event.instrument
        for index, command in enumerate(outcome.commands):
            if isinstance(command, SubmitOrder | ReplaceOrder):
                intent = f"{run}:{outcome.seq}:{index}"
                lines[command.cl_ord_id] = _Line(intent, command.instrument)
        for fact in outcome.facts:
            if isinstance(fact, OrderChanged) and fact.cl_ord_id in lines:
                line = lines[fact.cl_ord_id]
                line.ord_status = fact.ord_status
                line.cum_qty = str(grid[line.instrument].qty(fact.cum_qty))
    for cl_ord_id, line in lines.items():
        yield {
            "venue": grid[line.instrument].venue,
            "cl_ord_id": cl_ord_id,
            "intent": line.intent,
            "ord_status": _ended(line.ord_status).value,
            "cum_qty": line.cum_qty,
        }


def fill_lines(
    entries: Iterable[Entry], instruments: Sequence[Instrument]
) -> Iterator[Mapping[str, object]]:
    """Yield every fill, in the order in which they were booked; see `fill_line`."""
    grid = {instrument.id: instrument for instrument in instruments}
    for entry in entries:
        if isinstance(entry.event, InstrumentUpdated):
            grid[entry.event.instrument.id] = entry.event.instrument
        for fact in entry.outcome.facts:
            if isinstance(fact, FillBooked):
                yield fill_line(fact, grid)


def _ended(status: OrdStatus) -> OrdStatus:
    return OrdStatus.CANCELED if status is OrdStatus.REPLACED else status
