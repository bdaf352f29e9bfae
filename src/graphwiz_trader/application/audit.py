"""Audit: every order and every refusal of a run, each with its reason, as rows of a table."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import isfinite

import attrs

from graphwiz_trader.domain.commands import ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import Event, RunStarted
from graphwiz_trader.domain.facts import (
    FillBooked,
    OrderChanged,
    OrderRefused,
    Outcome,
    SignalApproved,
    SignalRefused,
)
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.position import ZERO
from graphwiz_trader.domain.signal import Signal
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Nanos


@attrs.define
class AuditRow:
    """
    One order, or one refusal (`what` says which); empty where a column does not apply.

    `ts` is the decision's. `why` is the strategy's reason, or that of the engine; `refused`,
    `found` and `limit` are the gate's. `intent` is `run:seq:index` of the order's command, or of
    the refusal's fact.
    """

    ts: Nanos
    intent: str
    what: str
    strategy: str = ""
    group: str = ""
    opportunity: str = ""
    kind: str = ""
    edge_bps: float | None = None
    why: str = ""
    cl_ord_id: str = ""
    replaces: str = ""
    instrument: str = ""
    side: str = ""
    price: Decimal | None = None
    qty: Decimal | None = None
    ord_status: str = ""
    cum_qty: Decimal = ZERO
    average_price: Decimal | None = None
    fees: Decimal = ZERO
    text: str = ""
    refused: str = ""
    found: str = ""
    limit: str = ""


OWN = "the engine's own: a hedge, an unwind or a flattening"
COLUMNS = tuple(field.name for field in attrs.fields(AuditRow))


class Audit:
    """Grows by `feed`; rows stand in the order in which the engine decided them."""

    def __init__(
        self, instruments: Mapping[InstrumentId, Instrument], unexplained: str = OWN
    ) -> None:
        """*unexplained* is why an order was sent for which no signal was approved."""
        self._instruments = instruments
        self._unexplained = unexplained
        self._run = ""
        self._orders: dict[ClOrdId, AuditRow] = {}
        self._cash: dict[ClOrdId, Decimal] = {}
        self.rows: list[AuditRow] = []

    def feed(self, event: Event, outcome: Outcome, now: Nanos) -> None:
        """Take in one step, received at *now*."""
        if isinstance(event, RunStarted):
            self._run = event.run
        step = f"{self._run}:{outcome.seq}"
        approved = [fact for fact in outcome.facts if isinstance(fact, SignalApproved)]
        for index, command in enumerate(outcome.commands):
            if isinstance(command, SubmitOrder):
                self._submit(AuditRow(now, f"{step}:{index}", "order"), command, approved)
            elif isinstance(command, ReplaceOrder):
                self._replace(AuditRow(now, f"{step}:{index}", "order"), command)
        for index, fact in enumerate(outcome.facts):
            match fact:
                case FillBooked():
                    self._fill(fact)
                case OrderChanged():
                    self._change(fact)
                case SignalRefused() | OrderRefused():
                    self._refuse(AuditRow(now, f"{step}:{index}", "refusal"), fact)
                case _:
                    pass

    def _submit(
        self, row: AuditRow, command: SubmitOrder, approved: Sequence[SignalApproved]
    ) -> None:
        row.strategy, row.side = command.strategy, command.side.name
        source = next((fact for fact in approved if _asked(fact.signal, command)), None)
        if source is None:
            row.why = self._unexplained
        else:
            row.group = source.group
            _explain(row, source.signal)
        self._place(row, command)

    def _replace(self, row: AuditRow, command: ReplaceOrder) -> None:
        row.replaces = command.orig_cl_ord_id
        before = self._orders.get(command.orig_cl_ord_id)
        if before is not None:
            row.strategy, row.side, row.kind = before.strategy, before.side, before.kind
            row.why, row.group = before.why, before.group
        self._place(row, command)

    def _place(self, row: AuditRow, command: SubmitOrder | ReplaceOrder) -> None:
        instrument = self._instruments[command.instrument]
        row.cl_ord_id, row.instrument = command.cl_ord_id, command.instrument
        row.price = instrument.price(command.price)
        row.qty = instrument.qty(command.order_qty)
        self._orders[command.cl_ord_id] = row
        self.rows.append(row)

    def _fill(self, fill: FillBooked) -> None:
        row = self._orders.get(fill.cl_ord_id)
        if row is None:
            return
        instrument = self._instruments[fill.instrument]
        traded = instrument.qty(fill.qty)
        cash = self._cash.get(fill.cl_ord_id, ZERO) + traded * instrument.price(fill.price)
        self._cash[fill.cl_ord_id] = cash
        row.cum_qty += traded
        row.average_price = cash / row.cum_qty
        row.fees += fill.fee
        row.group = row.group or fill.group

    def _change(self, change: OrderChanged) -> None:
        row = self._orders.get(change.cl_ord_id)
        if row is not None:
            row.ord_status, row.text = change.ord_status.value, change.text

    def _refuse(self, row: AuditRow, fact: SignalRefused | OrderRefused) -> None:
        refused = fact.refused
        row.refused, row.found, row.limit = refused.reason.value, refused.found, refused.limit
        row.instrument = refused.instrument or ""
        if isinstance(fact, SignalRefused):
            row.strategy = fact.signal.strategy
            _explain(row, fact.signal)
        else:
            row.strategy, row.group = fact.strategy, fact.group
            row.why = self._unexplained
        self.rows.append(row)


def _asked(signal: Signal, command: SubmitOrder) -> bool:
    return signal.strategy == command.strategy and any(
        (leg.instrument, leg.side, leg.price) == (command.instrument, command.side, command.price)
        for leg in signal.legs
    )


def _explain(row: AuditRow, signal: Signal) -> None:
    row.kind, row.opportunity = signal.kind.value, signal.opportunity
    row.edge_bps = signal.edge_bps if isfinite(signal.edge_bps) else None
    row.why = signal.reason
