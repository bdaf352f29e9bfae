"""ExecutionVenue: where our orders go, and where their fate is known."""

from typing import Protocol, runtime_checkable

from graphwiz_trader.domain.commands import OrderCommand
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.units import InstrumentId, Nanos, Venue
from graphwiz_trader.domain.venue import OrderRef, Usage, VenueSnapshot, VenueTerms
from graphwiz_trader.ports.feed import Deliver


class ExecutionVenue(Protocol):
    """
    One account at one venue.

    Every request is answered by an event: an `ExecutionReport`, a `CancelReject` or, when the
    answer did not come or cannot be understood, `SubmitUnknown`. No request is ever repeated.
    The numbered promises are in docs/reference/execution-contract.md.
    """

    @property
    def venue(self) -> Venue:
        """Its name."""

    @property
    def terms(self) -> VenueTerms:
        """How it wants to be treated."""

    @property
    def usage(self) -> Usage | None:
        """What it last said of our requests, None before it did."""

    def send(self, command: OrderCommand) -> None:
        """
        Hand *command* to the wire now; never raises, never waits.

        Whatever becomes of it is an event, from the running `run`.
        """

    async def run(self, deliver: Deliver) -> None:
        """
        Deliver `AccountUp`, then reports, until canceled.

        `AccountDown` tells that reports are lost, a later `AccountUp` that they come again.

        Raises:
            Transient: the reconnection budget is spent.
        """

    async def query(self, order: OrderRef) -> ExecutionReport | None:
        """
        Return what it knows of one order as a STATUS report, None if it knows none.

        Raises:
            Transient: no answer; the question may be asked again.
        """

    async def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        """
        Return our fills in *instrument* matched at *since* or later, oldest first.

        They equal what the stream told of them, `exec_id` above all; `Transient` as in `query`.
        """

    async def snapshot(self) -> VenueSnapshot:
        """Return open orders, balances and positions; `Transient` as in `query`."""

    async def server_time(self) -> Nanos:
        """Return what the venue's clock shows; `Transient` as in `query`."""


class ChangingVenue(ExecutionVenue, Protocol):
    """An execution venue that may change an instrument's rules while it runs."""

    def regrid(self, instrument: Instrument) -> None:
        """
        Put *instrument* in place of the one with its id: commands and reports are on its grid.

        None of its orders may work or be under way.
        """


@runtime_checkable
class SignedByClock(Protocol):
    """An execution venue whose requests carry the venue's time, which it refuses if it is wrong."""

    offset: Nanos
    """The venue's clock minus ours; set by whoever compares them."""


@runtime_checkable
class DeadManSwitch(Protocol):
    """An execution venue that can cancel our orders, and no others, when we fall silent."""

    async def count_down(self, span: Nanos) -> None:
        """
        Have all our orders canceled *span* from now, unless it is told again before; 0: never.

        Raises:
            PortError: it did not take that; `Transient` as in `query`.
        """
