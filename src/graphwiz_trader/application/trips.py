"""Trips: how long a session's requests took to their venues, and the answers back."""

from collections.abc import Mapping

import attrs

from graphwiz_trader.domain.commands import CancelOrder, Command, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import CancelReject, Event
from graphwiz_trader.domain.facts import OrderChanged, Outcome
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdStatus
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Nanos, Venue
from graphwiz_trader.simulation.measured import Way, Ways

_CANCEL = "cancel "


@attrs.define
class _Said:
    """One answer: to what was sent when, at the venue's own time, and when it was heard."""

    sent: Nanos | None
    matched: Nanos
    heard: Nanos


class Trips:
    """
    Gathers what steps say of requests.

    *as_heard*: the venue lived on what we received, on our clock (paper); otherwise its clock is
    its own, and is put on ours as its market data is: by the quickest message.
    """

    def __init__(self, instruments: Mapping[InstrumentId, Instrument], *, as_heard: bool) -> None:
        self._instruments = instruments
        self._as_heard = as_heard
        self._sent: dict[str, Nanos] = {}
        self._unknown: dict[ClOrdId, Nanos] = {}
        self._said: dict[Venue, list[_Said]] = {}
        self._lost: dict[Venue, list[Way]] = {}
        self._reports: dict[tuple[ClOrdId, ExecType, int], None] = {}

    def feed(self, event: Event, outcome: Outcome, now: Nanos) -> None:
        """Take in a step at *now*."""
        if isinstance(event, ExecutionReport):
            self._hear(event, now)
        elif isinstance(event, CancelReject):
            self._sent.pop(_CANCEL + event.cl_ord_id, None)
        for fact in outcome.facts:
            if isinstance(fact, OrderChanged) and fact.ord_status is OrdStatus.UNKNOWN:
                sent = self._sent.get(fact.cl_ord_id)
                if sent is not None:
                    self._unknown[fact.cl_ord_id] = sent
        for command in outcome.commands:
            self._send(command, now)

    def ways(self, tape: Tape) -> Ways:
        """Return what was measured at the venue of *tape*, its market data."""
        venue = tape.instruments[0].venue
        shift = 0
        if len(tape) and not self._as_heard:
            shift = int((tape.ts - tape.ts_venue).min())
        requests, answers = [], []
        for said in self._said.get(venue, ()):
            matched = Nanos(min(max(said.matched + shift, said.sent or 0), said.heard))
            if said.sent is not None:
                requests.append(Way(said.sent, Nanos(matched - said.sent)))
            answers.append(Way(matched, Nanos(said.heard - matched)))
        return Ways(tuple(requests), tuple(answers), tuple(self._lost.get(venue, ())))

    def _send(self, command: Command, now: Nanos) -> None:
        if isinstance(command, SubmitOrder | ReplaceOrder):
            self._sent[command.cl_ord_id] = now
        elif isinstance(command, CancelOrder):
            self._sent[_CANCEL + command.cl_ord_id] = now

    def _hear(self, report: ExecutionReport, now: Nanos) -> None:
        instrument = self._instruments.get(report.instrument)
        key = (report.cl_ord_id, report.exec_type, report.cum_qty)
        if instrument is None or key in self._reports:
            return
        self._reports[key] = None
        name = report.cl_ord_id
        sent = self._sent.pop(name, None)
        if report.exec_type is ExecType.REJECTED and name in self._unknown:
            # Nobody knew for long whether it had arrived; it had not.
            self._lost.setdefault(instrument.venue, []).append(
                Way(self._unknown[name], Nanos(now - self._unknown[name]))
            )
            return
        if sent is None and report.exec_type is ExecType.CANCELED:
            sent = self._sent.pop(_CANCEL + name, None)
        if report.exec_type is not ExecType.STATUS:
            said = _Said(sent, report.ts_venue or now, now)
            self._said.setdefault(instrument.venue, []).append(said)
