"""Diary: what happened in a run, in lines a person reads, the last of them."""

from collections import deque
from collections.abc import Iterator, Mapping

from graphwiz_trader.application.explain import printable
from graphwiz_trader.domain.commands import RaiseAlert, Severity
from graphwiz_trader.domain.events import (
    AccountDiffers,
    AccountDown,
    AccountUp,
    BookGap,
    Event,
    FeedDown,
    FeedUp,
    OperatorOrder,
    RunStarted,
    Shutdown,
    SubmitUnknown,
)
from graphwiz_trader.domain.facts import (
    Entry,
    Fact,
    FillBooked,
    GroupChanged,
    GroupState,
    OrderChanged,
    StateChanged,
    StrategyRaised,
)
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.units import InstrumentId, Nanos
from graphwiz_trader.domain.value import value

LINES = 200
ALERTS = 100
_TOLD = (OrdStatus.UNKNOWN, OrdStatus.REJECTED)


@value
class Line:
    """One line: its number, the entry of the journal it is of, and how urgent it is."""

    number: int
    seq: int
    ts: Nanos
    severity: Severity
    text: str


class Diary:
    """Keeps the last lines, and the last alerts apart."""

    def __init__(self) -> None:
        self.lines: deque[Line] = deque(maxlen=LINES)
        self.alerts: deque[Line] = deque(maxlen=ALERTS)
        self._number = 0

    def feed(self, entry: Entry, instruments: Mapping[InstrumentId, Instrument]) -> None:
        """Note what *entry* has to tell."""
        event, outcome = entry.event, entry.outcome
        ts = Nanos(getattr(event, "ts", 0))
        for severity, text in _told(event):
            self.lines.append(self._line(outcome.seq, ts, severity, text))
        for fact in outcome.facts:
            for severity, text in _concluded(fact, instruments):
                self.lines.append(self._line(outcome.seq, ts, severity, text))
        for command in outcome.commands:
            if isinstance(command, RaiseAlert):
                text = f"{command.code}: {command.text}"
                line = self._line(outcome.seq, ts, command.severity, text)
                self.lines.append(line)
                self.alerts.append(line)

    def _line(self, seq: int, ts: Nanos, severity: Severity, text: str) -> Line:
        self._number += 1
        return Line(self._number, seq, ts, severity, printable(text))


def _told(event: Event) -> Iterator[tuple[Severity, str]]:
    """Yield what *event* itself tells."""
    match event:
        case RunStarted():
            text = f"process {event.incarnation} of the installation began, version {event.version}"
            yield Severity.INFO, text
        case OperatorOrder():
            scope = event.scope or "everything"
            yield Severity.WARNING, f"{event.who}: {event.action.value} {scope}: {event.reason}"
        case FeedUp() | AccountUp():
            yield Severity.INFO, f"{_what(event)} of {event.venue} is up"
        case FeedDown() | AccountDown():
            yield Severity.WARNING, f"{_what(event)} of {event.venue} is down: {event.reason}"
        case BookGap():
            yield Severity.WARNING, f"gap in {event.instrument}: {event.reason}"
        case AccountDiffers():
            text = f"{event.venue} differs in {event.what}: ours {event.ours}, its {event.theirs}"
            yield Severity.WARNING, text
        case SubmitUnknown():
            yield Severity.WARNING, f"no answer to order {event.cl_ord_id}: {event.text}"
        case Shutdown():
            yield Severity.INFO, f"shutting down: {event.reason}"
        case _:
            return


def _concluded(
    fact: Fact, instruments: Mapping[InstrumentId, Instrument]
) -> Iterator[tuple[Severity, str]]:
    """Yield what *fact* tells."""
    match fact:
        case StateChanged():
            scope = fact.scope or "everything"
            text = f"{scope} is {fact.state.value}, by {fact.who or 'a rule'}: {fact.reason}"
            yield Severity.WARNING, text
        case FillBooked():
            of = instruments[fact.instrument]
            qty, price = of.qty(fact.qty), of.price(fact.price)
            text = f"{fact.strategy} {fact.side.name} {qty:f} {fact.instrument} at {price:f}"
            yield Severity.INFO, f"{text}, order {fact.cl_ord_id}"
        case OrderChanged() if fact.ord_status in _TOLD:
            text = f"order {fact.cl_ord_id} is {fact.ord_status.value}: {fact.text}"
            yield Severity.WARNING, text
        case GroupChanged() if fact.state is GroupState.STUCK:
            yield Severity.CRITICAL, f"group {fact.group} is STUCK and owes {fact.debt:f}"
        case StrategyRaised():
            yield Severity.CRITICAL, f"strategy {fact.strategy} raised: {fact.error}"
        case _:
            return


def _what(event: FeedUp | FeedDown | AccountUp | AccountDown) -> str:
    return "market data" if isinstance(event, FeedUp | FeedDown) else "the account"
