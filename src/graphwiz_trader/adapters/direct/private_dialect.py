"""
PrivateDialect: how one venue is asked about our account, and what it says of it.

`at` is always the venue's own time, which requests are stamped and signed with; `now` is ours.
What is on no grid, or is no message of the venue's, raises `Garbled`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from graphwiz_trader.adapters.direct.http_call import HttpAnswer, HttpCall
from graphwiz_trader.adapters.direct.private_said import PrivateSaid, Purpose, Refusal, Reply, Terms
from graphwiz_trader.domain.commands import CancelOrder, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import BalanceReport
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.units import InstrumentId, Nanos
from graphwiz_trader.domain.value import value
from graphwiz_trader.domain.venue import OpenOrder, OrderRef


class ReplaceWords(Protocol):
    """How one request ends an order and places another, of the same *terms*."""

    def replace(self, number: int, order: ReplaceOrder, terms: Terms, at: Nanos) -> bytes:
        """Return its message."""

    def replaced_by_http(self, order: ReplaceOrder, terms: Terms, at: Nanos) -> HttpCall:
        """Return the same over HTTP."""


class OrderWords(Protocol):
    """How orders are worded."""

    def regrid(self, instrument: Instrument) -> None:
        """Write prices and quantities of *instrument* on its new grid."""

    @property
    def replacing(self) -> ReplaceWords | None:
        """How an order is replaced; None where it takes a cancel and, after it, a new order."""

    def prepare(self) -> None:
        """Do what the next message takes whatever it says; called when there is time for it."""

    def submit(self, number: int, order: SubmitOrder, at: Nanos) -> bytes:
        """Return the message of a new order."""

    def cancel(self, number: int, order: CancelOrder, at: Nanos) -> bytes:
        """Return the message that withdraws an order."""

    def by_http(self, order: SubmitOrder | CancelOrder, at: Nanos) -> HttpCall:
        """Return the same over HTTP, for when no socket is open."""

    def replied(self, number: int, answer: HttpAnswer, now: Nanos) -> Reply:
        """Return what the answer over HTTP says."""


class StreamWords(Protocol):
    """What is said on the private sockets."""

    @property
    def ping(self) -> bytes | None:
        """What to send as text to be answered; None for a ping of WebSocket's own."""

    def regrid(self, instrument: Instrument) -> None:
        """Read what is said of *instrument* on its new grid."""

    def hello(self, purpose: Purpose, at: Nanos) -> Sequence[bytes]:
        """Return what to send first."""

    def hear(self, payload: bytes, now: Nanos, purpose: Purpose) -> PrivateSaid:
        """Return what a message says."""


class Naming(Protocol):
    """How a venue is asked for our id of an order that it names by its own."""

    def call(self, name: InstrumentId, order_id: str, at: Nanos) -> HttpCall:
        """Return the question."""

    def read(self, body: bytes) -> str:
        """Return the answer."""


class QuestionWords(Protocol):
    """
    What is asked over HTTP, and how answers are read.

    A question that takes pages is asked with the end of the page before, "" at first.
    """

    def regrid(self, instrument: Instrument) -> None:
        """Read answers about *instrument* on its new grid."""

    @property
    def naming(self) -> Naming | None:
        """None where fills are told with our ids."""

    def refusal(self, answer: HttpAnswer, now: Nanos) -> Refusal | None:
        """Return why a question was not answered, None if it was."""

    def used(self, answer: HttpAnswer) -> int:
        """Return the request weight the venue has counted, −1 where it does not say."""

    @property
    def countdown(self) -> Callable[[Nanos, Nanos], HttpCall] | None:
        """How to have our orders canceled a span from now, signed at a time; None: not here."""

    def time_call(self) -> HttpCall:
        """Return the question for the venue's time."""

    def time(self, body: bytes) -> Nanos:
        """Return the answer to it."""

    def query_call(self, order: OrderRef, at: Nanos) -> HttpCall:
        """Return the question for one order."""

    def status(self, body: bytes, order: OrderRef, now: Nanos) -> ExecutionReport:
        """Return the answer to it as a STATUS report."""

    def open_call(self, at: Nanos, after: str) -> HttpCall:
        """Return the question for what works."""

    def open_orders(self, body: bytes) -> tuple[tuple[OpenOrder, ...], str]:
        """Return a page of what works in our instruments, and its end, "" of the last."""

    def balance_call(self, at: Nanos) -> HttpCall:
        """Return the question for what we own."""

    def balances(self, body: bytes, now: Nanos) -> tuple[BalanceReport, ...]:
        """Return the answer to it."""

    def fills_call(self, name: InstrumentId, since: Nanos, at: Nanos, after: str) -> HttpCall:
        """Return the question for the fills since *since*."""

    def fills(
        self, body: bytes, name: InstrumentId, now: Nanos
    ) -> tuple[tuple[ExecutionReport, ...], str]:
        """Return a page of fills, without our id where `naming` tells it, and its end."""


@value
class PrivateDialect:
    """One venue's protocol; `hide` makes our credentials unreadable in what the venue says."""

    hide: Callable[[str], str]
    instruments: Mapping[InstrumentId, Instrument]
    orders: OrderWords
    stream: StreamWords
    questions: QuestionWords

    def regrid(self, instrument: Instrument) -> None:
        """Count *instrument* on its new grid from here on."""
        self.orders.regrid(instrument)
        self.stream.regrid(instrument)
        self.questions.regrid(instrument)
